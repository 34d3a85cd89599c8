//! Peers of the tests, the provider against them, and waiting without a clock in the assertion.

#![allow(clippy::unwrap_used, dead_code)] // Each test binary uses its part.

mod complete;

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use belfry_plugin::{FakeHost, Poll, Provider, ReceiptState};
use belfry_smpp::Smpp;
use serde_json::{Value, json};

/// Longer than anything takes; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A server in a process of its own.
pub struct Peer {
    child: Child,
    lines: Receiver<Value>,
    pub port: u16,
}

impl Peer {
    /// The npm package `smpp`; see peers/smsc.js for the settings.
    pub fn npm(settings: Value) -> Self {
        let modules = target().join("smpp/node_modules");
        assert!(
            modules.join("smpp").is_dir(),
            "run: npm install --prefix target/smpp --no-save smpp@0.5.1"
        );
        let mut command = Command::new("node");
        command
            .arg(script("smsc.js"))
            .env("NODE_PATH", modules)
            .env("PEER", settings.to_string());
        Self::start(command)
    }

    /// The package `smpp34` of `PyPI`, which refuses the message with that number.
    pub fn pypi(throttled: u32) -> Self {
        let mut command = python();
        command.arg(script("smsc.py")).arg(throttled.to_string());
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        let mut peer = Self {
            child,
            lines,
            port: 0,
        };
        let port = peer.wait("listening")["port"].as_u64().unwrap();
        peer.port = u16::try_from(port).unwrap();
        peer
    }

    /// The next event of that kind; others before it are skipped.
    pub fn wait(&self, event: &str) -> Value {
        loop {
            let line = self
                .lines
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("no {event}"));
            if line["event"] == event {
                return line;
            }
        }
    }

    /// The next event, whatever it is.
    pub fn next(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).expect("no event")
    }

    /// Everything up to the message with that text.
    pub fn up_to(&self, text: &str) -> Vec<Value> {
        let mut lines = Vec::new();
        loop {
            lines.push(
                self.lines
                    .recv_timeout(PATIENCE)
                    .unwrap_or_else(|_| panic!("no {text}")),
            );
            if lines[lines.len() - 1]["text"] == text {
                return lines;
            }
        }
    }
}

/// How many of the lines tell that.
pub fn count(lines: &[Value], event: &str) -> usize {
    lines.iter().filter(|line| line["event"] == event).count()
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The workspace's `target`, where tests/run.sh puts what it installs.
pub fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}

/// The interpreter with tests/python/requirements.txt.
pub fn python() -> Command {
    let python = target().join("venv/bin/python");
    assert!(python.is_file(), "tests/run.sh makes target/venv");
    Command::new(python)
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/peers")
        .join(name)
}

/// The provider against that port, with the right password, and the host that it talks to.
pub fn provider(port: u16, settings: Value) -> (Smpp, FakeHost) {
    let host = FakeHost::default();
    let mut all = json!({"port": port, "password": "secret", "sender": "Belfry"});
    for (name, value) in settings.as_object().unwrap() {
        all[name] = value.clone();
    }
    let config = serde_json::from_value(complete::complete(&Smpp::description(), all)).unwrap();
    (Smpp::create(host.host(), config).unwrap(), host)
}

/// A message with that id and text to the usual number.
pub fn message<'a>(id: &'a str, text: &'a str) -> belfry_plugin::Message<'a> {
    belfry_plugin::Message {
        id,
        to: "+41791234567",
        text,
        timeout: PATIENCE,
        ..Default::default()
    }
}

/// Waits until the message's state is that one.
pub fn wait_for(provider: &Smpp, id: &str, state: ReceiptState) -> belfry_plugin::Receipt {
    let mut seen = Vec::new();
    until(|| {
        seen = provider.poll(&[id], PATIENCE).unwrap();
        seen.iter()
            .find(|receipt| receipt.provider_id == id && receipt.state == state)
            .cloned()
    })
}

/// Asks again and again until there is an answer.
pub fn until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "it never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}
