//! The file in which an author writes a plugin's configuration: its `config` table alone, as TOML or
//! JSON, with references to secrets as in the server's configuration.

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::{config::ProviderConfig, plugin::Settings};

/// Reads a file.
///
/// # Errors
/// What is wrong with it, and where.
pub(super) fn read(file: &Path) -> anyhow::Result<Settings> {
    let shown = file.display().to_string();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
    let is_json = file
        .extension()
        .is_some_and(|extension| extension == "json");
    let mut config: ProviderConfig = match is_json {
        true => serde_json::from_str(&text).with_context(|| format!("in {shown}"))?,
        false => toml::from_str(&text).with_context(|| format!("in {shown}"))?,
    };
    if config.expose().contains_key("notifications") {
        bail!(
            "{shown} is a server's configuration; give a file with what stands in the `config` of the \
             provider's entry, and nothing around it"
        );
    }
    let file = std::path::absolute(file)?;
    let base = file.parent().unwrap_or(Path::new("/")).to_owned();
    config
        .resolve(&base)
        .with_context(|| format!("in {shown}"))?;
    Ok(Settings {
        config: Value::Object(config.expose().clone()),
        base,
        origin: shown,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn toml_and_json_say_the_same_and_secrets_may_stand_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("key"), "s3cr3t\n").unwrap();
        fs::write(path("a.toml"), "key = { file = \"key\" }\ncount = 3").unwrap();
        fs::write(path("a.json"), r#"{"key": {"file": "key"}, "count": 3}"#).unwrap();
        for name in ["a.toml", "a.json"] {
            let settings = read(&path(name)).unwrap();
            assert_eq!(settings.config, json!({"key": "s3cr3t", "count": 3}));
            assert_eq!(settings.base, folder.path());
        }
    }

    #[test]
    fn a_servers_configuration_is_told_from_a_plugins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("belfry.toml");
        fs::write(&file, "[notifications]\n").unwrap();
        let fault = read(&file).err().unwrap();
        assert!(fault.to_string().contains("a server's configuration"));
    }
}
