//! A real mail server (aiosmtpd, `mail_server.py`) that a test starts, stops and puts in a mood.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::app::wait_for;

/// The mail server's folder and the server itself while it runs.
pub struct MailServer {
    folder: TempDir,
    options: Vec<String>,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    child: Option<Child>,
}

impl MailServer {
    /// A running mail server.
    pub fn start(port: u16, options: &[&str]) -> Self {
        let mut server = Self::prepare(port, options);
        server.run();
        server
    }

    /// A mail server that does not run yet.
    pub fn prepare(port: u16, options: &[&str]) -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::write(folder.path().join("mood"), "").unwrap();
        Self {
            folder,
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            port,
            child: None,
        }
    }

    /// Starts it and waits until it listens.
    pub fn run(&mut self) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join("target/venv/bin/python");
        let mut child = Command::new(&python)
            .arg(root.join("tests/delivery/mail_server.py"))
            .args(["--port", &self.port.to_string(), "--folder"])
            .arg(self.folder.path())
            .args(&self.options)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|fault| panic!("{}: {fault}; see tests/run.sh", python.display()));
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready", "the mail server did not start");
        self.child = Some(child);
    }

    /// Says how it behaves from now on.
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
        let complete = lines.rsplit_once('\n').map_or("", |(complete, _)| complete);
        let read = |line| serde_json::from_str(line).unwrap();
        complete.lines().map(read).collect()
    }

    /// Waits at most 30 s for an e-mail to an address.
    #[track_caller]
    pub fn wait_for_mail(&self, address: &str) -> Value {
        wait_for("an e-mail", Duration::from_secs(30), || {
            let mut mails = self.mails().into_iter();
            mails.find(|mail| mail["to"] == address)
        })
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// The code in the text of an e-mail: its only word of six capitals and digits.
#[track_caller]
pub fn code_in(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap();
    let is_code = |word: &&str| {
        let good = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        word.len() == 6 && word.chars().all(good)
    };
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    let code = words.find(is_code);
    code.unwrap_or_else(|| panic!("no code in {text:?}"))
        .to_owned()
}
