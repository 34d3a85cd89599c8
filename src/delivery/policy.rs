//! What an answer of a provider means for the message: the table of plugin-abi.md §6, pure.

use std::time::Duration;

use crate::plugin::{Answer, Status};

/// The first wait after a failed attempt; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait, so that a message goes out soon after the repair of its provider.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Attempts with an unknown outcome until a message is given up: it may have arrived each time.
const MOST_UNKNOWN_OUTCOMES: u32 = 2;

/// What the operator wants done with a message that may have been sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnknownOutcome {
    /// Once more with the same id: it may arrive twice.
    #[default]
    RetryOnce,
    /// Nothing: it may not arrive at all.
    Stop,
}

/// What the operator wants done with messages that do not go out at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Persistence {
    /// With a message that may have been sent.
    pub on_unknown_outcome: OnUnknownOutcome,
    /// How often the providers are gone through for a message; `None` is until it expires.
    pub most_rounds: Option<u32>,
    /// Whether a message ends at once when nobody is there who could ever send it.
    pub drops_without_provider: bool,
}

impl Persistence {
    /// Whether a message that was not sent in this round (1 is the first) is given up.
    pub(super) fn is_exhausted(&self, round: u32) -> bool {
        self.most_rounds.is_some_and(|most| round >= most)
    }
}

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A provider took it.
    Sent,
    /// Give it up.
    Fail,
    /// Ask the next provider; without one, try again after the wait.
    NextProvider,
    /// Try again after the wait, with whatever provider comes first then.
    Retry,
}

/// The step after an answer in that round (1 is the first); `unknown_outcomes` counts this one in.
pub(super) fn step(
    result: &Answer,
    round: u32,
    unknown_outcomes: u32,
    on_unknown: OnUnknownOutcome,
) -> Step {
    match result.status {
        Status::Ok => Step::Sent,
        Status::InvalidRecipient | Status::Rejected => Step::Fail,
        // Another provider should not send what may have arrived. A plugin that died counts differently:
        // the message is tried again until it expires. If its plugin dies again, the next provider gets
        // it: else one message could meet the same crash at each probe, and never reach another.
        Status::OutcomeUnknown if on_unknown == OnUnknownOutcome::Stop => Step::Fail,
        Status::OutcomeUnknown if result.by_host && round == 1 => Step::Retry,
        Status::OutcomeUnknown if result.by_host => Step::NextProvider,
        Status::OutcomeUnknown if unknown_outcomes < MOST_UNKNOWN_OUTCOMES => Step::Retry,
        Status::OutcomeUnknown => Step::Fail,
        Status::Unsupported
        | Status::Throttled
        | Status::Unavailable
        | Status::Unauthorized
        | Status::Misconfigured
        | Status::Internal => Step::NextProvider,
    }
}

/// The wait before the next attempt: exponential with full jitter, or what the provider asked for.
/// `chance` is uniform in 0..1.
pub(super) fn wait(attempts: u32, asked: Option<Duration>, chance: f64) -> Duration {
    if let Some(asked) = asked {
        return asked.clamp(Duration::from_millis(100), LONGEST_WAIT);
    }
    let ceiling = FIRST_WAIT
        .saturating_mul(1 << attempts.saturating_sub(1).min(16))
        .min(LONGEST_WAIT);
    // A little at least, so that a provider that fails at once is not asked in a tight loop.
    (ceiling.mul_f64(chance)).max(Duration::from_millis(200))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: Status, by_host: bool) -> Answer {
        Answer {
            by_host,
            ..Answer::of(status)
        }
    }

    #[test]
    fn permanent_faults_end_a_message_and_others_ask_the_next_provider() {
        assert_eq!(
            step(
                &answer(Status::Ok, false),
                1,
                0,
                OnUnknownOutcome::RetryOnce
            ),
            Step::Sent
        );
        assert_eq!(
            step(
                &answer(Status::Rejected, false),
                1,
                0,
                OnUnknownOutcome::RetryOnce
            ),
            Step::Fail
        );
        assert_eq!(
            step(
                &answer(Status::InvalidRecipient, false),
                1,
                0,
                OnUnknownOutcome::RetryOnce
            ),
            Step::Fail
        );
        assert_eq!(
            step(
                &answer(Status::Unauthorized, false),
                1,
                0,
                OnUnknownOutcome::RetryOnce
            ),
            Step::NextProvider
        );
        assert_eq!(
            step(
                &answer(Status::Unavailable, true),
                1,
                0,
                OnUnknownOutcome::RetryOnce
            ),
            Step::NextProvider
        );
    }

    #[test]
    fn an_unknown_outcome_is_tried_once_more_and_after_a_second_death_elsewhere() {
        assert_eq!(
            step(
                &answer(Status::OutcomeUnknown, false),
                1,
                1,
                OnUnknownOutcome::RetryOnce
            ),
            Step::Retry
        );
        assert_eq!(
            step(
                &answer(Status::OutcomeUnknown, false),
                1,
                2,
                OnUnknownOutcome::RetryOnce
            ),
            Step::Fail
        );
        assert_eq!(
            step(
                &answer(Status::OutcomeUnknown, true),
                1,
                0,
                OnUnknownOutcome::RetryOnce
            ),
            Step::Retry
        );
        assert_eq!(
            step(
                &answer(Status::OutcomeUnknown, true),
                2,
                0,
                OnUnknownOutcome::RetryOnce
            ),
            Step::NextProvider
        );
    }

    #[test]
    fn an_operator_may_stop_at_an_unknown_outcome() {
        for by_host in [false, true] {
            let answer = answer(Status::OutcomeUnknown, by_host);
            assert_eq!(step(&answer, 1, 1, OnUnknownOutcome::Stop), Step::Fail);
        }
    }

    #[test]
    fn waits_grow_to_twenty_seconds_and_never_vanish() {
        assert_eq!(wait(1, None, 1.0), Duration::from_secs(1));
        assert_eq!(wait(3, None, 1.0), Duration::from_secs(4));
        assert_eq!(wait(40, None, 1.0), Duration::from_secs(20));
        assert_eq!(wait(40, None, 0.0), Duration::from_millis(200));
        assert_eq!(
            wait(1, Some(Duration::from_secs(7)), 0.5),
            Duration::from_secs(7)
        );
        assert_eq!(
            wait(1, Some(Duration::from_secs(70)), 0.5),
            Duration::from_secs(20)
        );
    }
}
