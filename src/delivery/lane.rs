//! A way that messages go: SMS or e-mail. Each has its own dispatcher and threads, so that a slow mail
//! server never holds up an SMS, nor the reverse.

use std::time::Instant;

use crate::{
    clock::Clock,
    domain::{Channel, MessageId},
    store::{Outcome, Store},
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
    /// Tries to send a message that is claimed; `None` if it does not wait any more.
    fn attempt(&self, id: MessageId) -> Option<Outcome>;
}
