//! All configured providers: started together, stopped together.
//!
//! [`Registry::start`] waits for plugins only a moment, so that a slow one delays nobody, except for
//! those that are `required`. What can go wrong with the others is in [`Provider::state`] and in the log.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, bounded};

use super::{Options, ProviderConfig, provider::Provider, state::State};

/// How long [`Registry::stop`] waits for a provider's thread. Longer than a child is given.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// The providers of a server, in the configured order.
pub struct Registry {
    providers: Vec<Arc<Provider>>,
    threads: Mutex<Vec<(JoinHandle<()>, Receiver<()>)>>,
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
        let mut names = HashSet::new();
        if let Some(twice) = configs
            .iter()
            .find(|config| !names.insert(config.name.as_str()))
        {
            return Err(StartError::DuplicateName(twice.name.clone()));
        }
        let limits = options.limits;
        let deadline = Instant::now() + limits.hello + limits.create + limits.grace;
        let mut registry = Self {
            providers: Vec::new(),
            threads: Mutex::default(),
        };
        let mut firsts = Vec::new();
        for config in configs {
            firsts.push(registry.add(config, options.clone())?);
        }
        let patience = Instant::now() + limits.patience;
        for (provider, first) in registry.providers.iter().zip(firsts) {
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

    fn add(
        &mut self,
        config: ProviderConfig,
        options: Options,
    ) -> Result<Receiver<()>, StartError> {
        let name = format!("provider {}", config.name);
        let (provider, events) = Provider::new(config, options);
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
        self.providers.push(provider);
        let threads = self.threads.get_mut();
        threads
            .unwrap_or_else(PoisonError::into_inner)
            .push((thread, ended));
        Ok(first_over)
    }

    /// The providers in the configured order.
    pub fn providers(&self) -> &[Arc<Provider>] {
        &self.providers
    }

    /// Calls `told` after each change of a provider's state and whenever one was loaded, on whatever
    /// thread made it, and sometimes without need. It must not block. Replaces the one before.
    pub fn on_change(&self, told: impl Fn() + Send + Sync + 'static) {
        let told: Arc<dyn Fn() + Send + Sync> = Arc::new(told);
        for provider in &self.providers {
            provider.set_on_change(told.clone());
        }
    }

    /// Ends all providers: children are asked to stop and, after two seconds, killed. Calls in flight
    /// end first, within that time. Later calls answer `Unavailable`.
    pub fn stop(&self) {
        for provider in &self.providers {
            provider.stop();
        }
        let deadline = Instant::now() + STOP_TIMEOUT;
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
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
