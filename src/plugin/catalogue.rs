//! The plugins that are installed: their files, and what they say about themselves.
//!
//! A plugin is loaded in a process of its own, with every check that a provider's plugin passes, and
//! ended again. What it says is remembered until its file changes, and also that it could not be loaded:
//! so a list loads nothing twice. Listing is for operators: nothing is ever run as a provider because it
//! was found here.

use std::{
    collections::{BTreeMap, HashMap},
    fs::Metadata,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use serde_json::{Map, Value};

use super::{
    Abilities, Options,
    abi::clean,
    child::{Child, Start},
    host::{PluginLog, lock},
    load::{self, Checked},
    manifest::Manifest,
    schema, settings_shown,
};

/// What all plugins of a server say about themselves.
pub struct Catalogue {
    options: Options,
    /// The files that were looked at, by their paths.
    seen: Mutex<HashMap<PathBuf, Seen>>,
}

/// A plugin's file that was read.
#[derive(Clone)]
struct Seen {
    look: Look,
    checked: Checked,
    /// What the plugin says about itself, or why it could not be loaded; nothing until it was asked.
    said: Option<Result<Arc<Description>, String>>,
}

/// How a file looks: device, inode, size, and the times of its last changes.
type Look = (u64, u64, u64, [i64; 2], [i64; 2]);

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
            seen: Mutex::default(),
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
        let description = self.described(name, pin).map_err(SettingsFault::Plugin)?;
        let schema = &description.manifest.config_schema;
        let none = Map::new();
        let new = settings_shown::unmasked(new, before.unwrap_or(&none))
            .map_err(SettingsFault::Settings)?;
        if let Some(before) = before {
            settings_shown::check_secrets_given(&description.manifest, &new, before)
                .map_err(SettingsFault::Settings)?;
        }
        let merged = settings_shown::merged(schema, new, before.unwrap_or(&none));
        // What is kept is what was given: defaults are filled in whenever it is loaded.
        let mut complete = Value::Object(merged.clone());
        schema::confine(schema, &complete, &self.options.api_files_shown())
            .map_err(SettingsFault::Settings)?;
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

    /// Whether a plugin may run and can be loaded. One that could not be loaded before is tried again.
    ///
    /// # Errors
    /// One sentence for the operator.
    pub fn usable(&self, name: &str, pin: Option<&str>) -> Result<(), String> {
        self.described(name, pin).map(drop)
    }

    /// Tries again to load what could not be loaded, the next time that it is asked about.
    pub fn forget_failures(&self) {
        for seen in lock(&self.seen).values_mut() {
            seen.forget_failure();
        }
    }

    /// What a plugin says about itself, for whoever wants to use it now.
    fn described(&self, name: &str, pin: Option<&str>) -> Result<Arc<Description>, String> {
        if let Ok(path) = load::locate(name, &self.options)
            && let Some(seen) = lock(&self.seen).get_mut(&path)
        {
            seen.forget_failure();
        }
        self.look(name, pin).1
    }

    /// The hash of a plugin's file, and what it says about itself.
    fn look(&self, name: &str, pin: Option<&str>) -> (String, Result<Arc<Description>, String>) {
        let seen = load::locate(name, &self.options).and_then(|path| Ok((self.seen(&path)?, path)));
        let (seen, path) = match seen {
            Ok(found) => found,
            Err(reason) => return (String::new(), Err(reason)),
        };
        let sha256 = seen.checked.sha256.clone();
        let description = self.options.pins.check(&path, &sha256, pin).and_then(|()| {
            seen.said.clone().unwrap_or_else(|| {
                let said = self.describe(name, &seen.checked);
                lock(&self.seen).insert(
                    path,
                    Seen {
                        said: Some(said.clone()),
                        ..seen
                    },
                );
                said
            })
        });
        (sha256, description)
    }

    /// A plugin's file, read again if it looks otherwise than before. The hash is told also of one that
    /// nobody pins, for the operator to pin it.
    fn seen(&self, path: &Path) -> Result<Seen, String> {
        let about = std::fs::metadata(path)
            .map_err(|error| format!("cannot look at {}: {error}", path.display()))?;
        let look = look(&about);
        let known = lock(&self.seen).get(path).cloned();
        if let Some(seen) = known.filter(|seen| seen.look == look && seen.checked.path.exists()) {
            return Ok(seen);
        }
        let checked = load::check_file(path, &self.options, |_| Ok(()))?;
        let seen = Seen {
            look,
            checked,
            said: None,
        };
        lock(&self.seen).insert(path.to_owned(), seen.clone());
        Ok(seen)
    }

    fn describe(&self, name: &str, checked: &Checked) -> Result<Arc<Description>, String> {
        let start = Start {
            executable: &self.options.executable,
            library: &checked.path,
            memory_limit: None,
            limits: self.options.limits,
        };
        let log = Arc::new(PluginLog::new(name));
        let (child, text, abilities) = Child::start(&start, log, Box::new(|_| {}))?;
        super::instance::Instance::stop(child.as_ref());
        Ok(Arc::new(Description {
            manifest: Manifest::parse(&text)?,
            object: serde_json::from_str(&text).map_err(|error| error.to_string())?,
            abilities,
        }))
    }
}

impl Seen {
    fn forget_failure(&mut self) {
        self.said = self.said.take().filter(Result::is_ok);
    }
}

/// Which file it is, and when it was changed, its mode and owner included.
fn look(about: &Metadata) -> Look {
    (
        about.dev(),
        about.ino(),
        about.len(),
        [about.mtime(), about.mtime_nsec()],
        [about.ctime(), about.ctime_nsec()],
    )
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
