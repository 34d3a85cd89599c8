//! What the host does for a plugin, apart from calling it: its log, and the masking that keeps
//! numbers, codes and keys out of it.
//!
//! A plugin's line is cut, stripped of control characters, masked and rate-limited before it reaches
//! the server's log, whichever way the plugin runs; so is the `detail` of a result. The functions
//! that the plugin calls are in `inproc`; they end in a [`Services`], here or in a child.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use belfry_plugin::{Client, HttpFailure, HttpResponse};
use log::Level;
use regex::Regex;

use super::{
    abi,
    message::{Answer, Call, HttpRequest},
};

/// The most bytes of a line that are kept.
pub(super) const MAX_LINE: usize = 4096;
/// Lines that may come at once.
const BURST: f64 = 200.0;
/// Lines a second after that.
const RATE: f64 = 50.0;
/// The longest time that one HTTP request of a plugin may take.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);
/// How many calls that ended are still masked, for lines that come late; and how many keys.
const REMEMBERED: usize = 128;

/// Shorter secrets are not looked for: they would be found in everything.
const SHORTEST: usize = 3;

/// What a plugin can ask of the process that runs it.
pub(super) trait Services: Send + Sync {
    /// A line of the plugin; `message_id` is empty outside a call.
    fn log(&self, level: Level, message_id: &str, line: &str);

    /// One HTTP request of the plugin, to the hosts that it may reach.
    fn http(&self, request: &HttpRequest) -> Result<HttpResponse, HttpFailure>;

    /// Milliseconds since the Unix epoch.
    fn now_unix_ms(&self) -> i64 {
        crate::clock::Clock::from_env().now().micros() / 1000
    }
}

/// The log of one provider.
pub(super) struct PluginLog {
    name: String,
    keys: Mutex<VecDeque<String>>,
    calls: Mutex<Calls>,
    bucket: Mutex<Bucket>,
    /// Lines that were too many.
    dropped: AtomicU64,
}

/// Calls whose secrets are masked: those that run, and the last that ended.
#[derive(Default)]
struct Calls {
    next: u64,
    running: HashMap<u64, Secrets>,
    ended: VecDeque<Secrets>,
}

/// A call whose secrets are masked.
pub(super) struct Hidden(Option<u64>);

/// What must not be seen of one message.
struct Secrets {
    to: String,
    code: Option<String>,
    text: String,
}

impl PluginLog {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            keys: Mutex::default(),
            calls: Mutex::default(),
            bucket: Mutex::new(Bucket::full()),
            dropped: AtomicU64::new(0),
        }
    }

    /// Masks the secrets of a configuration from now on, and those of the last ones too: a generation
    /// that was replaced may still speak.
    pub(super) fn hide_keys(&self, keys: Vec<String>) {
        let mut hidden = lock(&self.keys);
        for key in keys {
            if !hidden.contains(&key) {
                hidden.push_back(key);
            }
            if hidden.len() > REMEMBERED {
                hidden.pop_front();
            }
        }
    }

    /// Masks number, code and text of a call until [`end`](Self::end), and for a while after it.
    pub(super) fn hide(&self, call: &Call) -> Hidden {
        let secrets = match call {
            Call::Send(message) | Call::VerifyStart(message) => Secrets {
                to: message.to.clone(),
                code: message.code(),
                text: message.text.clone(),
            },
            Call::VerifyCheck(check) => Secrets {
                to: check.to.clone(),
                code: Some(check.code.clone()),
                text: String::new(),
            },
            Call::Health(_) | Call::Poll(..) | Call::Webhook(_) => return Hidden(None),
        };
        let mut calls = lock(&self.calls);
        let id = calls.next;
        calls.next += 1;
        calls.running.insert(id, secrets);
        Hidden(Some(id))
    }

    /// The call is over.
    pub(super) fn end(&self, hidden: Hidden) {
        let mut calls = lock(&self.calls);
        let Some(secrets) = hidden.0.and_then(|id| calls.running.remove(&id)) else {
            return;
        };
        if calls.ended.len() >= REMEMBERED {
            calls.ended.pop_front();
        }
        calls.ended.push_back(secrets);
    }

    /// `text` as it may be shown: secrets masked, control characters gone.
    pub(super) fn mask(&self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        let mut text = text.to_owned();
        hide_keys_in(&mut text, lock(&self.keys).iter());
        let mut hide = |secret: &str, shown: &str| hide_in(&mut text, secret, shown);
        let calls = lock(&self.calls);
        for call in calls.running.values().chain(&calls.ended) {
            hide(&call.text, "[text]");
            hide(call.code.as_deref().unwrap_or_default(), "[code]");
            let digits = call.to.trim_start_matches('+');
            hide(digits, &masked_number(digits));
        }
        static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\+\d{7,15}").ok());
        if let Some(number) = &*NUMBER {
            let masked = number.replace_all(&text, |found: &regex::Captures<'_>| {
                masked_number(&found[0])
            });
            text = masked.into_owned();
        }
        abi::clean(&text)
    }

    /// An answer with its texts masked.
    pub(super) fn mask_answer(&self, answer: Answer) -> Answer {
        Answer {
            detail: self.mask(&answer.detail),
            provider_code: self.mask(&answer.provider_code),
            ..answer
        }
    }

    /// Writes a line, if there is still room for one.
    pub(super) fn write(&self, level: Level, message_id: &str, line: &str) {
        if !log::log_enabled!(target: "belfry::plugin", level) {
            return;
        }
        let dropped = match lock(&self.bucket).take(Instant::now()) {
            Some(dropped) => dropped,
            None => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
                return;
            }
        };
        let name = &self.name;
        if dropped > 0 {
            self.warn_of_dropped(dropped);
        }
        let line = self.mask(cut(line));
        match message_id {
            "" => log::log!(target: "belfry::plugin", level, "provider {name}: {line}"),
            id => log::log!(target: "belfry::plugin", level, "provider {name}: {line} [{id}]"),
        }
    }

    /// How many lines were too many since the start.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Lines that a child has dropped itself.
    pub(super) fn note_dropped(&self, lines: u64) {
        self.dropped.fetch_add(lines, Ordering::Relaxed);
        self.warn_of_dropped(lines);
    }

    fn warn_of_dropped(&self, lines: u64) {
        let name = &self.name;
        log::warn!(target: "belfry::plugin", "provider {name}: {lines} log lines dropped");
    }
}

/// Masks the secrets of a configuration in a text that is shown.
pub(super) fn hide_keys_in<'a>(text: &mut String, keys: impl IntoIterator<Item = &'a String>) {
    for key in keys {
        hide_in(text, key, "[secret]");
    }
}

fn hide_in(text: &mut String, secret: &str, shown: &str) {
    if secret.len() >= SHORTEST && text.contains(secret) {
        *text = text.replace(secret, shown);
    }
}

/// What a plugin in this process gets: the server's log, and a client for its hosts.
pub(super) struct LocalServices {
    pub log: Arc<PluginLog>,
    pub client: Client,
}

impl Services for LocalServices {
    fn log(&self, level: Level, message_id: &str, line: &str) {
        self.log.write(level, message_id, line);
    }

    fn http(&self, request: &HttpRequest) -> Result<HttpResponse, HttpFailure> {
        made(&self.client, request)
    }
}

/// Makes a plugin's request.
pub(super) fn made(client: &Client, request: &HttpRequest) -> Result<HttpResponse, HttpFailure> {
    let headers = request.headers.iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    client.send(&belfry_plugin::HttpRequest {
        method: &request.method,
        url: &request.url,
        headers: &headers,
        body: &request.body,
        timeout: request.timeout.min(LONGEST_REQUEST),
    })
}

/// The country and the last two digits of a number, such as `417*******67`.
fn masked_number(number: &str) -> String {
    let length = number.chars().count();
    let hidden = |index: usize| index >= 3 && index + 2 < length;
    let shown = |(index, c)| if hidden(index) { '*' } else { c };
    number.chars().enumerate().map(shown).collect()
}

/// At most [`MAX_LINE`] bytes of a line, cut between characters.
pub(super) fn cut(line: &str) -> &str {
    &line[..line.floor_char_boundary(MAX_LINE)]
}

/// A token bucket for log lines.
pub(super) struct Bucket {
    tokens: f64,
    filled: Instant,
    dropped: u64,
}

impl Bucket {
    pub(super) fn full() -> Self {
        Self {
            tokens: BURST,
            filled: Instant::now(),
            dropped: 0,
        }
    }

    /// Takes a token: how many lines were dropped since the last one, or `None` to drop this one too.
    pub(super) fn take(&mut self, now: Instant) -> Option<u64> {
        let refill = now.saturating_duration_since(self.filled).as_secs_f64() * RATE;
        self.tokens = (self.tokens + refill).min(BURST);
        self.filled = now;
        if self.tokens < 1.0 {
            self.dropped += 1;
            return None;
        }
        self.tokens -= 1.0;
        Some(self.told())
    }

    /// How many lines were dropped since the last time; it counts from 0 again.
    pub(super) fn told(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }
}

/// Locks, whatever became of an earlier holder: these values are whole at every step.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::Message;

    fn message() -> Message {
        Message {
            to: "+41791234567".into(),
            text: "Your code is K7QX2P".into(),
            metadata_json: r#"{"args": {"code": "K7QX2P"}}"#.into(),
            ..Message::default()
        }
    }

    #[test]
    fn number_code_text_and_keys_are_masked() {
        let log = PluginLog::new("acme");
        log.hide_keys(vec!["s3cr3t".into()]);
        log.hide(&Call::Send(message()));
        assert_eq!(
            log.mask("to +41791234567 or 41791234567: K7QX2P with s3cr3t\x1b[2J"),
            "to +417******67 or 417******67: [code] with [secret][2J"
        );
        assert_eq!(log.mask("<Your code is K7QX2P>"), "<[text]>");
        assert_eq!(log.mask("other +33612345678"), "other +33*******78");
    }

    #[test]
    fn a_flood_is_dropped_and_counted() {
        let mut bucket = Bucket::full();
        let start = bucket.filled;
        let written = (0..1000).filter(|_| bucket.take(start).is_some()).count();
        assert_eq!(written, 200);
        assert_eq!(bucket.take(start + Duration::from_secs(1)), Some(800));
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let line = format!("a{}", "é".repeat(4000));
        assert_eq!(cut(&line).len(), MAX_LINE - 1);
    }
}
