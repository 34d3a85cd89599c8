//! One configured provider: its plugin's life, and the calls into it.
//!
//! A thread of its own loads the plugin, waits for its death, and loads it again when the state
//! machine says so; it is the only one that starts anything. [`Provider::send`] runs on the caller's
//! thread, keeps to the plugin's concurrency, and never blocks longer than the message's timeout and
//! the grace. Every change of the state is logged here, once.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Instant,
};

use crossbeam_channel::{Receiver, Sender, never, unbounded};
use serde_json::Value;

use super::{
    Isolation, Options, ProviderConfig,
    child::{Child, Start},
    host::{PluginLog, lock},
    inproc::Native,
    instance::{Instance, OnDeath},
    load::{self, Checked},
    manifest::Manifest,
    message::{Message, SendResult, Status},
    schema,
    state::{Health, State, Ticket},
    workers::Workers,
};

/// Called after each change of a provider's state.
pub(super) type OnChange = Arc<dyn Fn() + Send + Sync>;

/// A configured provider, whatever its state.
pub struct Provider {
    config: ProviderConfig,
    options: Options,
    log: Arc<PluginLog>,
    inner: Mutex<Inner>,
    free_slot: Condvar,
    events: Sender<Event>,
    on_change: Mutex<Option<OnChange>>,
}

struct Inner {
    health: Health,
    opened: Option<Opened>,
    running: usize,
}

/// A plugin that is loaded and created.
#[derive(Clone)]
struct Opened {
    instance: Arc<dyn Instance>,
    title: String,
    max_concurrency: usize,
}

/// What the provider's thread waits for.
pub(super) enum Event {
    /// The instance of that generation is dead.
    Died(u64, String),
    Stop,
}

impl Provider {
    /// A provider that is loading; [`run`](Self::run) must be called on a thread of its own.
    pub(super) fn new(config: ProviderConfig, options: Options) -> (Arc<Self>, Receiver<Event>) {
        let (events, received) = unbounded();
        let provider = Self {
            log: Arc::new(PluginLog::new(&config.name)),
            inner: Mutex::new(Inner {
                health: Health::new(options.limits.probe),
                opened: None,
                running: 0,
            }),
            free_slot: Condvar::new(),
            events,
            on_change: Mutex::default(),
            config,
            options,
        };
        (Arc::new(provider), received)
    }

    /// The configured name.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Whether the server must not start without it.
    pub fn is_required(&self) -> bool {
        self.config.required
    }

    /// What it is doing, with the reason.
    pub fn state(&self) -> State {
        lock(&self.inner).health.state().clone()
    }

    /// Whether [`send`](Self::send) would reach the plugin now. True for a closed or paused provider
    /// whose next probe is due: exactly one call is then let through.
    pub fn is_available(&self) -> bool {
        let inner = lock(&self.inner);
        let is_alive = |opened: &Opened| opened.instance.is_alive();
        inner.opened.as_ref().is_some_and(is_alive) && inner.health.admits(Instant::now())
    }

    /// When an unavailable provider is worth another look. `None` when it is available, and when only
    /// a change will tell, which [`Registry::on_change`](super::Registry::on_change) reports, or the
    /// end of the probe that is out.
    pub fn retry_at(&self) -> Option<Instant> {
        let now = Instant::now();
        lock(&self.inner).health.due().filter(|due| *due > now)
    }

    /// How many calls the plugin takes at a time, 1 to 64; 1 until it is loaded.
    pub fn max_concurrency(&self) -> usize {
        lock(&self.inner)
            .opened
            .as_ref()
            .map_or(1, |opened| opened.max_concurrency)
    }

    /// Sends one message; blocks until the answer, at most its timeout and the grace of two seconds.
    ///
    /// A provider that takes no calls answers [`Status::Unavailable`] at once, with the time to its
    /// next probe in `retry_after` if it is known. Texts in the result are masked.
    pub fn send(&self, message: &Message) -> SendResult {
        let started = Instant::now();
        let (instance, ticket) = match self.enter(started + message.timeout) {
            Ok(entered) => entered,
            Err(result) => return result,
        };
        self.log.hide_message(message);
        let left = message.timeout.saturating_sub(started.elapsed());
        let result = instance.send(&Message {
            timeout: left,
            ..message.clone()
        });
        let result = self.log.mask_result(result);
        self.change(|inner| {
            inner.running -= 1;
            inner.health.answered(ticket, &result, Instant::now());
        });
        self.free_slot.notify_one();
        result
    }

    /// Waits for a free slot of the plugin.
    fn enter(&self, deadline: Instant) -> Result<(Arc<dyn Instance>, Ticket), SendResult> {
        let mut inner = lock(&self.inner);
        loop {
            let now = Instant::now();
            let Some(opened) = inner.opened.clone() else {
                return Err(closed_door(&inner, now));
            };
            if !opened.instance.is_alive() {
                let detail = "the plugin's process has just ended";
                return Err(SendResult::of_host(Status::Unavailable, detail));
            }
            if inner.running < opened.max_concurrency {
                let Some(ticket) = inner.health.admit(now) else {
                    return Err(closed_door(&inner, now));
                };
                inner.running += 1;
                return Ok((opened.instance, ticket));
            }
            let left = deadline.saturating_duration_since(now);
            if left.is_zero() {
                let detail = "all calls that the provider takes at a time are busy";
                return Err(SendResult::of_host(Status::Unavailable, detail));
            }
            let waited = self.free_slot.wait_timeout(inner, left);
            inner = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Changes the inner state, then logs and tells if the provider's state is another one.
    fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let (outcome, state) = {
            let mut inner = lock(&self.inner);
            let before = inner.health.state().clone();
            let outcome = change(&mut inner);
            let after = inner.health.state();
            (outcome, (before != *after).then(|| after.clone()))
        };
        if let Some(state) = state {
            self.log_state(&state);
            self.tell();
        }
        outcome
    }

    fn tell(&self) {
        let on_change = lock(&self.on_change).clone();
        if let Some(on_change) = on_change {
            on_change();
        }
    }

    fn log_state(&self, state: &State) {
        let (name, plugin) = (&self.config.name, &self.config.plugin);
        match state {
            State::Loading | State::Stopped => log::debug!("provider {name} is {state}"),
            State::Ready => {
                let title = lock(&self.inner)
                    .opened
                    .as_ref()
                    .map(|opened| opened.title.clone());
                let title = title.unwrap_or_default();
                log::info!("provider {name} is ready (plugin {title})");
            }
            State::Paused(_) | State::Restarting(_) => {
                log::warn!("provider {name} (plugin {plugin}) is {state}");
            }
            State::Closed(_) | State::Failed(_) => {
                log::error!("provider {name} (plugin {plugin}) is {state}");
            }
        }
    }

    /// Sets who is told of changes.
    pub(super) fn set_on_change(&self, on_change: OnChange) {
        *lock(&self.on_change) = Some(on_change);
    }

    /// Asks the provider's thread to end.
    pub(super) fn stop(&self) {
        let _ = self.events.send(Event::Stop);
    }

    /// The provider's thread: loads, waits, loads again, until it is stopped. `first` is told, by
    /// being dropped, when the first try is over.
    pub(super) fn run(&self, events: &Receiver<Event>, first: Sender<()>) {
        let mut first = Some(first);
        let mut checked = None;
        for generation in 0.. {
            let mut due = match self.open(generation, &mut checked) {
                Ok(opened) => {
                    self.change(|inner| {
                        inner.opened = Some(opened);
                        inner.health.opened(Instant::now());
                    });
                    // One on probation is still closed, and yet takes a call now.
                    self.tell();
                    None
                }
                Err(reason) => {
                    checked = None;
                    Some(self.change(|inner| inner.health.refused(reason, Instant::now())))
                }
            };
            drop(first.take());
            loop {
                let timer = due.map_or_else(never, crossbeam_channel::at);
                crossbeam_channel::select! {
                    recv(events) -> event => match event {
                        Ok(Event::Died(dead, reason)) if dead == generation && due.is_none() => {
                            due = Some(self.buried(reason));
                            // The repair of a closed provider may be another file.
                            if matches!(self.state(), State::Closed(_)) {
                                checked = None;
                            }
                        }
                        Ok(Event::Died(..)) => {}
                        Ok(Event::Stop) | Err(_) => return self.close(),
                    },
                    recv(timer) -> _ => break,
                }
            }
        }
    }

    /// The instance is dead: when to start another.
    fn buried(&self, reason: String) -> Instant {
        let reason = self.log.mask(&reason);
        self.change(|inner| {
            inner.opened = None;
            inner.health.died(reason, Instant::now())
        })
    }

    fn close(&self) {
        let opened = self.change(|inner| {
            inner.health.stopped();
            inner.opened.take()
        });
        if let Some(opened) = opened {
            opened.instance.stop();
        }
    }

    /// Checks, loads, configures and creates the plugin.
    fn open(&self, generation: u64, checked: &mut Option<Checked>) -> Result<Opened, String> {
        let started = Instant::now();
        let library = match checked.take().filter(|copy| copy.path.exists()) {
            Some(copy) => copy,
            None => load::check(
                &self.config.plugin,
                self.config.sha256.as_deref(),
                &self.options,
            )?,
        };
        let path = checked.insert(library).path.as_path();
        let events = self.events.clone();
        let on_death: OnDeath = Box::new(move |reason| {
            let _ = events.send(Event::Died(generation, reason));
        });
        match self.config.isolation {
            Isolation::Process => {
                let start = Start {
                    executable: &self.options.executable,
                    library: path,
                    memory_limit: self.config.memory_limit,
                    limits: self.options.limits,
                };
                let (child, description) = Child::start(&start, self.log.clone(), on_death)?;
                let configured = self.configure(&description);
                let (manifest, config) = configured.inspect_err(|_| child.stop())?;
                child.create(config)?;
                Ok(opened(child, &manifest))
            }
            Isolation::InProcess => {
                let loaded = load::open(path)?;
                let limits = self.options.limits;
                if started.elapsed() > limits.hello {
                    return Err(format!("took longer than {:?} to load", limits.hello));
                }
                let (manifest, config) = self.configure(&loaded.description)?;
                let native =
                    Native::create(&loaded, self.log.clone(), &config).map_err(|result| {
                        format!("create failed: {}", self.log.mask(&result.detail))
                    })?;
                let count = manifest.max_concurrency;
                let workers = Workers::start(native, count, limits.grace);
                Ok(opened(Arc::new(workers), &manifest))
            }
        }
    }

    /// The complete configuration for that description.
    fn configure(&self, description: &str) -> Result<(Manifest, String), String> {
        let manifest = Manifest::parse(description)?;
        let mut config: Value = self.config.config.clone();
        if !config.is_object() {
            return Err("config must be a table".into());
        }
        self.log
            .hide_keys(schema::secrets(&manifest.config_schema, &config));
        schema::complete(&manifest.config_schema, &mut config, &self.options.base)?;
        Ok((manifest, config.to_string()))
    }
}

fn opened(instance: Arc<dyn Instance>, manifest: &Manifest) -> Opened {
    Opened {
        instance,
        title: manifest.title(),
        max_concurrency: manifest.max_concurrency,
    }
}

fn closed_door(inner: &Inner, now: Instant) -> SendResult {
    let health = &inner.health;
    SendResult {
        retry_after: health.due().map(|due| due.saturating_duration_since(now)),
        ..SendResult::of_host(
            Status::Unavailable,
            format!("the provider is {}", health.state()),
        )
    }
}
