//! The service `kannel` against a real Kannel: bearerbox, smsbox and the fake SMS centre of the Debian
//! packages kannel and kannel-extras. Texts are looked for in the SMS centre's own log, and Kannel
//! itself calls the receipt URL.
#![allow(clippy::unwrap_used)]

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use belfry_plugin::{
    Failure, FakeHost, HttpRequest, Message, Provider, Receipt, ReceiptState, Webhook,
};
use belfry_webhook::Gateway;
use serde_json::{Value, json};

const SECRET: &str = "0123456789abcdef";
/// Long enough for a machine that is busy with something else; nothing waits for its end.
const PATIENCE: Duration = Duration::from_secs(60);

/// The three programs; they end with the test.
struct Kannel {
    folder: tempfile::TempDir,
    sendsms_port: u16,
    children: Vec<Child>,
}

impl Drop for Kannel {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Ports that are free now.
fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < PATIENCE, "{what} does not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

impl Kannel {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [admin, smsbox, centre, sendsms] = free_ports();
        let config = format!(
            "group = core\nadmin-port = {admin}\nadmin-interface = 127.0.0.1\nadmin-password = test\n\
             status-password = test\nsmsbox-port = {smsbox}\nsmsbox-interface = 127.0.0.1\n\
             box-allow-ip = \"127.0.0.1\"\nadmin-allow-ip = \"127.0.0.1\"\ndlr-storage = internal\n\n\
             group = smsc\nsmsc = fake\nsmsc-id = FAKE\nport = {centre}\nconnect-allow-ip = 127.0.0.1\n\n\
             group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {sendsms}\n\
             sendsms-interface = 127.0.0.1\nglobal-sender = 13013\n\n\
             group = sendsms-user\nusername = belfry\npassword = secret\nmax-messages = 3\n\
             concatenation = true\n\n\
             group = sms-service\nkeyword = default\ntext = \"ok\"\n"
        );
        fs::write(folder.path().join("kannel.conf"), config).unwrap();
        let mut kannel = Self {
            folder,
            sendsms_port: sendsms,
            children: Vec::new(),
        };
        kannel.run("bearerbox", &["-v", "1", "kannel.conf"]);
        wait_for("bearerbox", || listens(smsbox) && listens(centre));
        kannel.run("smsbox", &["-v", "1", "kannel.conf"]);
        let fakesmsc = "/usr/lib/kannel/test/fakesmsc";
        let centre = centre.to_string();
        let arguments = ["-H", "127.0.0.1", "-r", &centre, "-m", "0", "x x text hi"];
        kannel.run(fakesmsc, &arguments);
        wait_for("smsbox", || listens(sendsms));
        wait_for("the SMS centre", || {
            let status = format!("http://127.0.0.1:{admin}/status.xml?password=test");
            let host = FakeHost::online().host();
            let answer = host.http(&HttpRequest {
                method: "GET",
                url: &status,
                ..HttpRequest::default()
            });
            answer.is_ok_and(|answer| {
                let text = String::from_utf8_lossy(&answer.body).into_owned();
                text.contains("<type>smsbox</type>") && text.contains("<status>online")
            })
        });
        kannel
    }

    fn log(&self, program: &str) -> PathBuf {
        let name = Path::new(program).file_name().unwrap();
        self.folder.path().join(name).with_extension("log")
    }

    fn run(&mut self, program: &str, arguments: &[&str]) {
        let log = File::create(self.log(program)).unwrap();
        let child = Command::new(program)
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        let child = child.unwrap_or_else(|error| {
            panic!("{program}: {error}; it is in the Debian packages kannel and kannel-extras")
        });
        self.children.push(child);
    }

    /// The lines of messages that came to the SMS centre, once there are `count`.
    fn delivered(&self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        wait_for("a message at the SMS centre", || {
            let log = fs::read(self.log("fakesmsc")).unwrap();
            lines = String::from_utf8_lossy(&log)
                .lines()
                .filter(|line| line.contains("Got message"))
                .map(str::to_owned)
                .collect();
            lines.len() >= count
        });
        lines
    }

    fn gateway(&self, host: &FakeHost, password: &str) -> Gateway {
        self.gateway_with(host, password, json!({}))
    }

    fn gateway_with(&self, host: &FakeHost, password: &str, more: Value) -> Gateway {
        let mut config = json!({
            "service": "kannel", "endpoint": format!("http://127.0.0.1:{}", self.sendsms_port),
            "username": "belfry", "password": password, "from": "Belfry", "receipt_secret": SECRET,
        });
        let config = config.as_object_mut().unwrap();
        config.extend(more.as_object().unwrap().clone());
        Gateway::create(host.host(), config.clone()).unwrap()
    }
}

/// Answers one call with 200, and says what its address was.
fn one_call(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK")
        .unwrap();
    first.split(' ').nth(1).unwrap().to_owned()
}

fn message<'a>(id: &'a str, text: &'a str) -> Message<'a> {
    Message {
        id,
        to: "+41791234567",
        text,
        expires_at_unix_ms: 0,
        ..Message::default()
    }
}

#[test]
fn a_real_kannel_delivers_what_is_sent_and_its_receipts_are_understood() {
    let kannel = Kannel::start();
    let host = FakeHost::online();
    let gateway = kannel.gateway(&host, "secret");

    let text = "K7QX2B is \"your\" code & <key> 100%+1";
    let sent = gateway.send(&message("m-1", text)).unwrap();
    assert_eq!(sent.provider_id, "m-1");
    let lines = kannel.delivered(1);
    assert!(lines[0].contains(text), "{}", lines[0]);
    assert!(lines[0].contains("Belfry +41791234567"), "{}", lines[0]);

    gateway.send(&message("m-2", &"a".repeat(200))).unwrap();
    let lines = kannel.delivered(3);
    assert_eq!(lines.len(), 3, "200 letters are two messages");
    let parts = lines[1..].iter().filter(|line| line.contains("udh"));
    assert_eq!(parts.count(), 2, "{lines:?}");

    gateway.send(&message("m-3", "Код 123456")).unwrap();
    let lines = kannel.delivered(4);
    assert!(lines[3].contains("ucs-2"), "{}", lines[3]);
    assert!(
        lines[3].contains("%04%1A%04%3E%044%00+%001%002%003%004%005%006"),
        "{}",
        lines[3]
    );

    // Kannel calls the address that the message brought: accepted by the SMS centre, then delivered.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let url = format!("{origin}/hooks/kannel");
    let mut with_receipt = message("m 4/ü", "Code 123456");
    with_receipt.receipt_url = &url;
    gateway.send(&with_receipt).unwrap();
    let mut states = Vec::new();
    for _ in 0..2 {
        let target = format!("{origin}{}", one_call(&listener));
        let call = HttpRequest {
            method: "GET",
            url: &target,
            ..HttpRequest::default()
        };
        let answer = gateway.webhook(&call).unwrap();
        let [
            Receipt {
                provider_id,
                state,
                at_unix_ms,
                ..
            },
        ] = &answer.receipts[..]
        else {
            panic!("one receipt in {target}");
        };
        assert_eq!(provider_id, "m 4/ü");
        assert!(*at_unix_ms > 1_700_000_000_000, "{target}");
        states.push(*state);
        let forged = target.replace(SECRET, "0123456789abcdeX");
        let forged = gateway.webhook(&HttpRequest {
            url: &forged,
            ..call
        });
        assert!(matches!(forged, Err(Failure::Rejected(_))));
    }
    assert!(states.contains(&ReceiptState::Sent), "{states:?}");
    assert!(states.contains(&ReceiptState::Delivered), "{states:?}");
}

#[test]
fn a_real_kannel_refuses_and_each_refusal_has_its_name() {
    let kannel = Kannel::start();
    let host = FakeHost::online();
    let refused = kannel
        .gateway(&host, "wrong")
        .send(&message("m-1", "Code 1"));
    assert!(
        matches!(refused, Err(Failure::Unauthorized(_))),
        "{refused:?}"
    );

    // An empty text takes the service's own template away.
    let nobody = kannel.gateway_with(&host, "secret", json!({"query": {"to": ""}}));
    let refused = nobody.send(&message("m-2", "Code 2"));
    assert!(matches!(refused, Err(Failure::Rejected(_))), "{refused:?}");

    let gateway = kannel.gateway(&host, "secret");
    drop(kannel);
    let refused = gateway.send(&message("m-3", "Code 3"));
    assert!(
        matches!(refused, Err(Failure::Unavailable(_))),
        "{refused:?}"
    );
}
