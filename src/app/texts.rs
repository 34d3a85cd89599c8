//! What the configuration says about texts.

use log::warn;

use super::{providers::purpose_of, verify_phone};
use crate::{
    clock::Timestamp,
    config::{self, Config},
    domain::{Autofill, CodePolicy, CountryTemplate, MessageType},
    wording::{TextSettings, remarks_of},
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
