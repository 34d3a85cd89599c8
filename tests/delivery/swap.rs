//! The provider is another after an edit of the configuration and a restart, without a build.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{
    app::{App, file_provider, wait_for},
    plugins::build_shipped,
};

#[test]
fn the_provider_is_swapped_by_an_edit_and_a_restart() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let (_, first) = app.human_with_phone();
    app.wait_for_sms(&first);

    app.configure("[[notifications.providers]]\nname = \"only-log\"\nplugin = \"log\"\n");
    app.restart();
    let (_, second) = app.human_with_phone();
    let masked = format!("{}******{}", &second[..4], &second[second.len() - 2..]);
    wait_for("the line in the log", Duration::from_secs(30), || {
        let log = app.log();
        let is_line = |line: &str| line.contains("only-log") && line.contains(&masked);
        log.lines().any(is_line).then_some(())
    });

    let (gateway, requests) = gateway();
    app.configure(&format!(
        "[[notifications.providers]]\nname = \"gateway\"\nplugin = \"http\"\n\
         config = {{ endpoint = \"http://{gateway}/send\" }}\n"
    ));
    app.restart();
    let (_, third) = app.human_with_phone();
    let posted = requests.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(posted["contextInfo"]["recipientPhoneNumber"], third);
    assert_eq!(
        app.sms().len(),
        1,
        "the first provider has nothing more to do"
    );
}

/// A gateway that takes everything: what is posted to it, as JSON.
fn gateway() -> (SocketAddr, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, received) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut length = 0;
            let mut line = String::new();
            while stream.read_line(&mut line).unwrap() > 2 {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
                return;
            }
        }
    });
    (address, received)
}
