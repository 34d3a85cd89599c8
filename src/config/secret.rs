//! Secrets in the configuration: none prints anything of itself, and each may stand elsewhere.

use std::{fmt, fs, path::Path};

use anyhow::{Context as _, anyhow, ensure};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A JSON object for a plugin. A value written as `{ file = "…" }` or `{ env = "…" }` is replaced by
/// what the file or the environment variable holds.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct ProviderConfig(Map<String, Value>);

impl ProviderConfig {
    /// The object.
    pub fn expose(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Replaces references by what they refer to; files are relative to `base`.
    ///
    /// # Errors
    /// If a file cannot be read, or a variable is not set.
    pub fn resolve(&mut self, base: &Path) -> anyhow::Result<()> {
        for (key, value) in &mut self.0 {
            if let Some(secret) = refer(value, base).with_context(|| format!("config.{key}"))? {
                *value = Value::String(secret);
            }
        }
        Ok(())
    }
}

/// A secret text: written out, or `{ file = "…" }` or `{ env = "…" }`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(Value);

impl Default for Secret {
    fn default() -> Self {
        Self(Value::String(String::new()))
    }
}

impl Secret {
    /// The text; empty until it is resolved.
    pub fn expose(&self) -> &str {
        self.0.as_str().unwrap_or_default()
    }

    /// Replaces a reference by what it refers to; files are relative to `base`.
    pub(super) fn resolve(&mut self, base: &Path) -> anyhow::Result<()> {
        if let Some(secret) = refer(&self.0, base)? {
            self.0 = Value::String(secret);
        }
        ensure!(
            self.0.is_string(),
            "must be a text, {{ file = \"…\" }} or {{ env = \"…\" }}"
        );
        Ok(())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

fn refer(value: &Value, base: &Path) -> anyhow::Result<Option<String>> {
    let Some(object) = value.as_object().filter(|object| object.len() == 1) else {
        return Ok(None);
    };
    if let Some(Value::String(file)) = object.get("file") {
        let path = base.join(file);
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        return Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    if let Some(Value::String(name)) = object.get("env") {
        let text = std::env::var(name)
            .map_err(|_| anyhow!("the environment variable {name} is not set"))?;
        return Ok(Some(text));
    }
    Ok(None)
}

impl fmt::Debug for ProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}
