//! One configured provider: its state, and the calls into it.
//!
//! A thread of its own keeps a plugin behind it (`life`). [`Provider::call`] runs on the caller's
//! thread, keeps to the plugin's concurrency, and never blocks longer than the call's timeout and the
//! grace. Every change of the state is logged here, once.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{
    Options, Origin, ProviderConfig,
    door::{Door, Entered, Visitor},
    ending::{Farewell, OnEnd},
    generation::{Generation, Opened},
    host::{PluginLog, lock},
    life::Event,
    memory,
    message::{Abilities, Answer, Call, Message, Status},
    record::{Faults, PastFailure, Record, now_unix_ms},
    state::{Health, State},
    turns::Turns,
};

/// Called after each change of a provider's state.
pub(super) type OnChange = Arc<dyn Fn() + Send + Sync>;

/// Who is told of what happens to providers; one for all of them.
#[derive(Default)]
pub(super) struct Listeners {
    pub on_change: Mutex<Option<OnChange>>,
    pub on_end: Mutex<Option<OnEnd>>,
}

impl Listeners {
    pub(super) fn tell_of_change(&self) {
        let on_change = lock(&self.on_change).clone();
        if let Some(on_change) = on_change {
            on_change();
        }
    }
}

/// A configured provider, whatever its state.
pub struct Provider {
    name: String,
    pub(super) options: Options,
    pub(super) log: Arc<PluginLog>,
    pub(super) inner: Mutex<Inner>,
    pub(super) door: Door,
    pub(super) events: Sender<Event>,
    listeners: Arc<Listeners>,
    turns: Turns,
    /// Reloads that were asked for and are not over.
    pub(super) reloads: AtomicUsize,
}

pub(super) struct Inner {
    /// What the running plugin was made from, or the next one will be.
    pub config: Arc<ProviderConfig>,
    pub health: Health,
    pub opened: Option<Opened>,
    /// Why the last reload changed nothing.
    pub reload_fault: Option<String>,
    /// Calls that wait for a slot, without those of gateways.
    pub waiting: usize,
    record: Record,
    since_unix_ms: i64,
}

/// What there is to know about a provider, for operators.
#[derive(Clone, Debug)]
pub struct ProviderInfo {
    /// The configured name.
    pub name: String,
    /// The plugin's name, as in the configuration.
    pub plugin: String,
    /// The plugin's version; empty if none runs.
    pub version: String,
    /// The SHA-256 that its file must have, if it is pinned.
    pub pin: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// What it is doing, with the reason.
    pub state: State,
    /// Since when, in milliseconds since 1970-01-01T00:00:00Z.
    pub since_unix_ms: i64,
    /// Which life of the plugin this is; 0 before the first.
    pub generation: u64,
    /// The SHA-256 of the file that runs, in hexadecimal; empty if none does.
    pub sha256: String,
    /// What the plugin says about itself, as JSON; empty if none runs.
    pub description: String,
    /// What it can do.
    pub abilities: Abilities,
    /// Calls that run at this moment.
    pub running: usize,
    /// How many calls came to what since the server started.
    pub counts: Vec<(Status, u64)>,
    /// Why the last reload changed nothing, if it did.
    pub reload_fault: Option<String>,
    /// The bytes of memory that the plugin's process has resident; the server's own, if the plugin runs
    /// there; 0 if none runs.
    pub resident_bytes: u64,
    /// How many libraries of plugins were loaded into that process.
    pub libraries: usize,
    /// What it did wrong since the server started.
    pub faults: Faults,
}

impl Provider {
    /// A provider that is loading; [`run`](Self::run) must be called on a thread of its own.
    pub(super) fn new(
        config: ProviderConfig,
        options: Options,
        listeners: Arc<Listeners>,
    ) -> (Arc<Self>, Receiver<Event>) {
        let (events, received) = unbounded();
        let provider = Self {
            name: config.name.clone(),
            log: Arc::new(PluginLog::new(&config.name)),
            inner: Mutex::new(Inner {
                config: Arc::new(config),
                health: Health::new(options.limits.probe),
                opened: None,
                reload_fault: None,
                waiting: 0,
                record: Record::default(),
                since_unix_ms: now_unix_ms(),
            }),
            door: Door::default(),
            events,
            listeners,
            turns: Turns::default(),
            reloads: AtomicUsize::new(0),
            options,
        };
        (Arc::new(provider), received)
    }

    /// The configured name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What others call it: an id, and what it is for.
    pub fn label(&self) -> (String, String) {
        match &self.config().origin {
            Origin::Config => (self.name.clone(), self.name.clone()),
            Origin::Api { description } => (self.name.clone(), description.clone()),
            Origin::SmsProvider { id, description } => (id.clone(), description.clone()),
        }
    }

    /// Whether the server must not start without it.
    pub fn is_required(&self) -> bool {
        self.config().required
    }

    /// What it is made from.
    pub(super) fn config(&self) -> Arc<ProviderConfig> {
        lock(&self.inner).config.clone()
    }

    /// What it is doing, with the reason.
    pub fn state(&self) -> State {
        lock(&self.inner).health.state().clone()
    }

    /// What there is to know about it.
    pub fn info(&self) -> ProviderInfo {
        let inner = lock(&self.inner);
        let generation = inner.opened.as_ref().map(|opened| &opened.generation);
        let process = generation.map(|generation| generation.instance.process());
        let text = |text: fn(&Generation) -> &String| {
            generation.map_or_else(String::new, |generation| text(generation).clone())
        };
        ProviderInfo {
            name: self.name.clone(),
            plugin: inner.config.plugin.clone(),
            version: text(|generation| &generation.manifest.version),
            pin: inner.config.sha256.clone(),
            origin: inner.config.origin.clone(),
            state: inner.health.state().clone(),
            since_unix_ms: inner.since_unix_ms,
            generation: generation.map_or(0, |generation| generation.number),
            sha256: text(|generation| &generation.sha256),
            description: text(|generation| &generation.description),
            abilities: generation
                .map_or_else(Abilities::default, |generation| generation.abilities),
            running: inner.opened.as_ref().map_or(0, |opened| opened.running),
            counts: inner.record.counts(),
            reload_fault: inner.reload_fault.clone(),
            resident_bytes: process.map_or(0, memory::resident_bytes),
            libraries: process.map_or(0, |child| child.map_or_else(memory::libraries, |_| 1)),
            faults: Faults {
                dropped_lines: self.log.dropped(),
                ..inner.record.faults
            },
        }
    }

    /// Whether nothing is on its way that would make another generation of it: it was loaded, and every
    /// reload that was asked for is over.
    pub fn is_settled(&self) -> bool {
        self.reloads.load(Ordering::Acquire) == 0 && self.state() != State::Loading
    }

    /// The last calls that failed, the newest first, 100 at most.
    pub fn failures(&self) -> Vec<PastFailure> {
        lock(&self.inner).record.failures()
    }

    /// What the plugin can do; nothing until it is loaded.
    pub fn abilities(&self) -> Abilities {
        let inner = lock(&self.inner);
        let opened = inner.opened.as_ref();
        opened.map_or_else(Abilities::default, |opened| opened.generation.abilities)
    }

    /// Whether a plugin runs, so that its abilities are known.
    pub fn is_loaded(&self) -> bool {
        lock(&self.inner).opened.is_some()
    }

    /// Whether a message would reach the plugin now. True for a closed or paused provider
    /// whose next probe is due: exactly one call is then let through.
    pub fn is_available(&self) -> bool {
        let inner = lock(&self.inner);
        let is_alive = |opened: &Opened| opened.generation.instance.is_alive();
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
        let inner = lock(&self.inner);
        let opened = inner.opened.as_ref();
        opened.map_or(1, |opened| opened.generation.manifest.max_concurrency)
    }

    /// Takes a turn to send a message, so that there are no more a second than the operator wants.
    ///
    /// # Errors
    /// The time until the next turn.
    pub(super) fn take_turn(&self) -> Result<(), Duration> {
        self.turns.take(self.config().pace.max_per_second)
    }

    /// How many more messages are worth a try at this moment.
    ///
    /// # Errors
    /// The time until the next turn, if it is known that there is none.
    pub fn room(&self) -> Result<usize, Duration> {
        let turns = self.turns.at_once(self.config().pace.max_per_second)?;
        Ok(self.free_slots().min(turns))
    }

    /// Sends one message: [`call`](Self::call) with [`Call::Send`].
    pub fn send(&self, message: &Message) -> Answer {
        self.call(Call::Send(message.clone()))
    }

    /// Makes one call; blocks until the answer, at most its timeout and the grace of two seconds.
    ///
    /// A provider that takes no calls answers [`Status::Unavailable`] at once, with the time to its
    /// next probe in `retry_after` if it is known. What users, gateways and the clock ask (checks,
    /// webhooks, polls) reaches a paused or closed provider too, and says nothing about its state.
    /// Texts in the answer are masked.
    pub fn call(&self, call: Call) -> Answer {
        let started = Instant::now();
        let entered = match self.enter(Visitor::with(&call), started + call.timeout()) {
            Ok(entered) => entered,
            Err(turned) => return turned.answer(),
        };
        let left = call.timeout().saturating_sub(started.elapsed());
        self.make(entered, call.within(left))
    }

    /// Makes a call that was let in.
    pub(super) fn make(&self, entered: Entered, call: Call) -> Answer {
        let hidden = self.log.hide(&call);
        let answer = entered.generation.instance.call(&call);
        let answer = self.log.mask_answer(answer);
        self.log.end(hidden);
        self.leave(entered, Some((&call, &answer)));
        answer
    }

    /// Frees the place of a call that was let in, and notes what it came to, if it was made.
    pub(super) fn leave(&self, entered: Entered, made: Option<(&Call, &Answer)>) {
        self.change(|inner| {
            if let Some((call, answer)) = made {
                inner.record.note(call, answer);
            }
            let same = |opened: &&mut Opened| Arc::ptr_eq(&opened.generation, &entered.generation);
            // What a generation that was replaced meanwhile says is no news of the present one.
            if let Some(opened) = inner.opened.as_mut().filter(same) {
                opened.running -= 1;
                opened.reports -= usize::from(entered.is_report);
                match (entered.ticket, made) {
                    (Some(ticket), Some((_, answer))) => {
                        inner.health.answered(ticket, answer, Instant::now());
                    }
                    (Some(ticket), None) => inner.health.unused(ticket),
                    (None, _) => {}
                }
            }
        });
        self.wake_waiting();
        if made.is_none() {
            // Another message may have the turn that this one did not take.
            self.tell();
        }
    }

    /// Counts receipts that were for no message.
    pub fn note_unknown_receipts(&self, count: u64) {
        lock(&self.inner).record.faults.unknown_receipts += count;
    }

    /// Changes the inner state, then logs and tells if the provider's state is another one.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let (outcome, state) = {
            let mut inner = lock(&self.inner);
            let before = inner.health.state().clone();
            let outcome = change(&mut inner);
            let after = inner.health.state().clone();
            let is_other = before != after;
            if is_other {
                inner.since_unix_ms = now_unix_ms();
            }
            (outcome, is_other.then_some(after))
        };
        if let Some(state) = state {
            self.log_state(&state);
            self.tell();
        }
        outcome
    }

    pub(super) fn tell(&self) {
        self.listeners.tell_of_change();
    }

    /// How its generations end.
    pub(super) fn farewell(&self) -> Farewell {
        Farewell {
            provider: self.name.clone(),
            log: self.log.clone(),
            on_end: lock(&self.listeners.on_end).clone(),
        }
    }

    fn log_state(&self, state: &State) {
        let (name, plugin) = (&self.name, &self.config().plugin);
        match state {
            State::Loading | State::Stopped => log::debug!("provider {name} is {state}"),
            State::Ready => log::info!("provider {name} is ready (plugin {})", self.title()),
            State::Paused(_) | State::Restarting(_) => {
                log::warn!("provider {name} (plugin {plugin}) is {state}");
            }
            State::Closed(_) | State::Failed(_) => {
                log::error!("provider {name} (plugin {plugin}) is {state}");
            }
        }
    }

    /// The plugin's own id and version.
    pub(super) fn title(&self) -> String {
        let inner = lock(&self.inner);
        let opened = inner.opened.as_ref();
        opened.map_or_else(String::new, |opened| opened.generation.manifest.title())
    }
}
