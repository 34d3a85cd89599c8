//! What the configuration says about texts.

use anyhow::{Context as _, anyhow, ensure};
use log::warn;

use super::{Purpose, open, providers::purpose_of, verify_phone};
use crate::{
    api::CodePolicies,
    clock::Timestamp,
    config::{self, Config},
    domain::{
        Autofill, CodePolicy, CountryTemplate, GeneratorType, Language, MessageType, PhoneNumber,
    },
    error::{Error, ORG_NOT_FOUND, USER_NOT_FOUND},
    wording::{Preview, PreviewQuestion, TextSettings, Texts, remarks_of},
};

/// The settings of the configuration. Says which templates cost more than one SMS.
pub(super) fn text_settings(config: &Config) -> TextSettings {
    let notifications = &config.notifications;
    let templates: Vec<_> = notifications.templates.iter().map(template).collect();
    let sample = CodePolicy::new(verify_phone(config)).sample();
    for (place, template) in templates.iter().enumerate() {
        let CountryTemplate { message, text, .. } = template;
        for remark in remarks_of(*message, text, &sample, Timestamp::from_micros(0)) {
            warn!("notifications.templates[{place}]: {remark}");
        }
    }
    let sms = &notifications.sms;
    TextSettings {
        default_language: notifications.default_language.clone(),
        autofill: match (sms.autofill, &sms.android_hash) {
            (config::Autofill::Web, _) => Autofill::Web {
                host: sms.web_host.clone(),
            },
            (config::Autofill::Android, Some(hash)) => Autofill::Android { hash: hash.clone() },
            (config::Autofill::None | config::Autofill::Android, _) => Autofill::None,
        },
        templates,
    }
}

fn template(template: &config::Template) -> CountryTemplate {
    CountryTemplate {
        // Checked when the configuration was read.
        countries: template
            .countries
            .iter()
            .filter_map(|country| country.parse().ok())
            .collect(),
        organizations: template.organizations.clone(),
        message: MessageType::of(purpose_of(template.purpose)),
        language: template.language.clone(),
        text: template.text.clone(),
    }
}

/// What message is to be shown.
#[derive(Debug, Default)]
pub struct TextQuestion {
    /// A language instead of the user's.
    pub language: Option<String>,
    /// A number instead of the user's.
    pub number: Option<String>,
    /// The id of an organization instead of the user's.
    pub organization: Option<String>,
    /// The id of the user.
    pub user: Option<String>,
    /// Whether it is the SMS for a new password, and not the one that verifies a phone.
    pub is_password_reset: bool,
}

/// An SMS as it would be sent now.
///
/// # Errors
/// If there is no such language, number, organization or user, or the database cannot be read.
pub fn preview_text(config: &Config, question: TextQuestion) -> anyhow::Result<Preview> {
    let opened = open(config, Purpose::Command)?;
    let policies = CodePolicies::load(&opened.store, verify_phone(config))
        .context("the database cannot be read")?;
    let (message, kind) = match question.is_password_reset {
        true => (MessageType::PasswordReset, GeneratorType::PasswordResetCode),
        false => (MessageType::VerifyPhone, GeneratorType::VerifyPhoneCode),
    };
    let language = question.language.map(|tag| Language::parse(&tag));
    ensure!(
        language.as_ref().is_none_or(|it| !it.tag().is_empty()),
        "the language is none such as \"de\" or \"pt-BR\""
    );
    let region = config.phone.default_region.parse();
    let region = region.map_err(|reason| anyhow!("phone.default_region {reason}"))?;
    let number = question.number.map(|number| {
        PhoneNumber::parse(&number, region).map_err(|_| anyhow!("{number:?} is no phone number"))
    });
    let number = number.transpose()?;
    let origin = config.server.external_url.clone().unwrap_or_default();
    let texts = Texts::new(text_settings(config));
    let (user_id, org_id) = (question.user.as_deref(), question.organization.as_deref());
    let shown = opened.store.read_blocking(|tx| {
        let user = user_id.map(|id| tx.user(id)?.ok_or(Error::from(USER_NOT_FOUND)));
        let org = org_id.map(|id| tx.org_by_id(id)?.ok_or(Error::from(ORG_NOT_FOUND)));
        let question = PreviewQuestion {
            message,
            user: user.transpose()?,
            org: org.transpose()?,
            language,
            number,
            origin,
            code: policies.get(kind).sample(),
            now: opened.clock.now(),
        };
        texts.preview(tx, question)
    });
    shown.context("there is nothing to show")
}
