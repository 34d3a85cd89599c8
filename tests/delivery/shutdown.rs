//! SIGTERM: what runs is answered, and the process ends soon whatever hangs on it.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use crate::{
    app::{App, children, file_provider, has_ended, wait_for},
    plugins::{SWITCH, build_shipped, with_switch},
};

/// An HTTP/1.1 connection that has had one answer and stays open.
fn idle_http1(app: &App) -> TcpStream {
    let mut stream = TcpStream::connect(app.address).unwrap();
    stream
        .write_all(b"GET /debug/healthz HTTP/1.1\r\nHost: belfry\r\n\r\n")
        .unwrap();
    let mut answer = [0; 1024];
    let length = stream.read(&mut answer).unwrap();
    assert!(answer[..length].starts_with(b"HTTP/1.1 200"));
    stream
}

/// An HTTP/2 connection that has exchanged settings and stays open.
fn idle_http2(app: &App) -> TcpStream {
    let mut stream = TcpStream::connect(app.address).unwrap();
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .unwrap();
    // An empty SETTINGS frame.
    stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).unwrap();
    let mut header = [0; 9];
    stream.read_exact(&mut header).unwrap();
    assert_eq!(header[3], 4, "the server's SETTINGS come first");
    stream
}

#[test]
fn sigterm_under_load_answers_what_runs() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let users: Vec<_> = (0..8).map(|_| app.human()).collect();
    let count = AtomicUsize::new(0);
    let (status, took, acknowledged) = thread::scope(|scope| {
        let threads: Vec<_> = users
            .iter()
            .map(|user| {
                let (app, count) = (&app, &count);
                scope.spawn(move || {
                    let caller = app.caller();
                    let mut acknowledged = Vec::new();
                    loop {
                        let number = app.number();
                        match caller.update_phone(user, &number) {
                            Ok((200, _)) => acknowledged.push(number),
                            Ok((503, _)) => {}
                            Ok(other) => panic!("{other:?}"),
                            Err(_) => return acknowledged,
                        }
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        wait_for("some load", Duration::from_secs(20), || {
            (count.load(Ordering::Relaxed) > 100).then_some(())
        });
        let (status, took) = app.terminate();
        let done = threads.into_iter().map(|thread| thread.join().unwrap());
        (status, took, done.flatten().collect::<Vec<_>>())
    });
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    // Whoever got an answer has its change, and whoever has its change got an answer.
    let history = app.numbers_in_history();
    assert!(acknowledged.iter().all(|number| history.contains(number)));
    assert_eq!(
        history.len(),
        acknowledged.len(),
        "changes without an answer"
    );
    app.expect_consistent();

    // Attempts under way were ended and recorded, so nothing is sent twice.
    app.serve();
    wait_for("the outbox to be empty", Duration::from_secs(30), || {
        (app.queued() == 0).then_some(())
    });
    assert_eq!(app.repeats(), 0);
}

#[test]
fn a_hanging_plugin_and_idle_connections_do_not_hold_up_the_end() {
    let app = with_switch("hang", SWITCH);
    let idle: Vec<_> = (0..20)
        .flat_map(|_| [idle_http1(&app), idle_http2(&app)])
        .collect();
    let silent = TcpStream::connect(app.address).unwrap();
    let mut half = TcpStream::connect(app.address).unwrap();
    half.write_all(b"PUT /management/v1/users/1/phone HTTP/1.1\r\nHost: b")
        .unwrap();
    let (_, number) = app.human_with_phone();
    wait_for("the plugin to hang", Duration::from_secs(10), || {
        (!app.calls().is_empty()).then_some(())
    });
    let plugins = children(app.pid());
    let (status, took) = app.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(
        plugins.into_iter().all(has_ended),
        "no process stays behind"
    );
    drop((idle, silent, half));

    app.switch_to("ok");
    app.serve();
    app.wait_for_sms(&number);
}
