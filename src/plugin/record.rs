//! What a provider's calls came to: counts, the last failures and what made no sense, for operators.
//!
//! In memory, since the server started: what became of each message is in the database.

use std::{
    collections::VecDeque,
    time::{SystemTime, UNIX_EPOCH},
};

use super::message::{Answer, Call, Status};

/// How many failures are remembered.
const REMEMBERED: usize = 100;

/// One call that failed.
#[derive(Clone, Debug)]
pub struct PastFailure {
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub at_unix_ms: i64,
    /// The message that it was about; empty for none.
    pub message_id: String,
    /// What it came to.
    pub status: Status,
    /// The gateway's own code; may be empty.
    pub provider_code: String,
    /// For operators; masked.
    pub detail: String,
}

/// What a plugin and its gateway did wrong and the server put up with (plugin-abi §11); how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Answers with something that makes no sense: an unknown number, bytes that are no text.
    pub garbage: u64,
    /// Receipts for messages that nobody knows.
    pub unknown_receipts: u64,
    /// Calls of a gateway that the plugin did not believe.
    pub forged_reports: u64,
    /// Lines for the log that were too many.
    pub dropped_lines: u64,
}

/// The counts and failures of one provider.
#[derive(Default)]
pub(super) struct Record {
    /// All but `dropped_lines`, which the log counts.
    pub faults: Faults,
    counts: Vec<(Status, u64)>,
    failures: VecDeque<PastFailure>,
}

impl Record {
    /// Notes what a call came to.
    pub(super) fn note(&mut self, call: &Call, answer: &Answer) {
        self.faults.garbage += u64::from(answer.is_garbage);
        // Anybody can forge a call of the gateway: that must not push real failures out.
        if matches!(call, Call::Webhook(_)) {
            self.faults.forged_reports += u64::from(answer.status == Status::Rejected);
            return;
        }
        match self
            .counts
            .iter_mut()
            .find(|(status, _)| *status == answer.status)
        {
            Some((_, count)) => *count += 1,
            None => self.counts.push((answer.status, 1)),
        }
        if answer.status == Status::Ok {
            return;
        }
        if self.failures.len() >= REMEMBERED {
            self.failures.pop_front();
        }
        self.failures.push_back(PastFailure {
            at_unix_ms: now_unix_ms(),
            message_id: call.message_id().to_owned(),
            status: answer.status,
            provider_code: answer.provider_code.clone(),
            detail: answer.detail.clone(),
        });
    }

    /// How many calls came to what.
    pub(super) fn counts(&self) -> Vec<(Status, u64)> {
        self.counts.clone()
    }

    /// The last failures, the newest first.
    pub(super) fn failures(&self) -> Vec<PastFailure> {
        self.failures.iter().rev().cloned().collect()
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z.
pub(super) fn now_unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}
