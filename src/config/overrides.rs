//! Environment variables that override single values: `BELFRY__SECTION__KEY`.

use anyhow::Context as _;
use toml::{Table, Value};

use super::Config;

/// A variable: the path of its key, and its text.
pub(super) type Override = (Vec<String>, String);

/// Picks out the variables that are meant for the configuration, in a fixed order.
pub(super) fn collect(environment: impl Iterator<Item = (String, String)>) -> Vec<Override> {
    let path = |name: &str| {
        Some(
            name.strip_prefix("BELFRY__")?
                .split("__")
                .map(str::to_lowercase)
                .collect(),
        )
    };
    let mut overrides: Vec<Override> = environment
        .filter_map(|(name, text)| Some((path(&name)?, text)))
        .collect();
    overrides.sort();
    overrides
}

/// Reads a configuration text with overrides. A value is read as TOML where it is TOML (numbers,
/// booleans, lists, tables), otherwise as a plain string.
pub(super) fn apply(text: &str, overrides: &[Override]) -> anyhow::Result<Config> {
    let mut root: Table = toml::from_str(text)?;
    for (path, text) in overrides {
        let value = toml::from_str::<Table>(&format!("value = {text}"))
            .ok()
            .and_then(|mut table| table.remove("value"))
            .unwrap_or_else(|| Value::String(text.clone()));
        set(&mut root, path, value)
            .with_context(|| format!("variable BELFRY__{}", path.join("__").to_uppercase()))?;
    }
    Ok(Config::deserialize_table(root)?)
}

fn set(table: &mut Table, path: &[String], value: Value) -> anyhow::Result<()> {
    let (key, rest) = path.split_first().context("names no key")?;
    if rest.is_empty() {
        table.insert(key.clone(), value);
        return Ok(());
    }
    let inner = table
        .entry(key.clone())
        .or_insert_with(|| Value::Table(Table::new()));
    set(
        inner
            .as_table_mut()
            .with_context(|| format!("{key} is no section"))?,
        rest,
        value,
    )
}

impl Config {
    fn deserialize_table(root: Table) -> Result<Self, toml::de::Error> {
        root.try_into()
    }
}
