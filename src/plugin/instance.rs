//! The one trait behind which a created plugin lives, in a child process or in this one.
//!
//! A [`Refusal`] says why there is none. `provider` holds it; `child` and `workers` implement it. It makes one call and nothing else: no
//! retry, no restart, no masking.

use super::message::{Answer, Call, Status};

/// One created plugin, wherever it runs. The rest of the server sees only this.
pub(super) trait Instance: Send + Sync {
    /// Makes one call; returns within its timeout plus the grace.
    fn call(&self, call: &Call) -> Answer;

    /// Whether a call can still reach it; `on_death` follows soon when it cannot.
    fn is_alive(&self) -> bool {
        true
    }

    /// Its own process; `None` if it runs in this one.
    fn process(&self) -> Option<u32> {
        None
    }

    /// Ends it; returns within seconds. No call may be made afterwards.
    fn stop(&self);
}

/// Told once, with the reason, when an instance is dead.
pub(super) type OnDeath = Box<dyn Fn(String) + Send + Sync>;

/// Why there is no instance.
#[derive(Debug)]
pub(super) struct Refusal {
    /// One sentence for the operator.
    pub reason: String,
    /// Whether only a change helps: another file, other settings, or somebody who says so.
    pub is_final: bool,
}

impl Refusal {
    /// What the plugin's `create` says: its word stands, unless that word is "not now".
    pub(super) fn of_plugin(answer: &Answer, detail: &str) -> Self {
        Self {
            reason: format!("create failed: {detail}"),
            is_final: !matches!(answer.status, Status::Unavailable | Status::Throttled),
        }
    }
}

/// Of the host: it may be otherwise the next time.
impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self {
            reason,
            is_final: false,
        }
    }
}

impl From<&str> for Refusal {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}
