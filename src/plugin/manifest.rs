//! What a plugin says about itself: the JSON of `describe`, read before anything else is asked.
//!
//! Unknown keys are ignored, since a newer plugin may say more. The same text is the description
//! inside a child's Hello, so both ways of running read it here.

use belfry_plugin::Client;
use serde::Deserialize;
use serde_json::Value;

/// The longest description, in bytes.
pub(super) const MAX_DESCRIPTION: usize = 64 * 1024;
/// The most calls that one instance may take at a time.
pub(super) const MOST_CALLS: usize = 64;

/// A checked description.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Manifest {
    /// Letters, digits, `-`, `_`, `.`.
    pub id: String,
    /// The plugin's own version; may be empty.
    #[serde(default)]
    pub version: String,
    /// The JSON Schema of its configuration; `Null` without one.
    #[serde(default)]
    pub config_schema: Value,
    /// How many calls one instance takes at a time, 1 to 64.
    #[serde(default = "one")]
    pub max_concurrency: usize,
    /// Hosts that it may reach by HTTPS, and in braces the properties of its configuration whose URLs
    /// it may reach.
    #[serde(default)]
    pub http_hosts: Vec<String>,
}

fn one() -> usize {
    1
}

impl Manifest {
    /// Reads and checks a description.
    ///
    /// # Errors
    /// One sentence that says what is wrong with it.
    pub(super) fn parse(json: &str) -> Result<Self, String> {
        let manifest: Self = serde_json::from_str(json)
            .map_err(|error| format!("the plugin's description is not valid: {error}"))?;
        let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if manifest.id.is_empty() || manifest.id.len() > 100 || !manifest.id.chars().all(good) {
            return Err("the plugin's id must be 1 to 100 letters, digits, '-', '_' or '.'".into());
        }
        if !(1..=MOST_CALLS).contains(&manifest.max_concurrency) {
            return Err("the plugin's max_concurrency must be 1 to 64".into());
        }
        if !manifest.config_schema.is_null() && !manifest.config_schema.is_object() {
            return Err("the plugin's config_schema must be an object".into());
        }
        Ok(manifest)
    }

    /// The properties whose URLs it may reach, with dots between the keys.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        let hosts = self.http_hosts.iter();
        hosts.filter_map(|host| host.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The HTTP client of an instance with that configuration.
    pub(super) fn client(&self, config: &Value) -> Client {
        let property = |name: &str| {
            let mut value = config;
            for key in name.split('.') {
                value = value.get(key)?;
            }
            value.as_str().map(str::to_owned)
        };
        let of_operator: Vec<_> = self.addresses().filter_map(property).collect();
        Client::new(self.http_hosts.clone(), of_operator)
    }

    /// The id with the version, for the log.
    pub(super) fn title(&self) -> String {
        super::abi::clean(&format!("{} {}", self.id, self.version))
            .trim_end()
            .to_owned()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_short_description_has_defaults() {
        let manifest = Manifest::parse(r#"{"id": "town", "later": true}"#).unwrap();
        assert_eq!(manifest.max_concurrency, 1);
        assert_eq!(manifest.title(), "town");
    }

    #[test]
    fn bad_descriptions_are_refused() {
        for json in [
            "",
            "[]",
            "{}",
            r#"{"id": ""}"#,
            r#"{"id": "a/b"}"#,
            r#"{"id": "a", "max_concurrency": 0}"#,
            r#"{"id": "a", "max_concurrency": 65}"#,
            r#"{"id": "a", "config_schema": 1}"#,
        ] {
            assert!(Manifest::parse(json).is_err(), "{json}");
        }
    }
}
