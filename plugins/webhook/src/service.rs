//! The ready services: one data file each, with the same settings as an operator's own table, and
//! beside them a title, the gateway's hosts and the variables that the service wants to know.

use std::collections::BTreeMap;

use belfry_plugin::Failure;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Names and files; the order is that of the README.
pub const SERVICES: &[(&str, &str)] = &[
    ("vonage", include_str!("services/vonage.toml")),
    ("messagebird", include_str!("services/messagebird.toml")),
    ("sinch", include_str!("services/sinch.toml")),
    ("plivo", include_str!("services/plivo.toml")),
    ("46elks", include_str!("services/46elks.toml")),
    ("seven", include_str!("services/seven.toml")),
    ("smsapi", include_str!("services/smsapi.toml")),
    ("clicksend", include_str!("services/clicksend.toml")),
    ("kannel", include_str!("services/kannel.toml")),
    (
        "android-sms-gateway",
        include_str!("services/android-sms-gateway.toml"),
    ),
];

/// One service.
#[derive(Deserialize)]
pub struct Service {
    /// For people.
    pub title: String,
    /// The hosts that its addresses lead to.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// What the service wants to know.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    /// The settings, as an operator would write them.
    #[serde(flatten)]
    pub settings: Map<String, Value>,
}

/// Something that the operator has to tell, such as a key.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// For people.
    pub title: String,
    /// It is masked wherever it might show.
    #[serde(default)]
    pub secret: bool,
    /// It may be missing.
    #[serde(default)]
    pub optional: bool,
    /// What it is if it is missing.
    #[serde(default)]
    pub default: String,
    /// All that it may be; empty for anything.
    #[serde(default)]
    pub one_of: Vec<String>,
}

impl Service {
    /// The service of that name.
    ///
    /// # Errors
    /// [`Failure::Misconfigured`] with the names that there are.
    pub fn named(name: &str) -> Result<Self, Failure> {
        let Some((_, file)) = SERVICES.iter().find(|(other, _)| *other == name) else {
            let names: Vec<_> = SERVICES.iter().map(|(name, _)| *name).collect();
            return Err(Failure::Misconfigured(
                format!("service must be one of {}", names.join(", ")).into(),
            ));
        };
        toml::from_str(file)
            .map_err(|error| Failure::Internal(format!("the file of {name}: {error}").into()))
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        SERVICES
            .iter()
            .filter_map(|(name, _)| Self::named(name).ok())
    }
}

/// The variables that every configuration may have, whatever its service: those of the services, and
/// the usual names for a gateway that has no file here.
pub fn variables() -> BTreeMap<String, Variable> {
    let usual = [
        ("username", "User name", false),
        ("password", "Password", true),
        ("token", "Bearer token", true),
        ("api_key", "API key", true),
        ("api_secret", "API secret", true),
        ("account", "Account id", false),
        ("client_id", "OAuth client id", false),
        ("client_secret", "OAuth client secret", true),
        ("signing_key", "Key of the signature", true),
    ];
    let usual = usual.map(|(name, title, secret)| {
        let variable = Variable {
            title: title.to_owned(),
            secret,
            optional: true,
            default: String::new(),
            one_of: Vec::new(),
        };
        (name.to_owned(), variable)
    });
    let mut all: BTreeMap<_, _> = usual.into();
    for service in Service::all() {
        for (name, variable) in service.variables {
            all.entry(name).or_insert(variable);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_a_secret_everywhere_or_nowhere() {
        let all = variables();
        for (name, _) in SERVICES {
            let service = Service::named(name).unwrap_or_else(|failure| panic!("{failure:?}"));
            for (variable, own) in &service.variables {
                assert_eq!(own.secret, all[variable].secret, "{name}: {variable}");
                assert!(
                    own.one_of.is_empty() || own.one_of.contains(&own.default),
                    "{name}: {variable}"
                );
            }
        }
    }
}
