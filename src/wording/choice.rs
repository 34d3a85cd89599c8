//! Which wording holds for a message, and where it comes from.

use crate::{
    domain::{
        Language, MessageText, MessageType, PhoneNumber, TextKey, TextSource, built_in,
        choose_template,
    },
    error::Error,
    store::{INSTANCE_TEXTS, ReadTx},
};

use super::{TextSettings, Texts};

/// What a wording is wanted for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The type.
    pub message: MessageType,
    /// The row of the user's organization.
    pub org_row: i64,
    /// The id of the user's organization.
    pub org_id: &'a str,
    /// The language that the user prefers.
    pub language: &'a Language,
    /// Where an SMS goes; `None` for an e-mail.
    pub number: Option<&'a PhoneNumber>,
}

/// A wording.
#[derive(Clone, Debug)]
pub struct Wording {
    /// The type.
    pub message: MessageType,
    /// The language it is in.
    pub language: String,
    /// Where its part `Text` comes from.
    pub source: TextSource,
    /// The parts with their variables.
    pub text: MessageText,
}

impl Texts {
    /// Finds the wording: in the preferred language, else in its primary one, in the default one, in
    /// English. A country's template takes the place of the part `Text`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn choose(&self, tx: &ReadTx<'_>, asked: Asked<'_>) -> Result<Wording, Error> {
        let settings = self.settings();
        let mut wording = worded(tx, asked, &settings)?;
        let preferred = asked.language.tag();
        let region = match settings.templates.is_empty() {
            true => None,
            false => asked.number.and_then(PhoneNumber::region),
        };
        let template = region.and_then(|region| {
            let languages = [preferred, primary(preferred)];
            choose_template(
                &settings.templates,
                asked.message,
                region,
                asked.org_id,
                languages,
            )
        });
        if let Some(template) = template {
            wording.language.clone_from(&template.language);
            wording.text.set(TextKey::Text, &template.text);
            wording.source = TextSource::Country;
        }
        Ok(wording)
    }
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

fn worded(tx: &ReadTx<'_>, asked: Asked<'_>, settings: &TextSettings) -> Result<Wording, Error> {
    let message = asked.message;
    // What an administrator has chosen holds from the next message on.
    let chosen = tx.default_language()?;
    let default_language = chosen.as_deref().unwrap_or(&settings.default_language);
    let preferred = asked.language.tag();
    for language in [preferred, primary(preferred), default_language] {
        if language.is_empty() {
            continue;
        }
        let own = built_in(message, language);
        let of_org = tx.message_text(asked.org_row, message, language)?;
        let of_instance = tx.message_text(INSTANCE_TEXTS, message, language)?;
        let is_worded = |text: &MessageText| !text.get(TextKey::Text).is_empty();
        let source = match (is_worded(&of_org), is_worded(&of_instance)) {
            (true, _) => TextSource::Organization,
            (false, true) => TextSource::Instance,
            (false, false) => TextSource::BuiltIn,
        };
        let custom = of_org.or(&of_instance);
        if own.is_some() || !custom.is_empty() {
            // What a language without texts of ours does not word itself is said in the default one.
            let base = own.or_else(|| built_in(message, default_language));
            return Ok(Wording {
                message,
                language: language.to_owned(),
                source,
                text: custom.or(&base.unwrap_or_default()),
            });
        }
    }
    Ok(Wording {
        message,
        language: "en".to_owned(),
        source: TextSource::BuiltIn,
        text: built_in(message, "en").unwrap_or_default(),
    })
}
