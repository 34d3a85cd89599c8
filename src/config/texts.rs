//! `[notifications.sms]` and `[[notifications.templates]]`: how SMS end, and the texts of countries.

use anyhow::{bail, ensure};
use serde::Deserialize;
use validator::Validate;

use super::{Notifications, Purpose};
use crate::domain::{
    LANGUAGES, Language, Region, VARIABLES, is_app_hash, is_domain, render, variables,
};

/// `[notifications.sms]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sms {
    /// The form of the last line.
    pub autofill: Autofill,
    /// The domain of the page that asks for codes; without it the host of the call.
    pub web_host: Option<String>,
    /// The hash of the Android app that asks for codes.
    pub android_hash: Option<String>,
}

/// A last line by which a device fills a code in.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Autofill {
    /// None.
    #[default]
    None,
    /// For browsers.
    Web,
    /// For an Android app.
    Android,
}

/// `[[notifications.templates]]`
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// ISO 3166-1 alpha-2, by the region of the number.
    #[validate(length(min = 1, max = 300))]
    pub countries: Vec<String>,
    /// Ids of organizations; empty is all.
    #[serde(default)]
    pub organizations: Vec<String>,
    /// What the message is for.
    #[serde(default = "verify_phone")]
    pub purpose: Purpose,
    /// The language that the text is in.
    pub language: String,
    /// The text with its variables.
    #[validate(length(min = 1, max = 800))]
    pub text: String,
}

fn verify_phone() -> Purpose {
    Purpose::VerifyPhone
}

/// Checks what no single value shows.
///
/// # Errors
/// The first fault, with its key.
pub(super) fn check(notifications: &Notifications) -> anyhow::Result<()> {
    ensure!(
        LANGUAGES.contains(&notifications.default_language.as_str()),
        "notifications.default_language: {:?} is none of {}",
        notifications.default_language,
        LANGUAGES.join(", ")
    );
    check_sms(&notifications.sms)?;
    for (place, template) in notifications.templates.iter().enumerate() {
        if let Err(fault) = check_template(template, &notifications.templates[..place]) {
            bail!("notifications.templates[{place}]: {fault}");
        }
    }
    Ok(())
}

fn check_sms(sms: &Sms) -> anyhow::Result<()> {
    if let Some(host) = &sms.web_host {
        ensure!(
            is_domain(host),
            "notifications.sms.web_host: {host:?} is no domain such as \"login.example.org\", without scheme and port"
        );
    }
    if let Some(hash) = &sms.android_hash {
        ensure!(
            is_app_hash(hash),
            "notifications.sms.android_hash: {hash:?} is not the 11 characters of an app such as \"FA+9qCX9VSu\""
        );
    }
    ensure!(
        sms.autofill != Autofill::Android || sms.android_hash.is_some(),
        "notifications.sms.autofill: \"android\" needs android_hash"
    );
    Ok(())
}

fn check_template(template: &Template, before: &[Template]) -> anyhow::Result<()> {
    let Template { text, language, .. } = template;
    for country in &template.countries {
        let is_country = country
            .parse::<Region>()
            .is_ok_and(|region| region.calling_code().is_some());
        ensure!(
            is_country,
            "countries: {country:?} is no ISO 3166-1 alpha-2 country such as \"CH\""
        );
        let is_taken = |other: &&Template| {
            other.purpose == template.purpose
                && other.language == *language
                && other.countries.contains(country)
                && other.organizations == template.organizations
        };
        ensure!(
            !before.iter().any(|other| is_taken(&other)),
            "there is a text for {country} in {language:?} above, for the same organizations; this one would never be sent"
        );
    }
    ensure!(
        !language.is_empty() && Language::parse(language).tag() == language,
        "language: {language:?} is no language such as \"en\" or \"pt-BR\""
    );
    if let Some(unknown) = variables(text).find(|name| !VARIABLES.contains(name)) {
        bail!(
            "text: there is no variable {{{{.{unknown}}}}}; there are {}",
            VARIABLES.join(", ")
        );
    }
    ensure!(
        variables(text).any(|name| name == "Code"),
        "text: {{{{.Code}}}} is missing"
    );
    let left = render(text, |_| Some(""));
    ensure!(
        !left.contains("{{") && !left.contains("}}"),
        "text: braces are for variables such as {{{{.Code}}}} alone"
    );
    Ok(())
}
