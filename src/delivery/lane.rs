//! A way that messages go: SMS or e-mail. Each has its own dispatcher and threads, so that a slow mail
//! server never holds up an SMS, nor the reverse.

use std::time::Instant;

use log::{debug, warn};

use super::{policy, wanted::Useless};
use crate::{
    clock::{Clock, Timestamp},
    domain::{Channel, MessageId},
    store::{Message, MessageState, Outcome, Store},
};

/// What the dispatcher needs to know of a way.
pub(super) trait Lane: Send + Sync {
    /// Which messages go this way.
    fn channel(&self) -> Channel;
    /// The outbox.
    fn store(&self) -> &Store;
    /// The time.
    fn clock(&self) -> &Clock;
    /// Whether somebody takes messages now; without, nothing is tried and no attempt used up.
    fn is_served(&self) -> bool;
    /// How many attempts may run at one time.
    fn concurrency(&self) -> usize;
    /// When it is worth asking again whether it is served.
    fn retry_at(&self) -> Option<Instant>;
    /// Why it is not served, for operators.
    fn reason(&self) -> String;
    /// Sends a message, or says why not.
    fn send(&self, message: &Message) -> Result<Outcome, Useless>;

    /// Tries to send a message that is claimed; `None` if it does not wait any more.
    ///
    /// The message is read after it was claimed: what the dispatcher saw may be older than the last
    /// outcome that was written.
    fn attempt(&self, id: MessageId) -> Option<Outcome> {
        let message = match self.store().point(|tx| tx.queued_message(id)) {
            Ok(message) => message?,
            Err(fault) => {
                warn!("message {id} has to wait: {fault}");
                return None;
            }
        };
        Some(self.send(&message).unwrap_or_else(|useless| match useless {
            Useless::Final(state) => {
                debug!("message {id} is useless: {state:?}");
                outcome(&message, Ok(state))
            }
            Useless::Later(fault) => {
                warn!("message {id} has to wait: {fault}");
                let wait = policy::wait(message.attempts + 1, None, 1.0);
                outcome(&message, Err(self.clock().now().plus(wait)))
            }
        }))
    }
}

/// An outcome without an attempt.
pub(super) fn outcome(message: &Message, next: Result<MessageState, Timestamp>) -> Outcome {
    Outcome {
        id: message.id,
        user: message.user,
        purpose: message.purpose,
        next,
        attempts: message.attempts,
        unknown_outcomes: message.unknown_outcomes,
        provider: None,
        provider_id: None,
        provider_code: None,
        detail: None,
        segments: None,
        price: None,
        is_checked_by_provider: false,
    }
}
