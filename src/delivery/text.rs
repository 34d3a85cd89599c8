//! A rendered message, and what providers get beside its text. What it says is `wording`'s.

use serde_json::{Map, Value, json};

use crate::{
    domain::{MessagePurpose, MessageText, TextKey},
    wording::{Texts, Variables, Wording},
};

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

/// A rendered message.
pub(super) struct Rendered {
    /// The language it is in.
    pub language: String,
    /// The parts, with all variables filled in.
    pub text: MessageText,
    /// The link, if the caller worded one.
    pub url: String,
    event_type: &'static str,
    variables: Variables,
}

/// Fills the variables of a wording in.
pub(super) fn rendered(
    texts: &Texts,
    wording: &Wording,
    variables: Variables,
    purpose: MessagePurpose,
    url_template: Option<&str>,
) -> Rendered {
    let fill = |template: &str| variables.fill_in(template);
    Rendered {
        text: texts.finished(wording, &variables),
        language: wording.language.clone(),
        url: url_template.map(fill).unwrap_or_default(),
        event_type: event_type(purpose),
        variables,
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
            "args": arguments(&self.variables),
        })
        .to_string()
    }
}

/// The variables, under the keys that HTTP providers get: the first letter in lower case.
fn arguments(variables: &Variables) -> Map<String, Value> {
    let mut arguments: Map<_, _> = variables
        .iter()
        .map(|(name, value)| (key_of(name), json!(value)))
        .collect();
    // A list of one here; a text prints it.
    let login_name = variables.get("LoginName").unwrap_or_default();
    arguments.insert("loginNames".to_owned(), json!([login_name]));
    arguments
}

/// `Code` is `code` for providers.
fn key_of(variable: &str) -> String {
    let mut letters = variable.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}
