//! The text of a message and what providers get beside it.
//!
//! Which wording holds, strongest first: the organization's, the instance's, Belfry's own
//! (contract/phone.md §5). An SMS consists of the part `Text` alone. Called by the senders.

use serde_json::{Map, Value, json};

use crate::{
    domain::{
        Human, LANGUAGES, MessagePurpose, MessageText, MessageType, PlainCode, TextKey, User,
        built_in, render,
    },
    error::Error,
    store::{INSTANCE_TEXTS, Message, ReadTx},
};

/// Whether there are texts in a language.
pub fn has_language(language: &str) -> bool {
    LANGUAGES.contains(&language)
}

/// The type of the text for a purpose.
pub(super) fn message_type(purpose: MessagePurpose) -> MessageType {
    match purpose {
        MessagePurpose::VerifyPhone => MessageType::VerifyPhone,
        MessagePurpose::VerifyEmail => MessageType::VerifyEmail,
        MessagePurpose::Initialization => MessageType::InitCode,
        MessagePurpose::PasswordReset => MessageType::PasswordReset,
        MessagePurpose::Invitation => MessageType::InviteUser,
    }
}

/// The event that caused a message, as HTTP providers are told it.
fn event_type(purpose: MessagePurpose) -> &'static str {
    match purpose {
        MessagePurpose::VerifyPhone => "user.human.phone.code.added",
        MessagePurpose::VerifyEmail => "user.human.email.code.added",
        MessagePurpose::Initialization => "user.human.initialization.code.added",
        MessagePurpose::PasswordReset => "user.human.password.code.added",
        MessagePurpose::Invitation => "user.human.invite.code.added",
    }
}

/// A wording and the language it is in.
pub(super) struct Wording {
    language: String,
    text: MessageText,
}

/// Finds the wording for a user: in the preferred language, else in the default one, else in English.
pub(super) fn wording(
    tx: &ReadTx<'_>,
    user: &User,
    human: &Human,
    message: MessageType,
    default_language: &str,
) -> Result<Wording, Error> {
    let preferred = human.preferred_language.tag();
    let primary = preferred.split('-').next().unwrap_or_default();
    for language in [preferred, primary, default_language, "en"] {
        if language.is_empty() {
            continue;
        }
        let own = built_in(message, language);
        let custom = tx
            .message_text(user.aggregate.owner, message, language)?
            .or(&tx.message_text(INSTANCE_TEXTS, message, language)?);
        if own.is_some() || !custom.is_empty() {
            // What a language without texts of ours does not word itself is said in the default one.
            let base = own.or_else(|| built_in(message, default_language));
            return Ok(Wording {
                language: language.to_owned(),
                text: custom.or(&base.unwrap_or_default()),
            });
        }
    }
    Ok(Wording {
        language: "en".to_owned(),
        text: built_in(message, "en").unwrap_or_default(),
    })
}

/// A rendered message.
pub(super) struct Rendered {
    /// The language it is in.
    pub language: String,
    /// The parts, with all variables filled in.
    pub text: MessageText,
    /// The link, if the caller worded one.
    pub url: String,
    event_type: &'static str,
    arguments: Map<String, Value>,
}

/// Fills the variables of a wording in.
pub(super) fn rendered(
    wording: Wording,
    user: &User,
    human: &Human,
    code: &PlainCode,
    message: &Message,
) -> Rendered {
    let mut arguments = arguments(user, human, code, &message.origin);
    let application = message.application_name.as_deref().unwrap_or("Belfry");
    if message.purpose == MessagePurpose::Invitation {
        arguments.insert("applicationName".to_owned(), json!(application));
    }
    let fill = |template: &str| {
        render(template, |name| {
            arguments.get(&key_of(name)).and_then(Value::as_str)
        })
    };
    let mut text = MessageText::default();
    for key in TextKey::ALL {
        text.set(key, fill(wording.text.get(key)));
    }
    Rendered {
        language: wording.language,
        url: message
            .url_template
            .as_deref()
            .map(fill)
            .unwrap_or_default(),
        text,
        event_type: event_type(message.purpose),
        arguments,
    }
}

impl Rendered {
    /// The JSON object `{contextInfo, templateData, args}` of contract/providers.md §4; `recipient` is
    /// the key under which the recipient stands, and the recipient; `provider` is the provider's id and
    /// description.
    pub(super) fn metadata(
        &self,
        message: &str,
        recipient: (&str, &str),
        provider: (&str, &str),
    ) -> String {
        let part = |key| self.text.get(key);
        let all = [
            ("title", part(TextKey::Title)),
            ("preHeader", part(TextKey::PreHeader)),
            ("subject", part(TextKey::Subject)),
            ("greeting", part(TextKey::Greeting)),
            ("text", part(TextKey::Text)),
            ("url", self.url.as_str()),
            ("buttonText", part(TextKey::ButtonText)),
            ("footerText", part(TextKey::Footer)),
        ];
        let template_data: Map<String, Value> = all
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(key, text)| (key.to_owned(), json!(text)))
            .collect();
        let mut context = json!({
            "eventType": self.event_type,
            "messageId": message,
            "provider": { "id": provider.0, "description": provider.1 },
        });
        context[recipient.0] = json!(recipient.1);
        json!({
            "contextInfo": context,
            "templateData": template_data,
            "args": self.arguments,
        })
        .to_string()
    }
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
    fn the_domain_is_the_host_alone() {
        assert_eq!(host("http://127.0.0.1:8080"), "127.0.0.1");
        assert_eq!(host("https://[::1]:80"), "[::1]");
        assert_eq!(host("https://belfry.example"), "belfry.example");
    }
}
