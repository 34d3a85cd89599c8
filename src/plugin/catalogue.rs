//! The plugins that are installed: their files, and what they say about themselves.
//!
//! A plugin is loaded in a process of its own, with every check that a provider's plugin passes, and
//! ended again; what it says is remembered by the hash of its file. Listing is for operators: nothing
//! is ever run as a provider because it was found here.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use serde_json::{Map, Value};

use super::{
    Abilities, Options,
    abi::clean,
    child::{Child, Start},
    host::{PluginLog, lock},
    load,
    manifest::Manifest,
    schema, settings_shown,
};

/// What all plugins of a server say about themselves.
pub struct Catalogue {
    options: Options,
    /// What was said, by the hash of the file.
    known: Mutex<HashMap<String, Arc<Description>>>,
}

/// A plugin's file.
pub struct Installed {
    /// The plugin's name.
    pub name: String,
    /// Its file.
    pub file: PathBuf,
    /// The SHA-256 of the file, in hexadecimal; empty if it cannot be read.
    pub sha256: String,
    /// What it says about itself, or why it is not loaded.
    pub description: Result<Arc<Description>, String>,
}

/// What a plugin says about itself.
pub struct Description {
    /// The object, as the plugin gave it.
    pub object: Value,
    /// What it can do.
    pub abilities: Abilities,
    manifest: Manifest,
}

/// Why settings cannot be used.
pub enum SettingsFault {
    /// The plugin is not there or cannot be loaded.
    Plugin(String),
    /// They do not suit it.
    Settings(String),
}

impl Catalogue {
    /// The plugins that these options allow.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            known: Mutex::default(),
        }
    }

    /// Every plugin's file, by name. `pin` is the hash that the operator pins for a name.
    pub fn installed(&self, pin: impl Fn(&str) -> Option<String>) -> Vec<Installed> {
        let names = load::folders(&self.options)
            .into_iter()
            .flat_map(|(folder, is_own)| names_in(&folder, is_own));
        // The first folder wins, as when a provider is loaded.
        let mut found: BTreeMap<String, Installed> = BTreeMap::new();
        for name in names {
            found.entry(name.clone()).or_insert_with(|| {
                let file = load::locate(&name, &self.options).unwrap_or_default();
                let (sha256, description) = self.look(&name, pin(&name).as_deref());
                Installed {
                    name,
                    file,
                    sha256,
                    description,
                }
            });
        }
        found.into_values().collect()
    }

    /// Settings to keep for a plugin, with what is hidden of those before and not given again.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub fn check(
        &self,
        name: &str,
        pin: Option<&str>,
        new: Map<String, Value>,
        before: Option<&Map<String, Value>>,
    ) -> Result<Map<String, Value>, SettingsFault> {
        let description = self.look(name, pin).1.map_err(SettingsFault::Plugin)?;
        let schema = &description.manifest.config_schema;
        if let Some(before) = before {
            settings_shown::check_secrets_given(&description.manifest, &new, before)
                .map_err(SettingsFault::Settings)?;
        }
        let none = Map::new();
        let merged = settings_shown::merged(schema, new, before.unwrap_or(&none));
        // What is kept is what was given: defaults are filled in whenever it is loaded.
        let mut complete = Value::Object(merged.clone());
        schema::confine(schema, &complete).map_err(SettingsFault::Settings)?;
        schema::complete(schema, &mut complete, &self.options.api_files)
            .map_err(SettingsFault::Settings)?;
        Ok(merged)
    }

    /// What may be shown of settings, and the names of the rest: all, if the plugin says nothing.
    pub fn shown(
        &self,
        name: &str,
        pin: Option<&str>,
        settings: &Map<String, Value>,
    ) -> (Map<String, Value>, Vec<String>) {
        match self.look(name, pin).1 {
            Ok(description) => settings_shown::shown(&description.manifest.config_schema, settings),
            Err(_) => (Map::new(), settings.keys().cloned().collect()),
        }
    }

    /// The hash of a plugin's file, and what it says about itself.
    fn look(&self, name: &str, pin: Option<&str>) -> (String, Result<Arc<Description>, String>) {
        // The hash is told also of a file that is not pinned, for the operator to pin it.
        let unpinned = Options {
            require_pins: false,
            ..self.options.clone()
        };
        let checked = match load::check(name, None, &unpinned) {
            Ok(checked) => checked,
            Err(reason) => return (String::new(), Err(reason)),
        };
        let description = match pin {
            Some(pin) if !pin.eq_ignore_ascii_case(&checked.sha256) => Err(format!(
                "its file has sha256 {}, another is pinned",
                checked.sha256
            )),
            None if self.options.require_pins => {
                Err("require_pins is set and it is not pinned".to_owned())
            }
            _ => self.describe(name, &checked),
        };
        (checked.sha256, description)
    }

    fn describe(&self, name: &str, checked: &load::Checked) -> Result<Arc<Description>, String> {
        if let Some(known) = lock(&self.known).get(&checked.sha256) {
            return Ok(known.clone());
        }
        let start = Start {
            executable: &self.options.executable,
            library: &checked.path,
            memory_limit: None,
            limits: self.options.limits,
        };
        let log = Arc::new(PluginLog::new(name));
        let (child, text, abilities) = Child::start(&start, log, Box::new(|_| {}))?;
        super::instance::Instance::stop(child.as_ref());
        let description = Arc::new(Description {
            manifest: Manifest::parse(&text)?,
            object: serde_json::from_str(&text).map_err(|error| error.to_string())?,
            abilities,
        });
        lock(&self.known).insert(checked.sha256.clone(), description.clone());
        Ok(description)
    }
}

impl Description {
    /// A text of the description, without control characters; empty if there is none.
    pub fn text(&self, key: &str) -> String {
        clean(self.object[key].as_str().unwrap_or_default())
    }

    /// The hosts that it reaches through the server.
    pub fn http_hosts(&self) -> Vec<String> {
        self.manifest
            .http_hosts
            .iter()
            .map(|host| clean(host))
            .collect()
    }

    /// The schema of its settings.
    pub fn schema(&self) -> &Value {
        &self.manifest.config_schema
    }

    /// Calls that it takes at one time.
    pub fn max_concurrency(&self) -> usize {
        self.manifest.max_concurrency
    }
}

/// The names of the plugins in a folder. Beside the executable there may be libraries of any kind, so
/// that only a plugin's full name counts there.
fn names_in(folder: &Path, is_own: bool) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let name = |entry: std::fs::DirEntry| {
        let file = entry.file_name().into_string().ok()?;
        let stem = file.strip_suffix(".so")?;
        match stem.strip_prefix("libbelfry_") {
            Some(name) => Some(name.replace('_', "-")),
            None => is_own.then(|| stem.to_owned()),
        }
    };
    entries.filter_map(name).collect()
}
