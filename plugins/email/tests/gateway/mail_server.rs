//! The mail server of the server's own tests (aiosmtpd, `tests/delivery/mail_server.py`), and a provider for it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use belfry_email::{Config, Email, Encryption};
use belfry_plugin::{FakeHost, Message, Provider as _};
use serde_json::Value;
use tempfile::TempDir;

/// A running mail server with its folder.
pub struct MailServer {
    folder: TempDir,
    child: Child,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

impl MailServer {
    /// Starts it and waits until it listens.
    pub fn start(options: &[&str]) -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::write(folder.path().join("mood"), "").unwrap();
        let port = free_port();
        let mut child = Command::new(root().join("target/venv/bin/python"))
            .arg(root().join("tests/delivery/mail_server.py"))
            .args(["--port", &port.to_string(), "--folder"])
            .arg(folder.path())
            .args(options)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|fault| panic!("target/venv/bin/python: {fault}; see tests/run.sh"));
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready", "the mail server did not start");
        Self {
            folder,
            child,
            port,
        }
    }

    /// Says how it behaves from now on; `mail_server.py` tells the moods.
    pub fn set_mood(&self, mood: &str) {
        fs::write(self.path("mood.next"), mood).unwrap();
        fs::rename(self.path("mood.next"), self.path("mood")).unwrap();
    }

    /// A file in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// All e-mails that it took.
    pub fn mails(&self) -> Vec<Value> {
        let lines = fs::read_to_string(self.path("mails.jsonl")).unwrap_or_default();
        let read = |line| serde_json::from_str(line).unwrap();
        lines.lines().map(read).collect()
    }

    /// A provider with all defaults but those that `change` changes.
    pub fn provider(&self, change: impl FnOnce(&mut Config)) -> Email {
        provider(self.port, change)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A provider for a mail server on this machine.
pub fn provider(port: u16, change: impl FnOnce(&mut Config)) -> Email {
    let mut config = config(port);
    change(&mut config);
    Email::create(FakeHost::default().host(), config).unwrap()
}

/// Its configuration. By name, since the certificates are for that.
pub fn config(port: u16) -> Config {
    Config {
        host: "localhost".into(),
        port,
        encryption: Encryption::Auto,
        ca_file: None,
        user: None,
        password: None,
        from: "Belfry <sms@example.org>".into(),
        recipient: "{digits}@gateway.example".into(),
        subject: None,
        max_characters: None,
    }
}

/// A message to a number that nobody has.
pub fn message<'a>(id: &'a str, text: &'a str) -> Message<'a> {
    Message {
        id,
        to: "+41790000001",
        text,
        ..Message::default()
    }
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
