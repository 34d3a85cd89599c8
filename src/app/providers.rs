//! The providers: those that the API keeps, then those of the configuration, which live side by side.
//! They are started with the server, and made anew while it runs.
//!
//! SIGHUP, a changed configuration file or a changed plugin file makes the [`Reloader`] read the
//! configuration's providers, routes and texts again, a commit the providers of the API. The rest of the
//! configuration waits for the next start. A file is taken when it has stayed as it is for a moment, so that nobody catches it
//! half written; what cannot be read or loaded is said, and all goes on as before.

mod kept;
mod routes;
mod running;

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
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use log::{error, info};

use super::texts::text_settings;
use crate::{
    config::{Config, Isolation, Provider},
    delivery::Routes,
    plugin::{self, Origin, Pace, ProviderConfig, Registry, Reload},
    wording::Texts,
};

pub(super) use kept::Kept;
pub(super) use routes::{persistence, purpose_of, routes, warn_of_unknown};
pub(super) use running::RunningProviders;

/// How often files are looked at, and how long one must stay as it is.
const GLANCE: Duration = Duration::from_secs(1);

/// Starts the providers.
///
/// # Errors
/// If a required one is broken, or the database cannot be read.
pub(super) fn start(config: &Config, kept: &Kept) -> anyhow::Result<Registry> {
    let kept = kept.configs();
    let kept = kept.map_err(|fault| anyhow::anyhow!("the database cannot be read: {fault}"))?;
    Ok(Registry::start(
        in_order(kept, &configs(config)),
        options(config)?,
    )?)
}

/// The names of the providers in the order they are tried.
///
/// # Errors
/// If the database cannot be read.
pub(super) fn names(config: &Config, kept: Option<&Kept>) -> anyhow::Result<Vec<String>> {
    let kept = kept.map_or_else(|| Ok(Vec::new()), Kept::configs);
    let kept = kept.map_err(|fault| anyhow::anyhow!("the database cannot be read: {fault}"))?;
    let all = in_order(kept, &configs(config)).into_iter();
    Ok(all.map(|provider| provider.name).collect())
}

/// What all plugins of the server share.
pub(super) fn options(config: &Config) -> anyhow::Result<plugin::Options> {
    let executable = std::env::current_exe().context("cannot find the own executable")?;
    Ok(plugin::Options {
        plugin_dir: config.notifications.plugin_dir.clone(),
        require_pins: config.notifications.require_pins,
        // Beside the database, where nobody else may write.
        copies: Some(config.database.path.with_extension("plugins")),
        api_files: config.database.path.with_extension("files"),
        ..plugin::Options::new(executable, config.base.clone())
    })
}

/// The providers of the API in front of those of the configuration. A name belongs to the
/// configuration: it may be given there at any time.
fn in_order(kept: Vec<ProviderConfig>, configured: &[ProviderConfig]) -> Vec<ProviderConfig> {
    let is_free = |kept: &ProviderConfig| {
        let is_taken = configured.iter().any(|config| config.name == kept.name);
        if is_taken {
            error!(
                "provider {} of the API is left out: the configuration has one of that name",
                kept.name
            );
        }
        !is_taken
    };
    let mut all: Vec<_> = kept.into_iter().filter(is_free).collect();
    all.extend_from_slice(configured);
    all
}

fn configs(config: &Config) -> Vec<ProviderConfig> {
    let configured = |provider: &Provider| ProviderConfig {
        name: provider.name.clone(),
        plugin: provider.plugin.clone(),
        isolation: match provider.isolation {
            Isolation::Process => plugin::Isolation::Process,
            Isolation::InProcess => plugin::Isolation::InProcess,
        },
        required: provider.required,
        sha256: provider.sha256.clone(),
        memory_limit: provider.memory_limit,
        pace: Pace {
            max_concurrency: provider.max_concurrency,
            max_per_second: provider.max_per_second,
        },
        config: provider.config.expose().clone().into(),
        origin: Origin::Config,
    };
    config
        .notifications
        .providers
        .iter()
        .map(configured)
        .collect()
}

/// What the reloader is told.
pub(super) enum Order {
    /// Read the configuration again, and say whether that was possible.
    Reread(Option<Sender<bool>>),
    /// Read what the API keeps again.
    Kept,
    /// Say when all before this is done.
    Tell(Sender<()>),
    /// End.
    Stop,
}

/// Reads the providers again when it is told to, or when a file has changed.
pub(super) struct Reloader {
    orders: Sender<Order>,
    thread: JoinHandle<()>,
}

impl Reloader {
    /// Starts watching.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn start(
        config: &Config,
        kept: Kept,
        registry: Arc<Registry>,
        routes: Arc<Routes>,
        texts: Arc<Texts>,
    ) -> std::io::Result<Self> {
        let (orders, received) = unbounded();
        let watch = config.notifications.watch;
        let changed = orders.clone();
        kept.store.on_sms_provider(move || {
            let _ = changed.send(Order::Kept);
        });
        let sources = Sources {
            file: config.file.clone(),
            configured: configs(config),
            kept,
            registry,
            routes,
            texts,
        };
        let thread = std::thread::Builder::new()
            .name("reloader".into())
            .spawn(move || run(sources, watch, &received))?;
        Ok(Self { orders, thread })
    }

    /// How it is told.
    pub(super) fn orders(&self) -> Sender<Order> {
        self.orders.clone()
    }

    /// Ends it.
    pub(super) fn stop(self) {
        let _ = self.orders.send(Order::Stop);
        let _ = self.thread.join();
    }
}

/// Where the providers come from, and where they go.
struct Sources {
    file: Option<PathBuf>,
    /// Those of the configuration, as it was read last.
    configured: Vec<ProviderConfig>,
    kept: Kept,
    registry: Arc<Registry>,
    routes: Arc<Routes>,
    texts: Arc<Texts>,
}

impl Sources {
    /// Whether the configuration could be read and applied.
    fn reread(&mut self) -> bool {
        let applied = Config::load(self.file.as_deref()).and_then(|config| {
            let before = std::mem::replace(&mut self.configured, configs(&config));
            self.apply(Reload::All)
                .inspect_err(|_| self.configured = before)?;
            self.routes.set(routes(&config));
            warn_of_unknown(&self.routes.get(), &self.registry);
            self.texts.set(text_settings(&config));
            Ok(())
        });
        applied
            .inspect_err(|fault| error!("the providers stay as they are: {fault:#}"))
            .is_ok()
    }

    fn apply(&self, which: Reload) -> anyhow::Result<()> {
        let kept = self.kept.configs();
        let kept = kept.map_err(|fault| anyhow::anyhow!("the database cannot be read: {fault}"))?;
        Ok(self
            .registry
            .apply(in_order(kept, &self.configured), which)?)
    }

    /// How the files look that matter.
    fn looks(&self) -> Looks {
        looks(self.file.as_deref(), &self.registry)
    }
}

fn run(mut sources: Sources, watch: bool, orders: &Receiver<Order>) {
    let mut seen = sources.looks();
    let mut changing = None;
    loop {
        match orders.recv_timeout(GLANCE) {
            Ok(Order::Reread(done)) => {
                info!("the providers are read again: asked to");
                let is_done = sources.reread();
                if let Some(done) = done {
                    let _ = done.send(is_done);
                }
            }
            Ok(Order::Kept) => {
                if let Err(fault) = sources.apply(Reload::Changed) {
                    error!("the providers stay as they are: {fault:#}");
                }
                follow(&mut seen, sources.looks());
                continue;
            }
            Ok(Order::Tell(done)) => {
                let _ = done.send(());
                continue;
            }
            Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) if !watch => continue,
            Err(RecvTimeoutError::Timeout) => {
                let now = sources.looks();
                if now == seen {
                    changing = None;
                    continue;
                }
                if changing.as_ref() != Some(&now) {
                    changing = Some(now);
                    continue;
                }
                info!("the providers are read again: {}", difference(&seen, &now));
                sources.reread();
            }
        }
        seen = sources.looks();
        changing = None;
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

/// Looks at other files from now on; how those that were looked at before have changed since is still
/// news.
fn follow(seen: &mut Looks, now: Looks) {
    seen.retain(|path, _| now.contains_key(path));
    for (path, look) in now {
        seen.entry(path).or_insert(look);
    }
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
