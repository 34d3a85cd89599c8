//! What a message says: which wording holds, how its variables are filled in, what an operator should
//! know about it.
//!
//! Strongest first: the template of the number's country, the text of the organization, that of the
//! instance, Belfry's own (contract/phone.md §5). `choice` finds it, `variables` fills it in, `remarks`
//! looks at the result, `preview` does all three for a message that is not sent. `delivery` asks for
//! each message, `api` for previews and new texts. Nothing here sends or stores.

mod choice;
mod preview;
mod remarks;
mod variables;

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use log::warn;

pub use choice::{Asked, Wording};
pub use preview::{Preview, PreviewQuestion, remarks_of};
pub use remarks::Remark;
pub use variables::Variables;

use crate::domain::{
    Autofill, CountryTemplate, MessageText, MessageType, Segments, TextKey, TextSource,
};

/// How many texts are remembered that the log has told about.
const MOST_TOLD: usize = 1000;

/// What the operator configures about texts.
#[derive(Clone, Debug)]
pub struct TextSettings {
    /// The language of texts for users whose own has none; one with texts of Belfry's own.
    pub default_language: String,
    /// The last line of SMS that verify a phone.
    pub autofill: Autofill,
    /// The texts that countries demand.
    pub templates: Vec<CountryTemplate>,
}

/// The texts that hold at this moment; a reload of the configuration replaces the settings.
pub struct Texts {
    settings: RwLock<Arc<TextSettings>>,
    /// What the log has told about, so that it does so once and not for each message.
    told: Mutex<HashSet<u64>>,
}

impl Texts {
    /// Settings to begin with.
    pub fn new(settings: TextSettings) -> Self {
        Self {
            settings: RwLock::new(Arc::new(settings)),
            told: Mutex::default(),
        }
    }

    /// Replaces the settings; they hold for what is rendered from now on.
    pub fn set(&self, settings: TextSettings) {
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    /// The settings now.
    pub fn settings(&self) -> Arc<TextSettings> {
        self.settings
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The message as it is sent. The template of a country is left as it is written; what else verifies
    /// a phone gets its last line, if it shows the code.
    pub fn finished(&self, wording: &Wording, variables: &Variables) -> MessageText {
        let mut text = variables.fill(&wording.text);
        let value = |name| variables.get(name).unwrap_or_default();
        let (code, domain) = (value("Code"), value("Domain"));
        let is_meant = wording.message == MessageType::VerifyPhone
            && wording.source != TextSource::Country
            && !code.is_empty()
            && text.get(TextKey::Text).contains(code);
        let line = match is_meant {
            true => self.settings().autofill.line(domain, code),
            false => None,
        };
        if let Some(line) = line {
            let above = text.get(TextKey::Text).trim_end();
            text.set(TextKey::Text, format!("{above}\n{line}"));
        }
        text
    }

    /// Says in the log that an SMS of this wording takes more than one segment: once, and without it.
    pub fn tell_of_segments(&self, wording: &Wording, sms: &str) {
        let segments = Segments::of(sms);
        if segments.count == 1 {
            return;
        }
        let mut hasher = DefaultHasher::new();
        (wording.text.get(TextKey::Text), segments.count).hash(&mut hasher);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= MOST_TOLD {
            told.clear();
        }
        if told.insert(hasher.finish()) {
            let Wording {
                message,
                language,
                source,
                ..
            } = wording;
            let (message, remark) = (message.name(), Remark::Segments(segments));
            warn!("an SMS with the text {message} in {language} ({source}): {remark}");
        }
    }
}
