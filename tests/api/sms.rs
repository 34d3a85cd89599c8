//! What the `file` provider wrote: the messages that users would have got.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::app::App;

/// One message, as the provider wrote it.
#[derive(Clone, Debug)]
pub struct Sms {
    /// The message id.
    pub id: String,
    /// The recipient.
    pub to: String,
    /// The text.
    pub text: String,
}

impl Sms {
    /// The code in the text: its only word of six capitals and digits.
    #[track_caller]
    pub fn code(&self) -> String {
        let is_code = |word: &&str| {
            word.len() == 6
                && word
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        };
        let words = self.text.split(|c: char| !c.is_alphanumeric());
        let codes: Vec<_> = words.filter(is_code).collect();
        match codes.as_slice() {
            [code] => (*code).to_owned(),
            _ => panic!("one code is expected in {:?}", self.text),
        }
    }
}

impl App {
    /// All messages so far to a number.
    pub fn sms_to(&self, number: &str) -> Vec<Sms> {
        let lines = fs::read_to_string(self.path("sms.jsonl")).unwrap_or_default();
        // The last line may be half written.
        let complete = lines.rsplit_once('\n').map_or("", |(complete, _)| complete);
        complete
            .lines()
            .map(|line| {
                let message: Value = serde_json::from_str(line).unwrap();
                let member = |name: &str| message[name].as_str().unwrap().to_owned();
                Sms {
                    id: member("id"),
                    to: member("to"),
                    text: member("text"),
                }
            })
            .filter(|sms| sms.to == number)
            .collect()
    }

    /// Waits until a number has got so many messages, and gives back the last of them.
    #[track_caller]
    pub fn wait_for_sms(&self, number: &str, count: usize) -> Sms {
        let begun = Instant::now();
        loop {
            let mut messages = self.sms_to(number);
            assert!(messages.len() <= count, "too many messages: {messages:?}");
            if messages.len() == count
                && let Some(last) = messages.pop()
            {
                return last;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(15),
                "{number} got {} of {count} messages within 15 s",
                messages.len()
            );
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits for the first message to a number and gives back its code.
    #[track_caller]
    pub fn code_for(&self, number: &str) -> String {
        self.wait_for_sms(number, 1).code()
    }

    /// Expects that a number gets no message: one that is queued later has arrived, and this one has not.
    #[track_caller]
    pub fn expect_no_sms(&self, number: &str) {
        let later = self.number();
        self.human_with_phone(&later);
        self.wait_for_sms(&later, 1);
        assert!(self.sms_to(number).is_empty(), "{:?}", self.sms_to(number));
    }
}
