//! The thread of a provider: it loads the plugin, waits for its death and loads it again when the
//! state machine says so, and puts a new generation in the old one's place when it is told to.
//!
//! A plugin whose `create` refuses is created again when something has changed or somebody says so,
//! and by the clock only if it said UNAVAILABLE or THROTTLED: a network that comes up after the server
//! must not need an operator. What else stops a start is tried again now and then.
//! It is the only one that starts anything. A reload that fails changes nothing and says why.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use crossbeam_channel::{Receiver, Sender, never};

use super::{
    ProviderConfig,
    ending::Farewell,
    generation::{Generation, Opened},
    host::lock,
    instance::{OnDeath, Refusal},
    load::{self, Checked},
    provider::Provider,
    state::State,
};

/// What the provider's thread waits for.
pub(super) enum Event {
    /// The instance of that generation is dead.
    Died(u64, String),
    /// Take this configuration, and the file that is in place now.
    Reload(Box<ProviderConfig>),
    /// End as soon as the calls are over.
    Remove,
    /// End now.
    Stop,
}

/// What the thread remembers.
struct Life {
    /// The number of the last generation.
    number: u64,
    /// The file that a restart loads again.
    checked: Option<Checked>,
    /// When the next generation is started; `None` while one runs, and when only a change helps.
    due: Option<Instant>,
}

impl Provider {
    /// Tells the provider's thread.
    pub(super) fn post(&self, event: Event) {
        let is_reload = matches!(event, Event::Reload(_));
        if is_reload {
            self.reloads.fetch_add(1, Ordering::AcqRel);
        }
        // Fails only when the thread has ended, and then there is nobody to tell.
        if self.events.send(event).is_err() && is_reload {
            self.reloads.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// The body of the provider's thread, until it is stopped. `first` is told, by being dropped, when
    /// the first try is over.
    pub(super) fn run(&self, events: &Receiver<Event>, first: Sender<()>) {
        let mut first = Some(first);
        let mut life = Life {
            number: 0,
            checked: None,
            due: Some(Instant::now()),
        };
        loop {
            if life.due.is_some_and(|due| due <= Instant::now()) {
                self.start(&mut life);
                drop(first.take());
            }
            let timer = life.due.map_or_else(never, crossbeam_channel::at);
            crossbeam_channel::select! {
                recv(events) -> event => match event {
                    Ok(Event::Died(number, reason)) => self.died(&mut life, number, reason),
                    Ok(Event::Reload(config)) => {
                        self.reload(&mut life, *config);
                        self.reloads.fetch_sub(1, Ordering::AcqRel);
                    }
                    Ok(Event::Remove) => return self.end(Farewell::retire),
                    Ok(Event::Stop) | Err(_) => return self.end(Farewell::stop),
                },
                recv(timer) -> _ => {}
            }
        }
    }

    /// Loads the plugin when there is none.
    fn start(&self, life: &mut Life) {
        let config = self.config();
        let opened = self
            .checked(life.checked.take(), &config)
            .map_err(Refusal::from)
            .and_then(|checked| {
                let generation = self.generation(life, &config, &checked)?;
                life.checked = Some(checked);
                Ok(generation)
            });
        match opened {
            Ok(generation) => {
                life.due = None;
                self.change(|inner| {
                    inner.opened = Some(Opened::new(generation));
                    inner.health.opened(Instant::now());
                });
                // One on probation is still closed, and yet takes a call now.
                self.tell();
            }
            Err(refusal) => {
                life.due = self.change(|inner| inner.health.refused(refusal, Instant::now()));
            }
        }
    }

    /// The copy that was checked before, if it is there, or the file that is in place now.
    fn checked(&self, before: Option<Checked>, config: &ProviderConfig) -> Result<Checked, String> {
        match before.filter(|copy| copy.path.exists()) {
            Some(copy) => Ok(copy),
            None => load::check(&config.plugin, config.sha256.as_deref(), &self.options),
        }
    }

    fn generation(
        &self,
        life: &mut Life,
        config: &ProviderConfig,
        checked: &Checked,
    ) -> Result<Generation, Refusal> {
        life.number += 1;
        let (number, events) = (life.number, self.events.clone());
        let on_death: OnDeath = Box::new(move |reason| {
            let _ = events.send(Event::Died(number, reason));
        });
        Generation::open(number, config, &self.options, checked, &self.log, on_death)
    }

    /// An instance is dead. One that was replaced is nobody's concern.
    fn died(&self, life: &mut Life, number: u64, reason: String) {
        let is_current = lock(&self.inner)
            .opened
            .as_ref()
            .is_some_and(|opened| opened.generation.number == number);
        if !is_current {
            return;
        }
        let reason = self.log.mask(&reason);
        life.due = Some(self.change(|inner| {
            inner.opened = None;
            inner.health.died(reason, Instant::now())
        }));
        self.wake_waiting();
        // The repair of a closed provider may be another file.
        if matches!(self.state(), State::Closed(_)) {
            life.checked = None;
        }
    }

    /// Puts a new generation in the old one's place, if there is anything new and it works.
    fn reload(&self, life: &mut Life, config: ProviderConfig) {
        let name = self.name();
        if lock(&self.inner).opened.is_none() {
            self.change(|inner| {
                inner.config = Arc::new(config);
                inner.reload_fault = None;
            });
            life.checked = None;
            life.due = Some(Instant::now());
            return;
        }
        match self.successor(life, &config) {
            Ok(None) => {
                log::debug!("provider {name} is as it was");
                self.change(|inner| inner.reload_fault = None);
            }
            Ok(Some((generation, checked))) => {
                life.checked = Some(checked);
                let number = generation.number;
                let old = self.change(|inner| {
                    inner.config = Arc::new(config);
                    inner.reload_fault = None;
                    inner.health.replaced();
                    inner.opened.replace(Opened::new(generation))
                });
                if let Some(old) = old {
                    self.farewell().retire(old);
                }
                self.wake_waiting();
                self.tell();
                let title = self.title();
                log::info!("provider {name} was reloaded: generation {number} (plugin {title})");
            }
            Err(reason) => {
                let reason = self.log.mask(&reason);
                log::error!("provider {name} was not reloaded and goes on as before: {reason}");
                self.change(|inner| inner.reload_fault = Some(reason));
            }
        }
    }

    /// The next generation, ready to take calls; `None` if nothing has changed.
    fn successor(
        &self,
        life: &mut Life,
        config: &ProviderConfig,
    ) -> Result<Option<(Generation, Checked)>, String> {
        let checked = self.checked(None, config)?;
        let is_same = {
            let inner = lock(&self.inner);
            let runs = |opened: &Opened| opened.generation.sha256 == checked.sha256;
            *inner.config == *config
                && inner.opened.as_ref().is_some_and(runs)
                && *inner.health.state() == State::Ready
        };
        if is_same {
            return Ok(None);
        }
        let generation = self.generation(life, config, &checked);
        let generation = generation.map_err(|refusal| refusal.reason)?;
        generation
            .check_health(&self.log)
            .inspect_err(|_| generation.instance.stop())?;
        if !generation.instance.is_alive() {
            return Err("its process ended right after it was made".into());
        }
        Ok(Some((generation, checked)))
    }

    fn end(&self, end: impl FnOnce(Farewell, Opened)) {
        let opened = self.change(|inner| {
            inner.health.stopped();
            inner.opened.take()
        });
        self.wake_waiting();
        if let Some(opened) = opened {
            end(self.farewell(), opened);
        }
    }
}
