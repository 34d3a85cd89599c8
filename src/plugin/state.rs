//! The state machine of a provider (plugin-abi §11): what an answer, a death or a refusal does to it,
//! and whether it takes a call now.
//!
//! Pure: it gets the time, starts no process and writes no log. `provider` drives it.

use std::{
    collections::VecDeque,
    fmt,
    time::{Duration, Instant},
};

use super::{
    instance::Refusal,
    message::{Answer, Status},
};

/// What a provider is doing. The reason is for operators and holds no secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Being loaded; not yet known to be any good.
    Loading,
    /// Takes calls.
    Ready,
    /// Takes no calls for a moment: it asked for that, or failed several times in a row.
    Paused(String),
    /// Its process died and is started again.
    Restarting(String),
    /// Of no use until someone changes something, or crashing; probed now and then.
    Closed(String),
    /// Could not be loaded or created; tried again now and then, unless the plugin itself refused.
    Failed(String),
    /// The server is stopping.
    Stopped,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loading => write!(f, "loading"),
            Self::Ready => write!(f, "ready"),
            Self::Paused(reason) => write!(f, "paused: {reason}"),
            Self::Restarting(reason) => write!(f, "restarting: {reason}"),
            Self::Closed(reason) => write!(f, "closed: {reason}"),
            Self::Failed(reason) => write!(f, "failed: {reason}"),
            Self::Stopped => write!(f, "stopped"),
        }
    }
}

/// Failures in a row that pause a provider.
const FAILURES: u32 = 5;
/// The first pause after them; each further one is twice as long, up to the probe interval.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The pause of a provider that is throttled and does not say how long.
const THROTTLE: Duration = Duration::from_secs(1);
/// The longest pause that a provider may ask for.
const LONGEST_THROTTLE: Duration = Duration::from_secs(3600);
/// Deaths within [`CRASH_WINDOW`] that close a provider.
const CRASHES: usize = 5;
const CRASH_WINDOW: Duration = Duration::from_secs(60);
/// The first wait before a restart; each further one is twice as long.
const FIRST_RESTART: Duration = Duration::from_millis(100);
const LONGEST_RESTART: Duration = Duration::from_secs(30);

/// A state with what is needed to leave it.
#[derive(Debug)]
pub(super) struct Health {
    state: State,
    /// When a paused or closed provider may be probed, and when another is restarted.
    due: Option<Instant>,
    /// Half open: one call is out, and what it answers decides.
    probing: bool,
    /// How long a closed or failed provider waits.
    probe: Duration,
    failures: u32,
    pauses: u32,
    restarts: u32,
    deaths: VecDeque<Instant>,
}

/// A call that was let through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    is_probe: bool,
}

impl Health {
    pub(super) fn new(probe: Duration) -> Self {
        Self {
            state: State::Loading,
            due: None,
            probing: false,
            probe,
            failures: 0,
            pauses: 0,
            restarts: 0,
            deaths: VecDeque::new(),
        }
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// When an unavailable provider may be available again; `None` if that is not known.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether a call would be let through, given that there is an instance.
    pub(super) fn admits(&self, now: Instant) -> bool {
        match self.state {
            State::Ready => true,
            State::Paused(_) | State::Closed(_) => {
                !self.probing && self.due.is_none_or(|due| due <= now)
            }
            _ => false,
        }
    }

    /// Lets a call through, or not. Each ticket must come back in [`answered`](Self::answered) or
    /// [`unused`](Self::unused).
    pub(super) fn admit(&mut self, now: Instant) -> Option<Ticket> {
        if !self.admits(now) {
            return None;
        }
        let is_probe = self.state != State::Ready;
        self.probing |= is_probe;
        Some(Ticket { is_probe })
    }

    /// A call that was let through was not made.
    pub(super) fn unused(&mut self, ticket: Ticket) {
        if ticket.is_probe {
            self.probing = false;
        }
    }

    /// What a call's answer says about the provider.
    pub(super) fn answered(&mut self, ticket: Ticket, result: &Answer, now: Instant) {
        if ticket.is_probe {
            self.probing = false;
        }
        // A late answer does not open what has died or was stopped meanwhile.
        if !matches!(
            self.state,
            State::Ready | State::Paused(_) | State::Closed(_)
        ) {
            return;
        }
        match result.status {
            Status::Throttled => {
                let wait = result.retry_after.unwrap_or(THROTTLE).min(LONGEST_THROTTLE);
                self.failures = 0;
                self.pause("the provider asks for a pause".into(), now + wait);
            }
            status if status.closes() => {
                let reason = format!("{status:?}: {}", result.detail);
                self.close(reason, now);
            }
            status if status.is_failure() => self.failed(ticket, result, now),
            _ => self.works(),
        }
    }

    fn works(&mut self) {
        (self.failures, self.pauses, self.restarts) = (0, 0, 0);
        if self.state != State::Ready {
            self.deaths.clear();
            (self.state, self.due) = (State::Ready, None);
        }
    }

    fn failed(&mut self, ticket: Ticket, result: &Answer, now: Instant) {
        self.failures += 1;
        if let (true, State::Closed(reason)) = (ticket.is_probe, &self.state) {
            let reason = reason.clone();
            self.close(reason, now);
        } else if ticket.is_probe || (self.state == State::Ready && self.failures >= FAILURES) {
            let wait = FIRST_PAUSE
                .saturating_mul(1 << self.pauses.min(16))
                .min(self.probe);
            self.pauses += 1;
            let reason = format!(
                "{:?} several times in a row: {}",
                result.status, result.detail
            );
            self.pause(reason, now + wait);
        }
    }

    fn pause(&mut self, reason: String, until: Instant) {
        let until = match (&self.state, self.due) {
            (State::Paused(_), Some(due)) => due.max(until),
            _ => until,
        };
        (self.state, self.due) = (State::Paused(reason), Some(until));
    }

    fn close(&mut self, reason: String, now: Instant) {
        (self.state, self.due) = (State::Closed(reason), Some(now + self.probe));
    }

    /// An instance is there. One of a closed provider is on probation.
    pub(super) fn opened(&mut self, now: Instant) {
        match self.state {
            State::Closed(_) => self.due = Some(now),
            _ => (self.state, self.due) = (State::Ready, None),
        }
        self.probing = false;
        self.failures = 0;
    }

    /// The instance died; when to start another.
    pub(super) fn died(&mut self, reason: String, now: Instant) -> Instant {
        self.deaths.push_back(now);
        self.deaths
            .retain(|death| now.saturating_duration_since(*death) < CRASH_WINDOW);
        let was_closed = matches!(self.state, State::Closed(_));
        let due = if was_closed || self.deaths.len() >= CRASHES {
            self.close(reason, now);
            now + self.probe
        } else {
            let wait = FIRST_RESTART.saturating_mul(1 << self.restarts.min(16));
            self.restarts += 1;
            self.state = State::Restarting(reason);
            now + wait.min(LONGEST_RESTART)
        };
        self.due = Some(due);
        due
    }

    /// It cannot be loaded or created; when to try again, if that may help.
    pub(super) fn refused(&mut self, refusal: Refusal, now: Instant) -> Option<Instant> {
        self.due = (!refusal.is_final).then(|| now + self.probe);
        self.state = State::Failed(refusal.reason);
        self.due
    }

    /// Another instance took its place, and nothing is held against it.
    pub(super) fn replaced(&mut self) {
        *self = Self {
            state: State::Ready,
            ..Self::new(self.probe)
        };
    }

    /// The end of all states.
    pub(super) fn stopped(&mut self) {
        (self.state, self.due) = (State::Stopped, None);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const PROBE: Duration = Duration::from_secs(15);

    fn ready(now: Instant) -> Health {
        let mut health = Health::new(PROBE);
        health.opened(now);
        health
    }

    fn answer(health: &mut Health, status: Status, now: Instant) {
        let ticket = health.admit(now).unwrap();
        health.answered(ticket, &Answer::of_host(status, "x"), now);
    }

    #[test]
    fn five_failures_in_a_row_pause_and_one_success_opens() {
        let now = Instant::now();
        let mut health = ready(now);
        for _ in 0..4 {
            answer(&mut health, Status::Unavailable, now);
        }
        answer(&mut health, Status::Rejected, now);
        for _ in 0..4 {
            answer(&mut health, Status::Unavailable, now);
        }
        assert_eq!(health.state(), &State::Ready);
        answer(&mut health, Status::Unavailable, now);
        assert!(matches!(health.state(), State::Paused(_)));
        assert!(!health.admits(now));

        let later = now + Duration::from_secs(1);
        answer(&mut health, Status::Unavailable, later);
        assert_eq!(health.due(), Some(later + Duration::from_secs(2)));
        answer(&mut health, Status::Ok, later + Duration::from_secs(2));
        assert_eq!(health.state(), &State::Ready);
    }

    #[test]
    fn a_closed_provider_is_probed_by_one_call_at_a_time() {
        let now = Instant::now();
        let mut health = ready(now);
        answer(&mut health, Status::Unauthorized, now);
        assert!(matches!(health.state(), State::Closed(_)));
        assert!(!health.admits(now + PROBE - Duration::from_millis(1)));

        let due = now + PROBE;
        let probe = health.admit(due).unwrap();
        assert!(health.admit(due).is_none());
        health.answered(probe, &Answer::of_host(Status::Misconfigured, "x"), due);
        assert!(!health.admits(due));
        answer(&mut health, Status::Ok, due + PROBE);
        assert_eq!(health.state(), &State::Ready);
    }

    #[test]
    fn throttling_pauses_for_as_long_as_it_says() {
        let now = Instant::now();
        let mut health = ready(now);
        let ticket = health.admit(now).unwrap();
        let mut result = Answer::of_host(Status::Throttled, "");
        result.retry_after = Some(Duration::from_secs(7));
        health.answered(ticket, &result, now);
        assert_eq!(health.due(), Some(now + Duration::from_secs(7)));
    }

    #[test]
    fn restarts_back_off_and_the_fifth_death_in_a_minute_closes() {
        let now = Instant::now();
        let mut health = ready(now);
        for wait in [100, 200, 400, 800] {
            assert_eq!(
                health.died("x".into(), now),
                now + Duration::from_millis(wait)
            );
            assert!(matches!(health.state(), State::Restarting(_)));
            health.opened(now);
            assert_eq!(health.state(), &State::Ready);
        }
        assert_eq!(health.died("x".into(), now), now + PROBE);
        assert!(matches!(health.state(), State::Closed(_)));

        // Its next instance is on probation; a death of that one closes it again.
        let later = now + PROBE;
        health.opened(later);
        assert!(matches!(health.state(), State::Closed(_)));
        let probe = health.admit(later).unwrap();
        assert_eq!(health.died("x".into(), later), later + PROBE);
        health.answered(probe, &Answer::of_host(Status::OutcomeUnknown, "x"), later);
        health.opened(later + PROBE);
        answer(&mut health, Status::Ok, later + PROBE);
        assert_eq!(health.state(), &State::Ready);
    }

    #[test]
    fn what_the_plugin_refuses_waits_for_a_change_and_the_rest_for_the_clock() {
        let now = Instant::now();
        let mut health = Health::new(PROBE);
        let of_plugin = |status| Refusal::of_plugin(&Answer::of(status), "x");
        for status in [
            Status::Misconfigured,
            Status::Unauthorized,
            Status::Internal,
        ] {
            assert_eq!(health.refused(of_plugin(status), now), None);
            assert_eq!(health.due(), None);
        }
        let unavailable = of_plugin(Status::Unavailable);
        assert_eq!(health.refused(unavailable, now), Some(now + PROBE));
        assert_eq!(health.refused("no file".into(), now), Some(now + PROBE));
        assert!(!health.admits(now + PROBE), "there is no instance");
    }

    #[test]
    fn rare_deaths_wait_at_most_half_a_minute() {
        let mut now = Instant::now();
        let mut health = ready(now);
        let mut due = now;
        for _ in 0..12 {
            now += Duration::from_secs(50);
            due = health.died("x".into(), now);
            health.opened(due);
        }
        assert_eq!(due, now + LONGEST_RESTART);
    }
}
