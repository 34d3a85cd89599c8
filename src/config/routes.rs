//! `[[notifications.routes]]`: which providers a message goes through, by number, purpose and organization.

use anyhow::{bail, ensure};
use serde::Deserialize;
use validator::Validate;

use crate::domain::Region;

/// `[[notifications.routes]]`; a list that is empty holds for everything.
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The operator's name for it.
    #[validate(length(min = 1, max = 100))]
    pub name: String,
    /// The beginnings of numbers, with "+" and country code.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// ISO 3166-1 alpha-2, by the region of the number.
    #[serde(default)]
    pub countries: Vec<String>,
    /// What messages are for.
    #[serde(default)]
    pub purposes: Vec<Purpose>,
    /// Ids of organizations.
    #[serde(default)]
    pub organizations: Vec<String>,
    /// Names of providers, in the order they are tried.
    #[validate(length(min = 1, max = 100))]
    pub providers: Vec<String>,
    /// The sender that providers are asked to show.
    #[serde(default)]
    #[validate(length(max = 100))]
    pub sender: String,
}

/// What an SMS is for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To verify a phone.
    VerifyPhone,
    /// To set a new password, where the caller asks for an SMS.
    PasswordReset,
}

/// Checks what no single value shows.
///
/// # Errors
/// The first fault, with the name of the route.
pub(super) fn check(routes: &[Route]) -> anyhow::Result<()> {
    for (place, route) in routes.iter().enumerate() {
        let name = &route.name;
        ensure!(
            routes.iter().take(place).all(|other| other.name != *name),
            "notifications.routes: the name {name:?} is given twice; names must differ"
        );
        for prefix in &route.prefixes {
            let is_prefix = prefix.strip_prefix('+').is_some_and(|digits| {
                (1..=15).contains(&digits.len())
                    && digits.bytes().all(|digit| digit.is_ascii_digit())
            });
            ensure!(
                is_prefix,
                "notifications.routes, {name:?}: the prefix {prefix:?} is not \"+\" and digits such as \"+4179\""
            );
        }
        for country in &route.countries {
            match country.parse::<Region>() {
                Ok(region) if region.calling_code().is_some() => {}
                _ => bail!(
                    "notifications.routes, {name:?}: {country:?} is no ISO 3166-1 alpha-2 country such as \"CH\""
                ),
            }
        }
    }
    Ok(())
}
