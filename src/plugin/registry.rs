//! All configured providers: started together, changed while calls go on, stopped together.
//!
//! [`Registry::start`] waits for plugins only a moment, so that a slow one delays nobody, except for
//! those that are `required`. What can go wrong with the others is in [`Provider::state`] and in the log.

use std::{
    collections::HashSet,
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, bounded};

use super::{
    Options, ProviderConfig,
    ending::Ending,
    host::lock,
    life::Event,
    load,
    provider::{Listeners, Provider},
    state::State,
};

/// How long [`Registry::stop`] waits for a provider's thread. Longer than a child is given.
const STOP_TIMEOUT: Duration = Duration::from_secs(8);

/// The providers of a server, in the order they are tried.
pub struct Registry {
    options: Options,
    providers: Mutex<Arc<[Arc<Provider>]>>,
    threads: Mutex<Vec<(JoinHandle<()>, Receiver<()>)>>,
    listeners: Arc<Listeners>,
}

/// Which providers [`Registry::apply`] looks at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reload {
    /// Those whose configuration is another one; the others keep their state.
    Changed,
    /// All: also one whose file has changed, or that is paused or closed.
    All,
}

/// Why the providers cannot be started.
#[derive(Debug)]
pub enum StartError {
    /// Two providers have this name.
    DuplicateName(String),
    /// A required provider is not ready; with the reason.
    Required(String, State),
    /// The system gives no thread.
    Thread(std::io::Error),
    /// The folder of the configuration cannot be found.
    Base(std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateName(name) => write!(f, "two providers are named {name}"),
            Self::Required(name, state) => write!(f, "provider {name} is required and {state}"),
            Self::Thread(error) => write!(f, "cannot start a provider's thread: {error}"),
            Self::Base(error) => write!(f, "cannot find the configuration's folder: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

impl Registry {
    /// Starts all providers at once and waits for those that are `required`; for the others only as long
    /// as a usual plugin needs, so that their state can be told at the start.
    ///
    /// # Errors
    /// Two equal names, or a required provider that is not ready after its first try.
    pub fn start(configs: Vec<ProviderConfig>, mut options: Options) -> Result<Self, StartError> {
        options.base = std::path::absolute(&options.base).map_err(StartError::Base)?;
        check_names(&configs)?;
        let limits = options.limits;
        let deadline = Instant::now() + limits.hello + limits.create + limits.grace;
        let registry = Self {
            options,
            providers: Mutex::new(Arc::new([])),
            threads: Mutex::default(),
            listeners: Arc::default(),
        };
        load::remove_old(&registry.options);
        let mut started = Vec::new();
        for config in configs {
            started.push(registry.start_provider(config)?);
        }
        let providers: Vec<_> = started
            .iter()
            .map(|(provider, _)| provider.clone())
            .collect();
        *lock(&registry.providers) = providers.into();
        let patience = Instant::now() + limits.patience;
        for (provider, first) in started {
            // Disconnected when the first try is over.
            let _ = first.recv_deadline(if provider.is_required() {
                deadline
            } else {
                patience
            });
            match provider.state() {
                State::Ready => {}
                _ if !provider.is_required() => {}
                state => {
                    let name = provider.name().to_owned();
                    registry.stop();
                    return Err(StartError::Required(name, state));
                }
            }
        }
        Ok(registry)
    }

    /// Starts a provider's thread; the channel is disconnected when its first try is over.
    fn start_provider(
        &self,
        config: ProviderConfig,
    ) -> Result<(Arc<Provider>, Receiver<()>), StartError> {
        let name = format!("provider {}", config.name);
        let (provider, events) =
            Provider::new(config, self.options.clone(), self.listeners.clone());
        let (first, first_over) = bounded(0);
        let (alive, ended) = bounded(0);
        let running = provider.clone();
        let thread = thread::Builder::new()
            // The system keeps 15 bytes of it; NUL would panic.
            .name(name.replace('\0', ""))
            .spawn(move || {
                running.run(&events, first);
                drop(alive);
            })
            .map_err(StartError::Thread)?;
        let mut threads = lock(&self.threads);
        threads.retain(|(thread, _)| !thread.is_finished());
        threads.push((thread, ended));
        Ok((provider, first_over))
    }

    /// Makes these the providers, in this order, while calls go on: new ones are started, those that
    /// are not named are ended when their calls are over, and the others are reloaded if their
    /// configuration or their plugin's file has changed. Returns at once; what came of it is in each
    /// provider's state and in the log. Who cannot be reloaded goes on as before.
    ///
    /// # Errors
    /// Two equal names, or no thread; then nothing was changed, or only the first of them.
    pub fn apply(&self, configs: Vec<ProviderConfig>, which: Reload) -> Result<(), StartError> {
        check_names(&configs)?;
        let mut current = lock(&self.providers);
        let mut next = Vec::new();
        for config in configs {
            match current
                .iter()
                .find(|provider| provider.name() == config.name)
            {
                Some(provider) => {
                    if which == Reload::All || *provider.config() != config {
                        provider.post(Event::Reload(Box::new(config)));
                    }
                    next.push(provider.clone());
                }
                None => next.push(self.start_provider(config)?.0),
            }
        }
        let is_gone =
            |provider: &&Arc<Provider>| !next.iter().any(|kept| Arc::ptr_eq(kept, provider));
        for provider in current.iter().filter(is_gone) {
            log::info!("provider {} is not configured any more", provider.name());
            provider.post(Event::Remove);
        }
        *current = next.into();
        drop(current);
        self.listeners.tell_of_change();
        Ok(())
    }

    /// What its providers share.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The providers in the order they are tried.
    pub fn providers(&self) -> Arc<[Arc<Provider>]> {
        lock(&self.providers).clone()
    }

    /// The provider of that name.
    pub fn provider(&self, name: &str) -> Option<Arc<Provider>> {
        let providers = self.providers();
        let found = providers.iter().find(|provider| provider.name() == name);
        found.cloned()
    }

    /// The plugins' files, links resolved, as far as there are any.
    pub fn files(&self) -> Vec<PathBuf> {
        let providers = self.providers();
        let file =
            |provider: &Arc<Provider>| load::locate(&provider.config().plugin, &self.options);
        providers
            .iter()
            .filter_map(|provider| file(provider).ok())
            .collect()
    }

    /// Calls `told` after each change of a provider's state and whenever one was loaded, on whatever
    /// thread made it, and sometimes without need. It must not block. Replaces the one before.
    pub fn on_change(&self, told: impl Fn() + Send + Sync + 'static) {
        *lock(&self.listeners.on_change) = Some(Arc::new(told));
    }

    /// Gives `told` each plugin that can be polled and is about to end (replaced, removed, or since the
    /// server stops), once its calls are over and on whatever thread ends it. It may block. Replaces the
    /// one before.
    pub fn on_end(&self, told: impl Fn(&Ending<'_>) + Send + Sync + 'static) {
        *lock(&self.listeners.on_end) = Some(Arc::new(told));
    }

    /// Ends all providers: children are asked to stop and, after two seconds, killed. Calls in flight
    /// end first, within that time; one that can be polled is asked a last time, which may take three
    /// seconds more. Later calls answer `Unavailable`.
    pub fn stop(&self) {
        for provider in self.providers().iter() {
            provider.post(Event::Stop);
        }
        let deadline = Instant::now() + STOP_TIMEOUT;
        let threads = std::mem::take(&mut *lock(&self.threads));
        for (thread, ended) in threads {
            match ended.recv_deadline(deadline) {
                // A thread inside a plugin that never comes back; in-process isolation only.
                Err(crossbeam_channel::RecvTimeoutError::Timeout) => {
                    log::warn!("a provider did not stop in time");
                }
                _ => drop(thread.join()),
            }
        }
    }
}

fn check_names(configs: &[ProviderConfig]) -> Result<(), StartError> {
    let mut names = HashSet::new();
    match configs.iter().find(|config| !names.insert(&config.name)) {
        Some(twice) => Err(StartError::DuplicateName(twice.name.clone())),
        None => Ok(()),
    }
}
