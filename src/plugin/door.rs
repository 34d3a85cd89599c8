//! Who may call a plugin now: no more calls at a time than it takes, and no more for gateways than
//! leaves room for messages.
//!
//! Anybody can call in a gateway's name, so its reports have a quarter of the calls at a time (one, if
//! there are fewer than eight), let messages that wait go first, and only some of them may wait.

use std::{
    sync::{
        Arc, Condvar, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crossbeam_channel::Sender;

use super::{
    generation::{Generation, Opened},
    host::lock,
    message::{Answer, Call, Status},
    provider::Provider,
    state::{Health, Ticket},
};

/// Reports of one provider's gateway that run or wait at one time; each holds a thread.
const MOST_REPORTS: usize = 16;

/// Where the calls of a provider wait.
#[derive(Default)]
pub(super) struct Door {
    free_slot: Condvar,
    /// Turns for reports that are taken.
    reports: AtomicUsize,
}

/// A call that was let in.
pub(super) struct Entered {
    pub generation: Arc<Generation>,
    /// `None` for a call that says nothing about the provider's state.
    pub ticket: Option<Ticket>,
    pub is_report: bool,
    /// Keeps the generation until the call is over.
    _busy: Sender<()>,
}

/// Who wants to be let in.
#[derive(Clone, Copy)]
pub(super) struct Visitor {
    /// Whether what it is told says something about the provider's state.
    is_judged: bool,
    is_report: bool,
    /// Whether it goes away when other messages take all places.
    is_impatient: bool,
}

impl Visitor {
    /// Who comes with a call.
    pub(super) fn with(call: &Call) -> Self {
        Self {
            is_judged: matches!(call, Call::Send(_) | Call::VerifyStart(_) | Call::Health(_)),
            is_report: matches!(call, Call::Webhook(_)),
            is_impatient: false,
        }
    }
}

/// Why somebody was not let in.
pub(super) enum Turned {
    /// All places are taken; by messages, if an impatient one hears it.
    Full,
    /// The provider takes no calls, and answers this.
    Away(Box<Answer>),
}

impl Turned {
    /// What the call is answered.
    pub(super) fn answer(self) -> Answer {
        match self {
            Self::Full => Answer::of_host(
                Status::Unavailable,
                "all calls that the provider takes at a time are busy",
            ),
            Self::Away(answer) => *answer,
        }
    }
}

/// Why a message has no place at a provider now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPlace {
    /// Others are on their way, as many as it takes or as the operator wants in a second.
    Full,
    /// It takes no calls.
    Closed,
}

/// A place for a message at its provider, taken before the call is made: who has it is asked. Free again
/// when it is dropped.
pub struct Place {
    provider: Arc<Provider>,
    /// There until the call.
    entered: Option<Entered>,
}

impl Place {
    /// The provider.
    pub fn provider(&self) -> &Arc<Provider> {
        &self.provider
    }

    /// Makes the call, as [`Provider::call`] does.
    pub fn call(mut self, call: Call) -> Answer {
        match self.entered.take() {
            Some(entered) => self.provider.make(entered, call),
            None => self.provider.call(call),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(entered) = self.entered.take() {
            self.provider.leave(entered, None);
        }
    }
}

/// How long a message waits for a report that is being read.
const PATIENCE: Duration = Duration::from_secs(10);

/// The right to hand one report of a gateway to its provider; ends when it is dropped.
pub struct ReportTurn(Arc<Provider>);

impl ReportTurn {
    /// The provider.
    pub fn provider(&self) -> &Provider {
        &self.0
    }
}

impl Drop for ReportTurn {
    fn drop(&mut self) {
        self.0.door.reports.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Provider {
    /// Takes one of the provider's turns for reports; `None` if all are taken.
    pub fn report_turn(self: &Arc<Self>) -> Option<ReportTurn> {
        let reports = &self.door.reports;
        let more = |taken: usize| (taken < MOST_REPORTS).then_some(taken + 1);
        let taken = reports.fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        taken.is_ok().then(|| ReportTurn(self.clone()))
    }

    /// How many messages it would take at once beside the calls that run. Reports do not count: a
    /// message does not wait for more than the one that is being read.
    pub fn free_slots(&self) -> usize {
        let inner = lock(&self.inner);
        let opened = inner.opened.as_ref();
        opened.map_or(0, |opened| {
            let most = opened.generation.manifest.max_concurrency;
            most.saturating_sub(opened.running - opened.reports)
        })
    }

    /// Takes a place for a message, and its turn. Waits for nothing but a report that is being read.
    ///
    /// # Errors
    /// Why there is none.
    pub fn place(self: &Arc<Self>) -> Result<Place, NoPlace> {
        let visitor = Visitor {
            is_judged: true,
            is_report: false,
            is_impatient: true,
        };
        let entered = self.enter(visitor, Instant::now() + PATIENCE);
        let place = Place {
            provider: self.clone(),
            entered: Some(entered.map_err(|turned| match turned {
                Turned::Full => NoPlace::Full,
                Turned::Away(_) => NoPlace::Closed,
            })?),
        };
        match self.take_turn() {
            Ok(()) => Ok(place),
            Err(_) => Err(NoPlace::Full),
        }
    }

    /// Waits for a free slot of the plugin.
    ///
    /// # Errors
    /// If there is none before the deadline, or the provider takes no calls.
    pub(super) fn enter(&self, visitor: Visitor, deadline: Instant) -> Result<Entered, Turned> {
        let Visitor {
            is_judged,
            is_report,
            is_impatient,
        } = visitor;
        let mut inner = lock(&self.inner);
        loop {
            let now = Instant::now();
            let waiting = inner.waiting;
            let inner_now = &mut *inner;
            let Some(opened) = &mut inner_now.opened else {
                return Err(closed_door(&inner_now.health, now));
            };
            let most = opened.generation.manifest.max_concurrency;
            if !opened.generation.instance.is_alive() {
                let detail = "the plugin's process has just ended";
                let answer = Answer::of_host(Status::Unavailable, detail);
                return Err(Turned::Away(Box::new(answer)));
            }
            if is_impatient && !inner_now.health.admits(now) {
                return Err(closed_door(&inner_now.health, now));
            }
            let left = deadline.saturating_duration_since(now);
            if left.is_zero() || (is_impatient && opened.running - opened.reports >= most) {
                return Err(Turned::Full);
            }
            if has_room(opened, is_report, waiting) {
                let health = &mut inner_now.health;
                let ticket = match is_judged {
                    true => Some(health.admit(now).ok_or_else(|| closed_door(health, now))?),
                    false => None,
                };
                opened.running += 1;
                opened.reports += usize::from(is_report);
                return Ok(Entered {
                    generation: opened.generation.clone(),
                    ticket,
                    is_report,
                    _busy: opened.busy.clone(),
                });
            }
            inner.waiting += usize::from(!is_report);
            let waited = self.door.free_slot.wait_timeout(inner, left);
            inner = waited.unwrap_or_else(PoisonError::into_inner).0;
            inner.waiting -= usize::from(!is_report);
            if !is_report && inner.waiting == 0 {
                // Reports that let this one go first may go now, if there is room for both. A report
                // wakes nobody: two of them would wake each other for ever.
                self.wake_waiting();
            }
        }
    }

    /// Lets the calls that wait for a slot look again. All of them: a change of the state may send many
    /// away, and each that goes wakes nobody.
    pub(super) fn wake_waiting(&self) {
        self.door.free_slot.notify_all();
    }
}

/// Whether one more call may run.
fn has_room(opened: &Opened, is_report: bool, waiting: usize) -> bool {
    let most = opened.generation.manifest.max_concurrency;
    let is_fair = !is_report || (waiting == 0 && opened.reports < (most / 4).max(1));
    opened.running < most && is_fair
}

fn closed_door(health: &Health, now: Instant) -> Turned {
    Turned::Away(Box::new(Answer {
        retry_after: health.due().map(|due| due.saturating_duration_since(now)),
        ..Answer::of_host(
            Status::Unavailable,
            format!("the provider is {}", health.state()),
        )
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{path::PathBuf, sync::Mutex, thread};

    use crossbeam_channel::{Receiver, unbounded};
    use serde_json::json;

    use super::*;
    use crate::plugin::{
        Abilities, HttpRequest, Isolation, Message, Options, Origin, Pace, ProviderConfig,
        instance::Instance, manifest::Manifest,
    };

    const LONG: Duration = Duration::from_secs(20);

    /// Writes down each call and ends it when `go` says so.
    struct Fake {
        begun: Mutex<Vec<&'static str>>,
        go: Receiver<()>,
    }

    impl Instance for Fake {
        fn call(&self, call: &Call) -> Answer {
            let is_report = matches!(call, Call::Webhook(_));
            let kind = if is_report { "report" } else { "message" };
            lock(&self.begun).push(kind);
            let _ = self.go.recv_timeout(LONG);
            Answer::of(Status::Ok)
        }

        fn stop(&self) {}
    }

    /// A ready provider that takes so many calls at a time.
    fn provider(max_concurrency: u32) -> (Arc<Provider>, Arc<Fake>, Sender<()>) {
        let config = ProviderConfig {
            name: "p".into(),
            plugin: "p".into(),
            isolation: Isolation::Process,
            required: false,
            sha256: None,
            memory_limit: None,
            pace: Pace::default(),
            config: json!({}),
            origin: Origin::Config,
        };
        let options = Options::new(PathBuf::new(), PathBuf::new());
        let (provider, _) = Provider::new(config, options, Arc::default());
        let (go, wait) = unbounded();
        let fake = Arc::new(Fake {
            begun: Mutex::default(),
            go: wait,
        });
        let description = json!({"id": "p", "max_concurrency": max_concurrency}).to_string();
        let generation = Generation {
            number: 1,
            instance: fake.clone(),
            manifest: Manifest::parse(&description).unwrap(),
            description,
            abilities: Abilities::default(),
            sha256: String::new(),
        };
        provider.change(|inner| {
            inner.opened = Some(Opened::new(generation));
            inner.health.opened(Instant::now());
        });
        (provider, fake, go)
    }

    fn report() -> Call {
        Call::Webhook(HttpRequest {
            method: "POST".into(),
            url: String::new(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout: LONG,
        })
    }

    fn message() -> Call {
        Call::Send(Message {
            timeout: LONG,
            ..Message::default()
        })
    }

    fn wait_until(done: impl Fn() -> bool) {
        let begun = Instant::now();
        while !done() {
            assert!(begun.elapsed() < LONG, "waited in vain");
            thread::yield_now();
        }
    }

    #[test]
    fn reports_have_a_quarter_and_messages_the_rest() {
        let (provider, fake, go) = provider(8);
        thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| provider.call(report()));
            }
            wait_until(|| lock(&fake.begun).len() == 2);
            assert_eq!(provider.free_slots(), 8, "reports do not count");
            for _ in 0..6 {
                scope.spawn(|| provider.call(message()));
            }
            wait_until(|| lock(&fake.begun).len() == 8);
            assert_eq!(provider.free_slots(), 2);
            let begun = lock(&fake.begun).clone();
            let reports = begun.iter().filter(|kind| **kind == "report").count();
            assert_eq!(reports, 2, "{begun:?}");
            drop(go);
        });
        assert_eq!(lock(&fake.begun).len(), 12);
    }

    #[test]
    fn a_message_that_waits_goes_before_the_reports_that_wait() {
        let (provider, fake, go) = provider(1);
        thread::scope(|scope| {
            scope.spawn(|| provider.call(report()));
            wait_until(|| lock(&fake.begun).len() == 1);
            for _ in 0..4 {
                scope.spawn(|| provider.call(report()));
            }
            scope.spawn(|| provider.call(message()));
            wait_until(|| lock(&provider.inner).waiting == 1);
            go.send(()).unwrap();
            wait_until(|| lock(&fake.begun).len() == 2);
            assert_eq!(lock(&fake.begun)[1], "message");
            drop(go);
        });
        assert_eq!(lock(&fake.begun).len(), 6);
    }

    #[test]
    fn a_place_is_one_of_the_calls_and_free_again_when_it_is_not_used() {
        let (provider, fake, go) = provider(2);
        drop(go);
        let first = provider.place().ok().unwrap();
        let second = provider.place().ok().unwrap();
        assert_eq!(provider.place().err(), Some(NoPlace::Full));
        drop(first);
        let third = provider.place().ok().unwrap();
        assert_eq!(third.call(message()).status, Status::Ok);
        assert_eq!(second.call(message()).status, Status::Ok);
        assert_eq!(lock(&fake.begun).len(), 2);
        assert_eq!(provider.free_slots(), 2);
    }

    #[test]
    fn a_probe_that_is_not_made_leaves_its_turn_to_another() {
        let (provider, _, go) = provider(2);
        drop(go);
        let throttled = Answer {
            retry_after: Some(Duration::ZERO),
            ..Answer::of(Status::Throttled)
        };
        provider.change(|inner| {
            let ticket = inner.health.admit(Instant::now()).unwrap();
            inner.health.answered(ticket, &throttled, Instant::now());
        });
        let probe = provider.place().ok().unwrap();
        assert_eq!(provider.place().err(), Some(NoPlace::Closed));
        drop(probe);
        let probe = provider.place().ok().unwrap();
        assert_eq!(probe.call(message()).status, Status::Ok);
        assert!(provider.is_available());
    }

    #[test]
    fn few_reports_of_one_provider_are_let_in_at_a_time() {
        let (provider, ..) = provider(1);
        let mut turns: Vec<_> = std::iter::from_fn(|| provider.report_turn()).collect();
        assert_eq!(turns.len(), MOST_REPORTS);
        turns.pop();
        assert!(provider.report_turn().is_some());
    }
}
