//! Says that the disk or the database is in trouble: at once, then every ten seconds, then that it is over.
//!
//! A full disk fails hundreds of batches a second, and the log is often on the same disk. Used by the
//! writer and the checkpointer, each with its own; never decides anything.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use log::{info, warn};

/// How often it is said that the trouble goes on.
const INTERVAL: Duration = Duration::from_secs(10);

/// What has failed since it last worked.
pub(super) struct Trouble {
    what: &'static str,
    failures: Cell<u64>,
    said: Cell<Option<Instant>>,
}

impl Trouble {
    /// No trouble yet with `what`, a noun with its article.
    pub(super) fn new(what: &'static str) -> Self {
        Self {
            what,
            failures: Cell::new(0),
            said: Cell::new(None),
        }
    }

    /// It failed; `reason` is only asked for when it is said.
    pub(super) fn failed(&self, reason: impl FnOnce() -> String) {
        let failures = self.failures.get() + 1;
        self.failures.set(failures);
        if self.said.get().is_none_or(|at| at.elapsed() >= INTERVAL) {
            self.said.set(Some(Instant::now()));
            let so_far = match failures {
                1 => String::new(),
                _ => format!(" ({failures} times in a row)"),
            };
            warn!("{} failed{so_far}: {}", self.what, reason());
        }
    }

    /// It worked.
    pub(super) fn worked(&self) {
        if self.said.take().is_some() {
            let failures = self.failures.take();
            info!("{} works again after {failures} failures", self.what);
        }
    }
}
