//! The one trait behind which a created plugin lives, in a child process or in this one.
//!
//! `provider` holds it; `child` and `workers` implement it. It makes one call and nothing else: no
//! retry, no restart, no masking.

use super::message::{Answer, Call};

/// One created plugin, wherever it runs. The rest of the server sees only this.
pub(super) trait Instance: Send + Sync {
    /// Makes one call; returns within its timeout plus the grace.
    fn call(&self, call: &Call) -> Answer;

    /// Whether a call can still reach it; `on_death` follows soon when it cannot.
    fn is_alive(&self) -> bool {
        true
    }

    /// Ends it; returns within seconds. No call may be made afterwards.
    fn stop(&self);
}

/// Told once, with the reason, when an instance is dead.
pub(super) type OnDeath = Box<dyn Fn(String) + Send + Sync>;
