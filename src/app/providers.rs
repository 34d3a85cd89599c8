//! The providers of the configuration: started with the server, and made anew while it runs.
//!
//! SIGHUP, a changed configuration file or a changed plugin file makes the [`Reloader`] read the
//! providers again. The rest of the configuration waits for the next start. A file is taken when it
//! has stayed as it is for a moment, so that nobody catches it half written; what cannot be read or
//! loaded is said, and all goes on as before.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use anyhow::Context as _;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use log::{error, info};

use crate::{
    config::{Config, Isolation, Provider},
    plugin::{self, Registry},
};

/// How often files are looked at, and how long one must stay as it is.
const GLANCE: Duration = Duration::from_secs(1);

/// Starts the configured providers.
///
/// # Errors
/// If a required one is broken.
pub(super) fn start(config: &Config) -> anyhow::Result<Registry> {
    let executable = std::env::current_exe().context("cannot find the own executable")?;
    let options = plugin::Options {
        plugin_dir: config.notifications.plugin_dir.clone(),
        require_pins: config.notifications.require_pins,
        // Beside the database, where nobody else may write.
        copies: Some(config.database.path.with_extension("plugins")),
        ..plugin::Options::new(executable, config.base.clone())
    };
    Ok(Registry::start(configs(config), options)?)
}

fn configs(config: &Config) -> Vec<plugin::ProviderConfig> {
    let configured = |provider: &Provider| plugin::ProviderConfig {
        name: provider.name.clone(),
        plugin: provider.plugin.clone(),
        isolation: match provider.isolation {
            Isolation::Process => plugin::Isolation::Process,
            Isolation::InProcess => plugin::Isolation::InProcess,
        },
        required: provider.required,
        sha256: provider.sha256.clone(),
        memory_limit: provider.memory_limit,
        config: provider.config.expose().clone().into(),
    };
    config
        .notifications
        .providers
        .iter()
        .map(configured)
        .collect()
}

/// Reads the providers of the configuration again when it is told to, or when a file has changed.
pub(super) struct Reloader {
    tell: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Reloader {
    /// Starts watching.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn start(config: &Config, registry: Arc<Registry>) -> std::io::Result<Self> {
        let (tell, told) = bounded(1);
        let file = config.file.clone();
        let watch = config.notifications.watch;
        let thread = std::thread::Builder::new()
            .name("reloader".into())
            .spawn(move || run(file.as_deref(), watch, &registry, &told))?;
        Ok(Self {
            tell: Some(tell),
            thread: Some(thread),
        })
    }

    /// What wakes the reloader: a message on it is one reload.
    pub(super) fn bell(&self) -> Option<Sender<()>> {
        self.tell.clone()
    }

    /// Ends it. Every bell must be gone by then.
    pub(super) fn stop(mut self) {
        self.tell = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(file: Option<&Path>, watch: bool, registry: &Registry, told: &Receiver<()>) {
    let mut seen = looks(file, registry);
    let mut changing = None;
    loop {
        match told.recv_timeout(GLANCE) {
            Ok(()) => {
                info!("the providers are read again: asked to");
                reload(file, registry);
                seen = looks(file, registry);
                changing = None;
            }
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) if !watch => {}
            Err(RecvTimeoutError::Timeout) => {
                let now = looks(file, registry);
                if now == seen {
                    changing = None;
                } else if changing.as_ref() == Some(&now) {
                    info!("the providers are read again: {}", difference(&seen, &now));
                    reload(file, registry);
                    seen = looks(file, registry);
                    changing = None;
                } else {
                    changing = Some(now);
                }
            }
        }
    }
}

fn reload(file: Option<&Path>, registry: &Registry) {
    let applied = Config::load(file).and_then(|config| Ok(registry.apply(configs(&config))?));
    if let Err(fault) = applied {
        error!("the providers stay as they are: {fault:#}");
    }
}

/// How the files look that matter: size, time and identity; nothing for one that is not there.
type Looks = BTreeMap<PathBuf, Option<(u64, u64, i64, i64)>>;

fn looks(file: Option<&Path>, registry: &Registry) -> Looks {
    let files = file.map(Path::to_owned).into_iter().chain(registry.files());
    let look = |path: PathBuf| {
        let about = fs::metadata(&path).ok();
        let look = about.map(|about| (about.ino(), about.len(), about.mtime(), about.mtime_nsec()));
        (path, look)
    };
    files.map(look).collect()
}

fn difference(before: &Looks, now: &Looks) -> String {
    let changed = now
        .iter()
        .find(|(path, look)| before.get(*path) != Some(*look));
    match changed {
        Some((path, _)) => format!("{} has changed", path.display()),
        None => "a file has changed".into(),
    }
}
