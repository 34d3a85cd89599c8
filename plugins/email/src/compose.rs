//! The e-mail of a message: addresses and subject from templates, the text as it is.

use belfry_plugin::{Failure, Message};
use belfry_smtp::Mail;
use lettre::{
    Address,
    message::{
        Mailbox, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};

use crate::Config;

/// Makes e-mails.
pub struct Composer {
    from: Mailbox,
    recipient: Template,
    subject: Option<Template>,
}

/// A number for trying out a template.
const SAMPLE: &str = "+41791234567";

impl Composer {
    /// Reads the templates.
    ///
    /// # Errors
    /// If one of them is unusable.
    pub fn new(config: &Config) -> Result<Self, Failure> {
        let from: Mailbox = config
            .from
            .parse()
            .map_err(|_| Failure::Misconfigured("from is not an e-mail address".into()))?;
        let recipient = Template::read("recipient", &config.recipient)?;
        let sample = Message {
            to: SAMPLE,
            ..Message::default()
        };
        let is_address = recipient.fill(&sample).parse::<Address>().is_ok();
        if !is_address || !recipient.has_number() {
            return Err(Failure::Misconfigured(
                "recipient is not an e-mail address with a number in it, such as {digits}@gateway.example".into(),
            ));
        }
        // Beyond ASCII only some servers deliver, and to SMS gateways it does not matter.
        if !AsRef::<str>::as_ref(&from.email).is_ascii() || !config.recipient.is_ascii() {
            return Err(Failure::Misconfigured(
                "e-mail addresses must be ASCII; write a domain in its form with xn--".into(),
            ));
        }
        let subject = config.subject.as_deref();
        Ok(Self {
            from,
            recipient,
            subject: subject
                .map(|subject| Template::read("subject", subject))
                .transpose()?,
        })
    }

    /// The e-mail of a message.
    ///
    /// # Errors
    /// If the number or the text cannot be in an e-mail.
    pub fn compose(&self, message: &Message<'_>) -> Result<Mail, Failure> {
        let digits = message.to.strip_prefix('+').unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Failure::InvalidRecipient("not an E.164 number".into()));
        }
        let to: Address = self.recipient.fill(message).parse().map_err(|_| {
            Failure::InvalidRecipient("the number does not fit into an e-mail address".into())
        })?;
        if message.text.contains('\0') {
            return Err(Failure::Rejected("the text holds a NUL".into()));
        }
        let id = message_id(message.id, self.from.email.domain());
        let mut builder = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .message_id(Some(id))
            .date_now()
            // So that nobody's absence is reported to us (RFC 3834).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".into(),
            ));
        if let Some(subject) = &self.subject {
            builder = builder.subject(one_line(&subject.fill(message)));
        }
        let mail = builder
            .singlepart(SinglePart::plain(message.text.to_owned()))
            .map_err(|_| Failure::Internal("the e-mail cannot be composed".into()))?;
        Ok(Mail {
            from: self.from.email.clone(),
            to,
            content: mail.formatted(),
        })
    }
}

/// The Message-ID: the same over all attempts, so that a gateway which looks at it sends one SMS.
fn message_id(id: &str, domain: &str) -> String {
    let mut local = String::new();
    for byte in id.bytes() {
        match byte {
            b'-' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => local.push(byte.into()),
            // The server's ids have no such bytes; no two ids become one.
            _ => local.push_str(&format!("={byte:02x}")),
        }
    }
    format!("<belfry.{local}@{domain}>")
}

/// A text for a header: control characters, above all line ends, become spaces.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ").trim().to_owned()
}

/// A text with places to fill: `{digits}@gateway.example`. `{{` and `}}` stand for braces.
struct Template(Vec<Part>);

enum Part {
    Text(String),
    Place(Place),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    E164,
    Digits,
    Zeros,
    Id,
    Sender,
}

impl Template {
    /// Messages name the setting, never its value: a subject may be a password.
    fn read(setting: &str, text: &str) -> Result<Self, Failure> {
        let wrong = |what: &str| Failure::Misconfigured(format!("{setting}: {what}").into());
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
                literal.push_str(&rest[..1]);
                rest = after;
                continue;
            }
            let inside = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let (name, after) =
                inside.ok_or_else(|| wrong("a brace stands alone; write {{ or }}"))?;
            let place = match name {
                "e164" => Place::E164,
                "digits" => Place::Digits,
                "zeros" => Place::Zeros,
                "id" => Place::Id,
                "sender" => Place::Sender,
                _ => {
                    return Err(wrong(
                        "known are {e164}, {digits}, {zeros}, {id} and {sender}",
                    ));
                }
            };
            parts.push(Part::Text(std::mem::take(&mut literal)));
            parts.push(Part::Place(place));
            rest = after;
        }
        literal.push_str(rest);
        parts.push(Part::Text(literal));
        Ok(Self(parts))
    }

    fn has_number(&self) -> bool {
        let numbers = [Place::E164, Place::Digits, Place::Zeros];
        self.0
            .iter()
            .any(|part| matches!(part, Part::Place(place) if numbers.contains(place)))
    }

    fn fill(&self, message: &Message<'_>) -> String {
        let digits = message.to.trim_start_matches('+');
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Place(Place::E164) => filled.push_str(message.to),
                Part::Place(Place::Digits) => filled.push_str(digits),
                Part::Place(Place::Zeros) => {
                    filled.push_str("00");
                    filled.push_str(digits);
                }
                Part::Place(Place::Id) => filled.push_str(message.id),
                Part::Place(Place::Sender) => filled.push_str(message.sender),
            }
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str) -> Result<String, Failure> {
        let message = Message {
            id: "m1",
            to: SAMPLE,
            sender: "Belfry",
            ..Message::default()
        };
        Template::read("subject", template).map(|template| template.fill(&message))
    }

    #[test]
    fn places_are_filled_and_braces_doubled() {
        let cases = [
            ("{digits}@gateway.example", "41791234567@gateway.example"),
            ("{e164}", "+41791234567"),
            ("a{zeros}b{id}{sender}", "a0041791234567bm1Belfry"),
            ("pass{{word}}", "pass{word}"),
            ("", ""),
        ];
        for (template, expected) in cases {
            assert_eq!(filled(template).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn a_wrong_template_is_told_without_its_text() {
        for template in ["{secret}", "secret{", "secret}", "{secret", "}{secret}"] {
            let Err(Failure::Misconfigured(reason)) = filled(template) else {
                panic!("{template} was taken");
            };
            assert!(!reason.text.contains("secret"), "{}", reason.text);
        }
    }

    #[test]
    fn ids_that_differ_stay_different_and_no_id_leaves_its_place() {
        assert_eq!(message_id("351", "example.org"), "<belfry.351@example.org>");
        let hostile = message_id("1>\r\nBcc: eve@example.org", "example.org");
        assert!(!hostile.contains(['\r', '\n', ' ']), "{hostile}");
        assert_eq!(hostile.matches(['<', '>', '@']).count(), 3);
        assert_ne!(message_id("a b", "x"), message_id("a=20b", "x"));
    }
}
