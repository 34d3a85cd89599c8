//! A way that messages go: SMS or e-mail. Each has its own dispatcher and threads, so that a slow mail
//! server never holds up an SMS, nor the reverse.

use std::time::{Duration, Instant};

use log::{debug, warn};

use super::policy::{self, OnUnknownOutcome, Persistence};
use crate::{
    clock::{Clock, Timestamp},
    domain::{Channel, MessageId, MessageState},
    error::Error,
    store::{Begun, Ended, Message, Outcome, Stamp, Store},
};

/// Who writes down what becomes of messages (contract/events.md §2).
pub(super) const EDITOR: &str = "NOTIFICATION";

/// When a message comes up again that found no room at its provider and no place to wait for it.
const WITHOUT_PLACE: Duration = Duration::from_secs(5);

/// When a message comes up again whose attempt panicked.
const AFTER_PANIC: Duration = Duration::from_secs(20);

/// What the dispatcher needs to know of a way.
pub(super) trait Lane: Send + Sync {
    /// Which messages go this way.
    fn channel(&self) -> Channel;
    /// The outbox.
    fn store(&self) -> &Store;
    /// The time.
    fn clock(&self) -> &Clock;
    /// What the operator wants done with messages that do not go out at once.
    fn persistence(&self) -> &Persistence;
    /// Whether somebody takes messages now; without, nothing is tried and no attempt used up.
    fn is_served(&self) -> bool;
    /// How many attempts may run at one time.
    fn concurrency(&self) -> usize;
    /// When it is worth asking again whether it is served.
    fn retry_at(&self) -> Option<Instant>;
    /// Why it is not served, for operators.
    fn reason(&self) -> String;
    /// How many more messages a provider takes at this moment, and else how long that will not change.
    fn room(&self, _provider: &str) -> Result<usize, Duration> {
        Ok(usize::MAX)
    }
    /// The server stops: attempts that run end soon.
    fn stop(&self) {}
    /// Sends a message, or says why not.
    fn send(&self, message: &Message) -> Result<Outcome, NotSent>;

    /// Tries to send a message that is claimed.
    ///
    /// The message is read after it was claimed: what the dispatcher saw may be older than the last
    /// outcome that was written.
    fn attempt(&self, id: MessageId) -> Attempted {
        let message = match self.store().point(|tx| tx.queued_message(id)) {
            Ok(Some(message)) => message,
            Ok(None) => return Attempted::Gone,
            Err(fault) => {
                warn!("message {id} has to wait: {fault}");
                return Attempted::Gone;
            }
        };
        let not_sent = match self.send(&message) {
            Ok(outcome) => return Attempted::Ended(outcome),
            Err(not_sent) => not_sent,
        };
        Attempted::Ended(match not_sent {
            NotSent::Useless(state) => {
                debug!("message {id} is useless: {}", state.name());
                outcome(&message, Ok(state))
            }
            NotSent::Later(fault) => {
                warn!("message {id} has to wait: {fault}");
                let wait = policy::wait(message.rounds + 1, None, 1.0);
                outcome(&message, Err(self.clock().now().plus(wait)))
            }
            NotSent::Busy(provider) => {
                let later = self.clock().now().plus(WITHOUT_PLACE);
                return Attempted::Busy(provider, outcome(&message, Err(later)));
            }
            NotSent::Gone => return Attempted::Gone,
        })
    }

    /// Ends an attempt that panicked, if one was under way: nobody knows whether it was sent.
    fn give_up(&self, id: MessageId) {
        let stamp = self.stamp();
        let due = match self.persistence().on_unknown_outcome {
            OnUnknownOutcome::RetryOnce => Some(stamp.now.plus(AFTER_PANIC)),
            OnUnknownOutcome::Stop => None,
        };
        let ended = self
            .store()
            .write_blocking(stamp, move |tx| Ok(tx.end_interrupted(due, Some(id))?));
        if let Err(fault) = ended {
            warn!("message {id} stays as it is until the next start: {fault}");
        }
    }

    /// Now, by the delivery.
    fn stamp(&self) -> Stamp {
        Stamp {
            now: self.clock().now(),
            editor: EDITOR.to_owned(),
            actor: None,
        }
    }

    /// Writes down that a provider is about to be asked, and how the attempt before in this round ended.
    ///
    /// # Errors
    /// If the message does not wait any more, or the database cannot be written.
    fn begin(&self, begun: Begun, before: Option<Ended>) -> Result<u32, NotSent> {
        let written = self.store().write_blocking(self.stamp(), move |tx| {
            Ok(tx.begin_attempt(&begun, before.as_ref())?)
        });
        written.map_err(NotSent::Later)?.ok_or(NotSent::Gone)
    }
}

/// Why a message is not sent.
pub(super) enum NotSent {
    /// It is not wanted any more; how it ends.
    Useless(MessageState),
    /// The database cannot be read or written now.
    Later(Error),
    /// The provider that is to have it takes no more at this moment.
    Busy(String),
    /// It does not wait any more: a receipt has ended it.
    Gone,
}

/// What became of a claim.
pub(super) enum Attempted {
    /// This is to be written down; the claim stays until it is.
    Ended(Outcome),
    /// That provider takes no more at this moment; and what to write down if it cannot wait for that.
    Busy(String, Outcome),
    /// There is nothing to do.
    Gone,
}

/// An outcome without an attempt. What may have been sent before does not end as if it had not.
pub(super) fn outcome(message: &Message, next: Result<MessageState, Timestamp>) -> Outcome {
    Outcome {
        id: message.id,
        user: message.user,
        purpose: message.purpose,
        next: next.map(|state| state.unless_unknown(message.unknown_outcomes)),
        rounds: message.rounds,
        ended: None,
    }
}
