//! How organizations and the instance word the SMS that verifies a phone and the one with a one-time
//! password (contract/providers.md §5).
//!
//! Cases about organizations make their own. Those about the instance take turns in a language that no
//! user of the shared server has. That a wording is sent is tested in `tests/delivery`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::{
    clients::Kind,
    table::{Case, Scene, case},
};

pub mod instance;
pub mod org;

/// The parts that a request may word, with some text each.
pub fn parts(t: &Scene) -> Value {
    let parts = json!({
        "title": "Tytuł",
        "preHeader": "Nagłówek",
        "subject": "Temat",
        "greeting": "Cześć {{.DisplayName}}",
        "text": "Kod: {{.Code}}",
        "buttonText": "Dalej",
        "footerText": "Stopka",
    });
    if has_parts(t) {
        parts
    } else {
        json!({"text": "Kod: {{.OTP}}"})
    }
}

/// Whether the message has other parts than the text.
pub fn has_parts(t: &Scene) -> bool {
    t.operation().rpc.contains("VerifyPhone")
}

/// The type of the message, as events name it.
pub fn template(t: &Scene) -> &'static str {
    if has_parts(t) {
        "VerifyPhone"
    } else {
        "VerifySMSOTP"
    }
}

/// The names of the parts in events, by their names in requests.
pub const KEYS: [(&str, &str); 7] = [
    ("title", "Title"),
    ("preHeader", "PreHeader"),
    ("subject", "Subject"),
    ("greeting", "Greeting"),
    ("text", "Text"),
    ("buttonText", "ButtonText"),
    ("footerText", "Footer"),
];

/// The lengths of the parts, in the units of the contract.
pub const LIMITS: Case = case(
    "the lengths of the parts and of the language are limited",
    |t| {
        let call = |name: &str, text: String| t.call(json!({"language": "pl", name: text}));
        call("text", "ü".repeat(801)).expect_invalid();
        if has_parts(t) {
            // Bytes, not characters.
            for (name, most) in [
                ("title", 2000),
                ("preHeader", 2000),
                ("subject", 2000),
                ("greeting", 4000),
                ("buttonText", 4000),
                ("footerText", 8000),
            ] {
                call(name, "ü".repeat(most / 2 + 1)).expect_invalid();
            }
        }
        t.call(json!({"language": "a".repeat(201)}))
            .expect_invalid();
    },
);

/// The language is one, and one that may be worded.
pub const LANGUAGES: Case = case(
    "what is no language is told, then what is not supported",
    |t| {
        for language in ["und", "?", "not a tag"] {
            t.call(json!({"language": language, "text": "a"}))
                .fails(Kind::Invalid, "LANG-3M9f2");
        }
        for language in ["tlh", "de-CH"] {
            t.call(json!({"language": language, "text": "a"}))
                .fails(Kind::Invalid, "LANG-lg4DP");
        }
    },
);

/// Who may word for the instance at the moment.
pub fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
