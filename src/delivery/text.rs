//! The text of a message and what providers get beside it.
//!
//! The texts are Belfry's own, one for each language; an SMS consists of the text alone
//! (contract/phone.md §5). Pure: called by `sender`.

use serde_json::{Map, Value, json};

use crate::domain::{Human, MessageId, PlainCode, User, render};

/// The message type, as templates and providers know it.
pub(super) const VERIFY_PHONE: &str = "VerifyPhone";

/// Language and text of the message `VerifyPhone`. All characters are in the GSM 7-bit alphabet, so
/// that a message is one segment.
const TEXTS: &[(&str, &str)] = &[
    ("en", "{{.Code}} is your code to verify this phone number."),
    (
        "de",
        "{{.Code}} ist dein Code, um diese Telefonnummer zu bestätigen.",
    ),
    (
        "fr",
        "{{.Code}} est votre code pour confirmer ce numéro de téléphone.",
    ),
    (
        "it",
        "{{.Code}} è il tuo codice per confermare questo numero di telefono.",
    ),
    ("es", "{{.Code}} es tu clave para confirmar este teléfono."),
];

/// Whether there are texts in a language.
pub fn has_language(language: &str) -> bool {
    TEXTS.iter().any(|(known, _)| *known == language)
}

/// A rendered message.
pub(super) struct Rendered {
    /// The language it is in.
    pub language: &'static str,
    /// The text.
    pub text: String,
    arguments: Map<String, Value>,
}

/// Renders the text for a human in their preferred language, or else in the default one.
pub(super) fn verify_phone(
    user: &User,
    human: &Human,
    code: &PlainCode,
    origin: &str,
    default_language: &str,
) -> Rendered {
    let arguments = arguments(user, human, code, origin);
    let (language, template) = template(human.preferred_language.tag(), default_language);
    let text = render(template, |name| {
        arguments.get(&key_of(name)).and_then(Value::as_str)
    });
    Rendered {
        language,
        text,
        arguments,
    }
}

impl Rendered {
    /// The JSON object `{contextInfo, templateData, args}` of contract/providers.md §4.
    pub(super) fn metadata(&self, message: MessageId, recipient: &str, provider: &str) -> String {
        json!({
            "contextInfo": {
                "recipientPhoneNumber": recipient,
                "eventType": "user.human.phone.code.added",
                "messageId": message.to_string(),
                "provider": { "id": provider, "description": provider },
            },
            "templateData": { "text": self.text },
            "args": self.arguments,
        })
        .to_string()
    }
}

/// The text in the wanted language, else in the default one, else in English.
fn template(wanted: &str, default_language: &str) -> (&'static str, &'static str) {
    let find = |tag: &str| {
        let primary = tag.split('-').next().unwrap_or_default();
        TEXTS.iter().find(|(language, _)| *language == primary)
    };
    *find(wanted)
        .or_else(|| find(default_language))
        .unwrap_or(&TEXTS[0])
}

/// The variables, under the keys that HTTP providers get: the first letter in lower case.
fn arguments(user: &User, human: &Human, code: &PlainCode, origin: &str) -> Map<String, Value> {
    let phone = human.phone.as_ref();
    let number = phone.map(|phone| phone.number.as_str()).unwrap_or_default();
    let verified_phone = phone
        .filter(|phone| phone.is_verified)
        .map_or("", |_| number);
    let verified_email = if human.email.is_verified {
        human.email.address.as_str()
    } else {
        ""
    };
    let time = |instant: crate::clock::Timestamp| {
        prost_types::Timestamp {
            seconds: instant.seconds(),
            nanos: 0,
        }
        .to_string()
    };
    let pairs = [
        ("code", json!(code.expose())),
        ("domain", json!(host(origin))),
        ("userID", json!(user.aggregate.id)),
        ("orgID", json!(user.aggregate.owner_id)),
        ("userName", json!(user.user_name)),
        ("firstName", json!(human.name.first)),
        ("lastName", json!(human.name.last)),
        ("nickName", json!(human.name.nick)),
        ("displayName", json!(human.name.display)),
        ("lastEmail", json!(human.email.address)),
        ("verifiedEmail", json!(verified_email)),
        ("lastPhone", json!(number)),
        ("verifiedPhone", json!(verified_phone)),
        ("preferredLoginName", json!(user.user_name)),
        ("loginName", json!(user.user_name)),
        ("loginNames", json!([user.user_name])),
        ("changeDate", json!(time(user.aggregate.changed_at))),
        ("creationDate", json!(time(user.aggregate.created_at))),
    ];
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// `Code` is `code` for providers.
fn key_of(variable: &str) -> String {
    let mut letters = variable.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The host of an origin, without scheme and port.
fn host(origin: &str) -> &str {
    let authority = origin
        .split_once("://")
        .map_or(origin, |(_, authority)| authority);
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_without_texts_falls_back_to_the_default() {
        assert_eq!(template("de-CH", "en").0, "de");
        assert_eq!(template("ja", "fr").0, "fr");
        assert_eq!(template("", "xx").0, "en");
    }

    #[test]
    fn every_text_shows_the_code_and_fits_one_segment() {
        // The letters beyond ASCII that the GSM 7-bit default alphabet has (3GPP TS 23.038).
        let accented = "èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà";
        for (language, text) in TEXTS {
            assert!(text.contains("{{.Code}}"), "{language}");
            assert!(text.chars().count() < 160, "{language}");
            assert!(
                text.chars().all(|c| c.is_ascii() || accented.contains(c)),
                "{language}"
            );
        }
    }

    #[test]
    fn the_domain_is_the_host_alone() {
        assert_eq!(host("http://127.0.0.1:8080"), "127.0.0.1");
        assert_eq!(host("https://[::1]:80"), "[::1]");
        assert_eq!(host("https://belfry.example"), "belfry.example");
    }
}
