//! What templates can name: the message in all its forms, and the operator's own keys.

use std::collections::BTreeMap;

use belfry_plugin::{Failure, Message};
use jiff::Timestamp;
use minijinja::Value;
use serde::Deserialize;

use crate::{
    recipient::Recipient,
    segments::segments,
    template::{Engine, Position},
};

/// The variables of a message; the README explains them.
pub const OF_MESSAGE: &[&str] = &[
    "to",
    "to_digits",
    "to_00",
    "to_national",
    "country",
    "text",
    "code",
    "sender",
    "language",
    "id",
    "attempt",
    "purpose",
    "template",
    "expires_in",
    "expires_at",
    "expires_at_unix",
    "segments",
    "encoding",
    "receipt_url",
];

/// How a dry run shows a secret.
const MASK: &str = "***";
/// How long a message is good for if the server does not say.
const A_DAY_MS: i64 = 86_400_000;

/// Names and values for templates.
#[derive(Clone, Debug, Default)]
pub struct Values(BTreeMap<String, Value>);

impl Values {
    /// Sets one.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// As the engine wants them.
    pub fn to_value(&self) -> Value {
        Value::from_pairs(self.0.clone())
    }
}

/// What is different for a country or a prefix.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Country {
    /// The sender there.
    pub from: Option<String>,
    /// Whether a sender may have letters there; one that does is left out.
    pub alphanumeric: Option<bool>,
    /// A template for the text there.
    pub text: Option<String>,
    /// Nothing is sent there: the next provider is asked.
    pub refuse: bool,
}

/// Makes the values of each message.
pub struct Variables {
    /// The operator's own, each with whether it is a secret.
    pub own: BTreeMap<String, (String, bool)>,
    /// The sender, where neither the message nor the country has one.
    pub from: String,
    /// By ISO 3166-1 alpha-2 code, or by prefix such as `+1`.
    pub countries: BTreeMap<String, Country>,
    /// The last part of the receipt URL's path; without it no receipts are asked for.
    pub receipt_secret: String,
}

impl Variables {
    /// The operator's own variables only.
    pub fn own(&self, masked: bool) -> Values {
        let mut values = Values::default();
        for (name, (value, secret)) in &self.own {
            let hide = masked && *secret && !value.is_empty();
            values.set(name, if hide { MASK } else { value });
        }
        values
    }

    /// All variables for a message. Masked, they keep country, length and encoding, and nothing that
    /// is anybody's business.
    ///
    /// # Errors
    /// [`Failure::Unsupported`] for a country that is refused.
    pub fn of_message(
        &self,
        engine: &Engine,
        message: &Message<'_>,
        now_unix_ms: i64,
        masked: bool,
    ) -> Result<Values, Failure> {
        let recipient = Recipient::new(message.to);
        let country = self.country(&recipient).cloned().unwrap_or_default();
        if country.refuse {
            let reason = format!("countries refuses {}", recipient.country);
            return Err(Failure::Unsupported(reason.into()));
        }
        let mut values = self.own(masked);
        let shown = match masked {
            true => recipient.masked(),
            false => recipient,
        };
        values.set("to", shown.e164);
        values.set("to_digits", shown.digits);
        values.set("to_00", shown.zeros);
        values.set("to_national", shown.national);
        values.set("country", shown.country);
        values.set("sender", self.sender(message.sender, &country));
        values.set("language", message.locale);
        values.set("id", message.id);
        values.set("attempt", message.attempt);
        values.set("template", message.template_name);
        values.set("purpose", purpose(message.template_name));
        let code = code(message.metadata_json);
        values.set("code", if masked { zeros(&code) } else { code });
        let expires_at = match message.expires_at_unix_ms {
            0 => now_unix_ms + A_DAY_MS,
            at => at,
        };
        values.set("expires_in", ((expires_at - now_unix_ms) / 1000).max(1));
        values.set("expires_at_unix", expires_at / 1000);
        values.set("expires_at", rfc3339(expires_at));
        let url = message.receipt_url.trim_end_matches('/');
        let receipts = !url.is_empty() && !self.receipt_secret.is_empty();
        let secret = if masked { MASK } else { &self.receipt_secret };
        let url = if receipts {
            format!("{url}/{secret}")
        } else {
            String::new()
        };
        values.set("receipt_url", url);
        // No control character belongs in an SMS, and XML has no way to write most of them.
        let text: String = message
            .text
            .chars()
            .filter(|character| !character.is_control() || matches!(character, '\n' | '\r'))
            .collect();
        values.set("text", text.clone());
        let text = match &country.text {
            Some(template) => {
                engine.text(Position::Plain, "countries", template, &values.to_value())?
            }
            None => text,
        };
        let (encoding, count) = segments(&text);
        values.set("encoding", encoding.name());
        values.set("segments", count);
        values.set("text", if masked { "[text]".to_owned() } else { text });
        Ok(values)
    }

    /// The entry for a number: the longest prefix, else its country.
    fn country(&self, recipient: &Recipient) -> Option<&Country> {
        let prefix = self
            .countries
            .iter()
            .filter(|(name, _)| name.starts_with('+') && recipient.e164.starts_with(*name))
            .max_by_key(|(name, _)| name.len());
        prefix
            .map(|(_, country)| country)
            .or_else(|| self.countries.get(&recipient.country))
    }

    /// The country's sender, else the one that is wished, else ours.
    fn sender(&self, wished: &str, country: &Country) -> String {
        let candidates = [
            country.from.as_deref().unwrap_or_default(),
            wished,
            &self.from,
        ];
        let letters = country.alphanumeric.unwrap_or(true);
        candidates
            .into_iter()
            .find(|sender| {
                !sender.is_empty() && (letters || !sender.contains(|c: char| c.is_alphabetic()))
            })
            .unwrap_or_default()
            .to_owned()
    }
}

/// Verification, login code or notice (providers-wire §1).
fn purpose(template_name: &str) -> &'static str {
    match template_name {
        name if name.contains("OTP") => "login",
        name if name.starts_with("Verify") => "verification",
        _ => "notice",
    }
}

/// The code apart from the text, if the message has one.
fn code(metadata_json: &str) -> String {
    let metadata: serde_json::Value = serde_json::from_str(metadata_json).unwrap_or_default();
    let code = |name| {
        let code = metadata["args"][name].as_str()?;
        (!code.is_empty()).then(|| code.to_owned())
    };
    code("code").or_else(|| code("oTP")).unwrap_or_default()
}

fn zeros(text: &str) -> String {
    text.chars().map(|_| '0').collect()
}

fn rfc3339(unix_ms: i64) -> String {
    Timestamp::from_second(unix_ms / 1000)
        .map(|at| at.to_string())
        .unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        Variables {
            own: [
                ("api_key".to_owned(), ("k-secret".to_owned(), true)),
                ("account".to_owned(), ("a1".to_owned(), false)),
            ]
            .into(),
            from: "Belfry".into(),
            countries: serde_json::from_str(
                r#"{"US": {"from": "+12065550100"}, "+1604": {"alphanumeric": false},
                    "FR": {"text": "Code : {{ code }}"}, "+7": {"refuse": true}}"#,
            )
            .unwrap(),
            receipt_secret: "seal".into(),
        }
    }

    fn message() -> Message<'static> {
        Message {
            id: "m1",
            to: "+41791234567",
            text: "K7QX2B is your \"code\"\n@x #K7QX2B\u{0}",
            template_name: "VerifyPhone",
            metadata_json: r#"{"args": {"code": "K7QX2B"}}"#,
            receipt_url: "https://b.example/hooks/w",
            expires_at_unix_ms: 1_700_000_300_000,
            ..Message::default()
        }
    }

    fn fill(message: &Message<'_>, template: &str, masked: bool) -> Result<String, Failure> {
        let engine = Engine::new();
        let values = variables().of_message(&engine, message, 1_700_000_000_000, masked)?;
        engine.text(Position::Plain, "x", template, &values.to_value())
    }

    #[test]
    fn every_variable_has_its_value() {
        for (name, expected) in [
            ("to", "+41791234567"),
            ("to_digits", "41791234567"),
            ("to_00", "0041791234567"),
            ("to_national", "0791234567"),
            ("country", "CH"),
            ("text", "K7QX2B is your \"code\"\n@x #K7QX2B"),
            ("code", "K7QX2B"),
            ("sender", "Belfry"),
            ("language", "en"),
            ("id", "m1"),
            ("attempt", "1"),
            ("purpose", "verification"),
            ("template", "VerifyPhone"),
            ("expires_in", "300"),
            ("expires_at", "2023-11-14T22:18:20Z"),
            ("expires_at_unix", "1700000300"),
            ("segments", "1"),
            ("encoding", "gsm7"),
            ("receipt_url", "https://b.example/hooks/w/seal"),
            ("api_key", "k-secret"),
        ] {
            let template = format!("{{{{ {name} }}}}");
            assert_eq!(fill(&message(), &template, false).unwrap(), expected);
        }
        let engine = Engine::new();
        let values = variables()
            .of_message(&engine, &message(), 0, false)
            .unwrap();
        assert!(OF_MESSAGE.iter().all(|name| values.0.contains_key(*name)));
    }

    #[test]
    fn a_mask_hides_number_text_code_and_secrets() {
        let all: String = OF_MESSAGE
            .iter()
            .chain(&["api_key", "account"])
            .map(|name| format!("{{{{ {name} }}}} "))
            .collect();
        let shown = fill(&message(), &all, true).unwrap();
        for hidden in ["791234567", "K7QX2B", "your", "k-secret", "seal"] {
            assert!(!shown.contains(hidden), "{hidden} in {shown}");
        }
        assert!(shown.contains("+41000000000"), "{shown}");
        assert!(shown.contains("a1"), "{shown}");
    }

    #[test]
    fn countries_and_prefixes_change_sender_and_text() {
        let to = |to, sender, template| {
            let message = Message {
                to,
                sender,
                ..message()
            };
            fill(&message, template, false)
        };
        let sender = |number, wished| to(number, wished, "{{ sender }}").unwrap();
        assert_eq!(sender("+41791234567", "Shop"), "Shop");
        assert_eq!(sender("+12065550123", "Shop"), "+12065550100");
        assert_eq!(sender("+16045550123", "Shop"), "", "no letters there");
        assert_eq!(sender("+16045550123", "+1604"), "+1604");
        let text = to("+33612345678", "", "{{ text }}").unwrap();
        assert_eq!(text, "Code : K7QX2B");
        let refused = to("+79123456789", "", "");
        assert!(matches!(refused, Err(Failure::Unsupported(_))));
    }

    #[test]
    fn without_an_address_or_a_secret_there_is_no_receipt_url() {
        let message = Message {
            receipt_url: "",
            ..message()
        };
        assert_eq!(fill(&message, "{{ receipt_url }}", false).unwrap(), "");
    }
}
