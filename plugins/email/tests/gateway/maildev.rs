//! A second mail server, written by others in another language: maildev, with what it read by REST.

use std::{
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use belfry_plugin::{Health as _, Provider as _};
use serde_json::Value;
use tempfile::TempDir;

use crate::mail_server::{free_port, message, provider, root};

struct Maildev {
    child: Child,
    smtp: u16,
    web: u16,
    _folder: TempDir,
}

impl Maildev {
    fn start() -> Self {
        let (smtp, web) = (free_port(), free_port());
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let child = Command::new("node")
            .arg(root().join("target/maildev/node_modules/.bin/maildev"))
            .args(["--smtp", &smtp.to_string(), "--web", &web.to_string()])
            .args(["--ip", "127.0.0.1", "--web-ip", "127.0.0.1"])
            .arg("--mail-directory")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|fault| panic!("node: {fault}; see tests/run.sh"));
        let maildev = Self {
            child,
            smtp,
            web,
            _folder: folder,
        };
        let end = Instant::now() + Duration::from_secs(60);
        for port in [smtp, web] {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                assert!(
                    Instant::now() < end,
                    "maildev did not start; see tests/run.sh"
                );
                sleep(Duration::from_millis(100));
            }
        }
        maildev
    }

    fn mails(&self) -> Vec<Value> {
        let address = format!("http://127.0.0.1:{}/api/email", self.web);
        let mut answer = ureq::get(address).call().unwrap();
        answer.body_mut().read_json().unwrap()
    }
}

impl Drop for Maildev {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn another_mail_server_reads_the_same() {
    let maildev = Maildev::start();
    let provider = provider(maildev.smtp, |config| {
        config.subject = Some("Grüezi {digits}".into());
    });
    provider.health(Duration::from_secs(10)).unwrap();
    let text = "Ваш код: 123456 😀\nzweite Zeile";
    provider.send(&message("351", text)).unwrap();
    provider.send(&message("352", "plain")).unwrap();

    // It reads the mail after it has answered.
    let end = Instant::now() + Duration::from_secs(30);
    let mails = loop {
        let mails = maildev.mails();
        if mails.len() == 2 {
            break mails;
        }
        assert!(Instant::now() < end, "{mails:?}");
        sleep(Duration::from_millis(50));
    };
    let mail = mails
        .iter()
        .find(|mail| mail["headers"]["message-id"] == "<belfry.351@example.org>")
        .unwrap_or_else(|| panic!("{mails:?}"));
    assert_eq!(mail["text"].as_str().unwrap().trim_end(), text);
    assert_eq!(mail["subject"], "Grüezi 41790000001");
    assert_eq!(
        mail["envelope"]["to"][0]["address"],
        "41790000001@gateway.example"
    );
    assert_eq!(mail["from"][0]["address"], "sms@example.org");
}
