//! What the providers wrote: one JSON line for each message that they took.

use std::{collections::HashMap, fs, time::Duration};

use serde_json::Value;

use crate::app::{App, wait_for};

/// One message, as a provider wrote it.
#[derive(Clone, Debug)]
pub struct Sms {
    pub id: String,
    pub to: String,
    pub text: String,
}

impl Sms {
    /// The code in the text: its only word of six capitals and digits.
    #[track_caller]
    pub fn code(&self) -> String {
        let is_code = |word: &&str| {
            let good = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
            word.len() == 6 && word.chars().all(good)
        };
        let mut codes = self
            .text
            .split(|c: char| !c.is_alphanumeric())
            .filter(is_code);
        let code = codes
            .next()
            .unwrap_or_else(|| panic!("no code in {:?}", self.text));
        assert_eq!(codes.next(), None, "{:?}", self.text);
        code.to_owned()
    }
}

impl App {
    /// All complete lines of `sms.jsonl`.
    pub fn sms(&self) -> Vec<Sms> {
        let lines = fs::read_to_string(self.path("sms.jsonl")).unwrap_or_default();
        let complete = lines.rsplit_once('\n').map_or("", |(complete, _)| complete);
        let read = |line: &str| {
            // A writer that was killed may have left a part of a line.
            let message: Value = serde_json::from_str(line).ok()?;
            let member = |name: &str| Some(message[name].as_str()?.to_owned());
            Some(Sms {
                id: member("id")?,
                to: member("to")?,
                text: member("text")?,
            })
        };
        complete.lines().filter_map(read).collect()
    }

    /// Waits at most 30 s, the promised time after a repair, for the message to a number.
    #[track_caller]
    pub fn wait_for_sms(&self, number: &str) -> Sms {
        wait_for("an SMS", Duration::from_secs(30), || {
            self.sms().into_iter().find(|sms| sms.to == number)
        })
    }

    /// How many lines there are more than messages; two messages to one number are a fault, since no
    /// number is used twice.
    #[track_caller]
    pub fn repeats(&self) -> usize {
        let all = self.sms();
        let mut by_number = HashMap::new();
        for sms in &all {
            let first = by_number.entry(&sms.to).or_insert(sms);
            assert_eq!(first.id, sms.id, "a repeat carries the same id");
            assert_eq!(first.text, sms.text, "a repeat carries the same text");
        }
        all.len() - by_number.len()
    }
}
