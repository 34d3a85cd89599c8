//! What the scripted providers wrote down: each call, each real sending and each answer.

use std::{
    collections::HashMap,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::PathBuf,
};

use super::PROVIDERS;
use crate::app::App;

/// What a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The provider was asked.
    Call,
    /// The message really went out.
    Sent,
    /// It went out, and the call takes longer than the gateway takes to report.
    SentSlowly,
    /// The call was answered.
    Answer,
}

/// A line.
#[derive(Clone, Debug)]
pub struct Line {
    pub process: u32,
    pub what: What,
    /// Which of the messages, by its number.
    pub place: usize,
    pub message: i64,
    pub attempt: u32,
    /// What it answers, or means to.
    pub status: i64,
    /// Its own id of the message, if it gives it one.
    pub name: Option<String>,
}

/// A call, put together from its lines.
#[derive(Clone, Debug)]
pub struct Call {
    pub provider: &'static str,
    pub process: u32,
    pub is_sent: bool,
    /// What it answered; `None` if it did not come to that.
    pub answer: Option<i64>,
}

/// Which attempt of which message.
pub type Key = (i64, u32);

fn path(app: &App, provider: &str) -> PathBuf {
    let place = PROVIDERS.iter().position(|name| *name == provider).unwrap();
    app.path(&format!("scripted-{place}.log"))
}

fn line(text: &str) -> Line {
    let words: Vec<_> = text.split(' ').collect();
    let [process, what, place, message, attempt, status, name] = words[..] else {
        panic!("no line of a provider: {text:?}");
    };
    Line {
        process: process.parse().unwrap(),
        what: match what {
            "call" => What::Call,
            "sent" => What::Sent,
            "sent-slowly" => What::SentSlowly,
            "answer" => What::Answer,
            _ => panic!("{text:?}"),
        },
        place: place.parse().unwrap(),
        message: message.parse().unwrap(),
        attempt: attempt.parse().unwrap(),
        status: status.parse().unwrap(),
        name: (name != "-").then(|| name.to_owned()),
    }
}

/// Reads the lines of a provider as they are written.
pub struct Tail {
    path: PathBuf,
    read: u64,
}

impl Tail {
    pub fn of(app: &App, provider: &str) -> Self {
        let path = path(app, provider);
        Self { path, read: 0 }
    }

    /// The complete lines since the last time.
    pub fn lines(&mut self) -> Vec<Line> {
        let Ok(mut file) = File::open(&self.path) else {
            return Vec::new();
        };
        file.seek(SeekFrom::Start(self.read)).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let complete = text.rfind('\n').map_or(0, |end| end + 1);
        self.read += complete as u64;
        text[..complete].lines().map(line).collect()
    }
}

/// Every call of every provider. A call that comes twice, or an answer without a call, is a fault.
pub fn calls(app: &App) -> HashMap<Key, Call> {
    let mut calls = HashMap::new();
    for provider in PROVIDERS {
        for line in Tail::of(app, provider).lines() {
            let key = (line.message, line.attempt);
            if line.what == What::Call {
                let call = Call {
                    provider,
                    process: line.process,
                    is_sent: false,
                    answer: None,
                };
                let before = calls.insert(key, call);
                assert!(before.is_none(), "asked twice: {before:?} {line:?}");
                continue;
            }
            let call: &mut Call = calls.get_mut(&key).expect("a call before");
            assert_eq!(call.process, line.process, "{call:?} {line:?}");
            match line.what {
                What::Answer => call.answer = Some(line.status),
                _ => call.is_sent = true,
            }
        }
    }
    calls
}
