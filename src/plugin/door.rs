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
    time::Instant,
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
    /// Keeps the generation until the call is over.
    _busy: Sender<()>,
}

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

    /// Waits for a free slot of the plugin.
    ///
    /// # Errors
    /// What to answer if there is none before the deadline, or the provider takes no calls.
    pub(super) fn enter(&self, call: &Call, deadline: Instant) -> Result<Entered, Box<Answer>> {
        let is_judged = matches!(call, Call::Send(_) | Call::VerifyStart(_) | Call::Health(_));
        let is_report = matches!(call, Call::Webhook(_));
        let mut inner = lock(&self.inner);
        loop {
            let now = Instant::now();
            let waiting = inner.waiting;
            let inner_now = &mut *inner;
            let Some(opened) = &mut inner_now.opened else {
                return Err(closed_door(&inner_now.health, now));
            };
            if !opened.generation.instance.is_alive() {
                let detail = "the plugin's process has just ended";
                return Err(Box::new(Answer::of_host(Status::Unavailable, detail)));
            }
            let left = deadline.saturating_duration_since(now);
            if left.is_zero() {
                let detail = "all calls that the provider takes at a time are busy";
                return Err(Box::new(Answer::of_host(Status::Unavailable, detail)));
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

fn closed_door(health: &Health, now: Instant) -> Box<Answer> {
    Box::new(Answer {
        retry_after: health.due().map(|due| due.saturating_duration_since(now)),
        ..Answer::of_host(
            Status::Unavailable,
            format!("the provider is {}", health.state()),
        )
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{path::PathBuf, sync::Mutex, thread, time::Duration};

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
    fn few_reports_of_one_provider_are_let_in_at_a_time() {
        let (provider, ..) = provider(1);
        let mut turns: Vec<_> = std::iter::from_fn(|| provider.report_turn()).collect();
        assert_eq!(turns.len(), MOST_REPORTS);
        turns.pop();
        assert!(provider.report_turn().is_some());
    }
}
