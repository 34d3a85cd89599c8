//! The configuration that an author gives to a plugin on trial: complete, or a word on what is missing.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{describe, schema};

/// A configuration that an author gives.
#[derive(Clone)]
pub struct Settings {
    /// The object.
    pub config: Value,
    /// What relative paths in it are relative to.
    pub base: PathBuf,
    /// The file, for messages.
    pub origin: String,
}

/// Why a plugin cannot be configured, and what to do.
pub(super) struct Unconfigured {
    pub reason: String,
    pub hint: String,
}

impl Settings {
    /// What the schema has defaults for.
    pub(super) fn defaults() -> Self {
        Self {
            config: json!({}),
            base: std::env::temp_dir(),
            origin: "the schema's defaults".into(),
        }
    }

    /// Checks it against the schema and fills the defaults, as a server does.
    pub(super) fn complete(mut self, schema: &Value) -> Result<Self, Unconfigured> {
        let missing = missing(schema, &self.config);
        if !missing.is_empty() {
            let have = if missing.len() == 1 { "has" } else { "have" };
            return Err(Unconfigured {
                reason: format!(
                    "{} must be given and {have} no default",
                    missing.join(" and ")
                ),
                hint: how_to_configure(schema, &missing),
            });
        }
        schema::complete(schema, &mut self.config, &self.base).map_err(|reason| Unconfigured {
            reason: format!("{}: {reason}", self.origin),
            hint: "`belfry plugin describe FILE` shows what is allowed".into(),
        })?;
        Ok(self)
    }
}

/// The settings that must be given and are not.
fn missing(schema: &Value, config: &Value) -> Vec<String> {
    let properties = describe::properties(schema);
    let required = properties
        .into_iter()
        .filter(|property| property.is_required);
    let missing = required.filter(|property| config.get(&property.key).is_none());
    missing.map(|property| property.key).collect()
}

fn how_to_configure(schema: &Value, missing: &[String]) -> String {
    let properties = describe::properties(schema);
    let lines = properties
        .iter()
        .filter(|property| missing.contains(&property.key));
    let lines = lines.map(|property| match property.kind.as_str() {
        "integer" | "number" => format!("\n                {} = 0", property.key),
        "boolean" => format!("\n                {} = true", property.key),
        _ => format!("\n                {} = \"…\"", property.key),
    });
    format!(
        "write a file and give it with --config FILE:{}",
        lines.collect::<String>()
    )
}
