//! The typed configuration: read once at start, complete, checked.
//!
//! `config.toml` at the top of the repository is the complete default and is embedded; a file given
//! by the operator replaces it, and environment variables `BELFRY__SECTION__KEY` override single
//! values of either. Unknown keys are refused. Relative paths are made absolute here, so nothing
//! later depends on the working directory. Only `cli` and `app` read this tree.

mod codes;
mod duration;
mod limits;
mod overrides;
mod phone;
mod routes;
mod secret;
mod texts;
mod tree;

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use validator::{Validate as _, ValidationErrors};

pub use codes::{Codes, PhoneCodes};
pub use limits::{AppliesTo, SendLimits, words};
pub use phone::{Phone, TestNumber};
pub use routes::{Purpose, Route};
pub use secret::ProviderConfig;
pub use texts::{Autofill, Sms, Template};
pub use tree::*;

/// The default configuration, as shipped.
pub const DEFAULT: &str = include_str!("../config.toml");

impl Config {
    /// Reads the file, or the embedded default without one, and applies the environment.
    ///
    /// # Errors
    /// If the file cannot be read, has an unknown key or a value that is out of range; the message
    /// names the file, the key and what would be right.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let text = |(name, text): (OsString, OsString)| {
            Some((name.into_string().ok()?, text.into_string().ok()?))
        };
        Self::load_with(file, std::env::vars_os().filter_map(text))
    }

    fn load_with(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> anyhow::Result<Self> {
        let (text, origin, base) = match file {
            None => (
                DEFAULT.to_owned(),
                "the default configuration".to_owned(),
                PathBuf::new(),
            ),
            Some(path) => {
                let text = fs::read_to_string(path).with_context(|| {
                    format!("cannot read the configuration file {}", path.display())
                })?;
                (
                    text,
                    path.display().to_string(),
                    path.parent().unwrap_or(Path::new("")).to_owned(),
                )
            }
        };
        // Read once as written, so that a fault in the file is shown with its line.
        let mut config: Self = toml::from_str(&text).with_context(|| format!("in {origin}"))?;
        let overrides = overrides::collect(environment);
        if !overrides.is_empty() {
            config = overrides::apply(&text, &overrides)
                .with_context(|| format!("in {origin}, overridden by the environment"))?;
        }
        config
            .validate()
            .map_err(|faults| describe(&faults))
            .with_context(|| format!("in {origin}"))?;
        config.check().with_context(|| format!("in {origin}"))?;
        config.file = file.map(std::path::absolute).transpose()?;
        config.base = std::path::absolute(if base.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &base
        })?;
        config.make_paths_absolute();
        for provider in &mut config.notifications.providers {
            let base = config.base.clone();
            provider
                .config
                .resolve(&base)
                .with_context(|| format!("in {origin}, provider {:?}", provider.name))?;
        }
        if let Some(smtp) = &mut config.smtp {
            smtp.password
                .resolve(&config.base)
                .with_context(|| format!("in {origin}, smtp.password"))?;
        }
        Ok(config)
    }

    /// Where the instance key is.
    pub fn key_file(&self) -> PathBuf {
        self.secrets
            .key_file
            .clone()
            .unwrap_or_else(|| self.database.path.with_file_name("belfry.key"))
    }

    fn check(&self) -> anyhow::Result<()> {
        let generator = &self.codes.verify_phone;
        let has_alphabet = generator.include_lower_letters
            || generator.include_upper_letters
            || generator.include_digits
            || generator.include_symbols;
        if !has_alphabet {
            bail!("codes.verify_phone: include at least one group of characters");
        }
        if self.database.busy_timeout.as_secs() > 3600 {
            bail!("database.busy_timeout: at most \"1h\"");
        }
        let mut names: Vec<_> = self
            .notifications
            .providers
            .iter()
            .map(|provider| &provider.name)
            .collect();
        names.sort();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!(
                "notifications.providers: the name {:?} is given twice; names must differ",
                pair[0]
            );
        }
        self.check_pins()?;
        routes::check(&self.notifications.routes)?;
        texts::check(&self.notifications)?;
        self.phone.check(&self.server)?;
        self.limits.check()?;
        Ok(())
    }

    fn check_pins(&self) -> anyhow::Result<()> {
        for (file, sha256) in &self.notifications.pins {
            ensure!(
                !file.is_empty() && !file.contains('/'),
                "notifications.pins: {file:?} must be the name of a plugin's file, such as \
                 \"libbelfry_file.so\", without a folder"
            );
            ensure!(
                sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "notifications.pins, {file:?}: a SHA-256 is 64 hexadecimal digits"
            );
        }
        Ok(())
    }

    fn make_paths_absolute(&mut self) {
        let base = self.base.clone();
        self.database.path = base.join(&self.database.path);
        self.secrets.key_file = self.secrets.key_file.take().map(|path| base.join(path));
        self.notifications.plugin_dir = self
            .notifications
            .plugin_dir
            .take()
            .map(|path| base.join(path));
    }
}

/// The first fault in words, with the path of its key.
fn describe(faults: &ValidationErrors) -> anyhow::Error {
    fn walk(faults: &ValidationErrors, path: &str) -> Option<String> {
        use validator::ValidationErrorsKind::{Field, List, Struct};
        faults.errors().iter().find_map(|(field, kind)| {
            let path = if path.is_empty() {
                field.to_string()
            } else {
                format!("{path}.{field}")
            };
            match kind {
                Struct(inner) => walk(inner, &path),
                List(items) => items
                    .iter()
                    .find_map(|(index, inner)| walk(inner, &format!("{path}[{index}]"))),
                Field(list) => list
                    .first()
                    .map(|fault| match (&fault.message, &fault.params) {
                        (Some(message), _) => format!("{path}: {message}"),
                        (None, params) => {
                            let bound = |name: &str| {
                                params
                                    .get(name)
                                    .map(|bound| format!(" {name} {bound}"))
                                    .unwrap_or_default()
                            };
                            format!(
                                "{path}: out of range:{}{}{}",
                                bound("min"),
                                bound("max"),
                                bound("equal")
                            )
                        }
                    }),
            }
        })
    }
    anyhow::anyhow!(walk(faults, "").unwrap_or_else(|| faults.to_string()))
}

#[cfg(test)]
mod tests;
