//! The right end of each message, found from the providers' logs and the receipts alone, and whether the
//! server says the same.
//!
//! Attempts and calls are matched one to one. What a crash took away is the only exception: a call that
//! the dead process cannot have answered, or an attempt for which it was not even asked.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    gateways::{ACCEPTED, DELIVERED, EXPIRED, Reported, SENT, UNDELIVERED},
    logs::{Call, Key},
};
use crate::app::App;

/// Statuses of calls.
const OK: i64 = 1;
const INVALID: i64 = 2;
const REJECTED: i64 = 3;
const UNAVAILABLE: i64 = 6;
const UNKNOWN_OUTCOME: i64 = 7;

/// How messages end.
const NAMES: [&str; 10] = [
    "queued",
    "sending",
    "accepted",
    "sent",
    "delivered",
    "undelivered",
    "expired",
    "failed",
    "unknown",
    "superseded",
];

/// A message, as the server has it.
pub struct Message {
    pub id: i64,
    pub user: i64,
    pub number: String,
    pub state: &'static str,
    pub unknown_outcomes: u64,
    pub provider: Option<String>,
    pub attempts: Vec<Attempt>,
}

/// An attempt, as the server has it.
pub struct Attempt {
    pub provider: String,
    pub status: Option<i64>,
    pub name: Option<String>,
    pub detail: Option<String>,
}

/// What one attempt came to, as the logs say.
#[derive(Clone, Copy)]
struct Came {
    status: i64,
    /// Nobody but the server can say so: the provider's process was gone.
    by_host: bool,
    is_sent: bool,
}

/// What is compared, and the figures.
#[derive(Default)]
pub struct Verdict {
    /// What is wrong; nothing, in the end.
    pub faults: Vec<String>,
    /// Messages by their right end.
    pub ends: BTreeMap<&'static str, usize>,
    /// By provider of the last attempt and right end.
    pub counts: BTreeMap<(String, &'static str), u64>,
    /// Messages that were sent more than once, and sendings above the first.
    pub doubled: usize,
    pub repeats: usize,
    /// Attempts whose call was cut off, and attempts that came to no call.
    pub cut_off: usize,
    pub not_asked: usize,
}

/// What is known from outside the server.
pub struct Evidence<'a> {
    pub calls: &'a HashMap<Key, Call>,
    pub reported: &'a HashMap<Key, Vec<Reported>>,
    /// The numbers of changes that were answered.
    pub acknowledged: &'a HashSet<String>,
    /// `on_unknown_outcome` is "stop".
    pub stops: bool,
}

/// Everything in the outbox, oldest first.
pub fn messages(app: &App) -> Vec<Message> {
    let database = app.database();
    let mut attempts: HashMap<i64, Vec<Attempt>> = HashMap::new();
    let mut statement = database
        .prepare(
            "SELECT message, number, provider, status, provider_id, detail FROM attempts ORDER BY 1, 2",
        )
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let of_message = attempts.entry(row.get(0).unwrap()).or_default();
        let place = u32::try_from(of_message.len() + 1).unwrap();
        assert_eq!(row.get::<_, u32>(1).unwrap(), place);
        of_message.push(Attempt {
            provider: row.get(2).unwrap(),
            status: row.get(3).unwrap(),
            name: row.get(4).unwrap(),
            detail: row.get(5).unwrap(),
        });
    }
    let mut statement = database
        .prepare(
            "SELECT id, user, recipient, state, unknown_outcomes, provider FROM messages ORDER BY id",
        )
        .unwrap();
    let found = statement.query_map([], |row| {
        let id = row.get(0)?;
        Ok(Message {
            id,
            user: row.get(1)?,
            number: row.get(2)?,
            state: NAMES[usize::from(row.get::<_, u8>(3)?)],
            unknown_outcomes: row.get::<_, u32>(4)?.into(),
            provider: row.get(5)?,
            attempts: attempts.remove(&id).unwrap_or_default(),
        })
    });
    found.unwrap().map(Result::unwrap).collect()
}

/// Compares all messages with the evidence.
pub fn verdict(messages: &[Message], evidence: &Evidence<'_>) -> Verdict {
    let mut verdict = Verdict::default();
    let mut newest = HashMap::new();
    let mut numbers = HashSet::new();
    for message in messages {
        newest.insert(message.user, message.id);
        if !numbers.insert(&message.number) {
            verdict.fault(message, "there are two for one change");
        }
    }
    for lost in evidence
        .acknowledged
        .iter()
        .filter(|it| !numbers.contains(it))
    {
        verdict
            .faults
            .push(format!("the change to {lost} has no message"));
    }
    // A process that left a call without an answer has died in the middle.
    let unanswered = evidence.calls.values().filter(|call| call.answer.is_none());
    let dead: HashSet<_> = unanswered.map(|call| call.process).collect();
    let mut seen = 0;
    for message in messages {
        let is_newest = newest[&message.user] == message.id;
        let came = verdict.attempts(message, evidence, &dead, &mut seen);
        verdict.judge(message, &came, is_newest, evidence);
    }
    if seen != evidence.calls.len() {
        let stray = evidence.calls.len() - seen;
        verdict
            .faults
            .push(format!("{stray} calls have no attempt"));
    }
    verdict
}

impl Verdict {
    fn fault(&mut self, message: &Message, what: impl std::fmt::Display) {
        let statuses: Vec<_> = message
            .attempts
            .iter()
            .map(|it| (&it.provider, it.status, &it.detail))
            .collect();
        let (id, state) = (message.id, message.state);
        self.faults.push(format!(
            "message {id} ({state}): {what}; attempts {statuses:?}"
        ));
    }

    /// What the attempts of a message came to: each has its call in the log of its provider.
    fn attempts(
        &mut self,
        message: &Message,
        evidence: &Evidence<'_>,
        dead: &HashSet<u32>,
        seen: &mut usize,
    ) -> Vec<Came> {
        let mut came = Vec::new();
        for (number, attempt) in (1..).zip(&message.attempts) {
            let call = evidence.calls.get(&(message.id, number));
            *seen += usize::from(call.is_some());
            let is_sent = call.is_some_and(|call| call.is_sent);
            let answer = call.and_then(|call| call.answer);
            let by_host = answer.is_none() || answer != attempt.status;
            let is_good = match (call, attempt.status) {
                (Some(call), _) if call.provider != attempt.provider => false,
                (Some(_), Some(status)) if answer == Some(status) => true,
                // It answered, or did not come to that, and nobody was there to hear it.
                (Some(call), Some(UNKNOWN_OUTCOME)) => {
                    self.cut_off += 1;
                    attempt.is_by_host() && (dead.contains(&call.process) || attempt.is_cut_off())
                }
                (None, Some(UNKNOWN_OUTCOME | UNAVAILABLE)) => {
                    self.not_asked += 1;
                    attempt.is_by_host()
                }
                _ => false,
            };
            if !is_good {
                self.fault(
                    message,
                    format_args!("attempt {number} is not the call {call:?}"),
                );
            }
            let status = attempt.status.unwrap_or(0);
            came.push(Came {
                status,
                by_host,
                is_sent,
            });
        }
        came
    }

    fn judge(
        &mut self,
        message: &Message,
        came: &[Came],
        is_newest: bool,
        evidence: &Evidence<'_>,
    ) {
        let unknown = came.iter().filter(|it| it.status == UNKNOWN_OUTCOME);
        let unknown = unknown.count() as u64;
        if message.unknown_outcomes != unknown {
            let said = message.unknown_outcomes;
            self.fault(
                message,
                format_args!("says {said} unknown outcomes instead of {unknown}"),
            );
        }
        let sent: Vec<_> = came.iter().filter(|it| it.is_sent).collect();
        if let Some((_, before)) = sent.split_last() {
            self.doubled += usize::from(!before.is_empty());
            self.repeats += before.len();
            if before.iter().any(|it| it.status != UNKNOWN_OUTCOME) {
                self.fault(message, "was sent again though it was known to be sent");
            }
        }
        let mut unknown_so_far = 0;
        let mut end = None;
        for (number, it) in (1..).zip(came) {
            if end.is_some() {
                self.fault(message, format_args!("attempt {number} came after its end"));
            }
            unknown_so_far += usize::from(it.status == UNKNOWN_OUTCOME);
            end = match it.status {
                OK => Some("accepted"),
                INVALID | REJECTED => Some("failed"),
                UNKNOWN_OUTCOME if evidence.stops => Some("unknown"),
                UNKNOWN_OUTCOME if !it.by_host && unknown_so_far >= 2 => Some("unknown"),
                _ => None,
            };
        }
        let reported = reported(message, came, evidence.reported);
        let end = match (reported, end) {
            (Some(state), Some("accepted")) => state,
            (Some(state), _) if is_good(state) => state,
            // What is known of the last attempt is known of the message.
            (Some(state), _) if came.last().is_some_and(|it| it.status == UNKNOWN_OUTCOME) => state,
            (_, Some("failed")) | (_, None) if unknown > 0 => "unknown",
            (_, Some(end)) => end,
            (_, None) if !is_newest => "superseded",
            (_, None) => "still waiting",
        };
        *self.ends.entry(end).or_default() += 1;
        let provider = message.attempts.last().map(|it| it.provider.clone());
        if message.provider != provider {
            self.fault(message, format_args!("names {:?}", message.provider));
        }
        *self
            .counts
            .entry((provider.unwrap_or_default(), end))
            .or_default() += 1;
        if message.state != end {
            self.fault(message, format_args!("should be {end}: {reported:?}"));
        }
        if end == "unknown" && is_newest && !is_over(came, evidence.stops) {
            self.fault(message, "was given up though it could go out");
        }
    }
}

impl Attempt {
    /// Whether the server says itself what became of it.
    fn is_by_host(&self) -> bool {
        let starts = [
            "its process",
            "the provider is",
            "the plugin's process",
            "all calls",
            "Broken pipe",
        ];
        let is_so = |detail: &str| starts.iter().any(|start| detail.starts_with(start));
        self.is_cut_off() || self.detail.as_deref().is_some_and(is_so)
    }

    /// Whether the server was killed while the provider was asked.
    fn is_cut_off(&self) -> bool {
        self.detail.as_deref() == Some("nobody waited for the answer")
    }
}

fn is_good(state: &str) -> bool {
    matches!(state, "accepted" | "sent" | "delivered")
}

/// Whether the last attempt ends a message.
fn is_over(came: &[Came], stops: bool) -> bool {
    let unknown = came
        .iter()
        .filter(|it| it.status == UNKNOWN_OUTCOME)
        .count();
    came.last().is_some_and(|last| match last.status {
        OK | INVALID | REJECTED => true,
        UNKNOWN_OUTCOME => stops || (!last.by_host && unknown >= 2),
        _ => false,
    })
}

/// What the receipts say about a message: good news of any attempt, or bad ones of the last.
fn reported(
    message: &Message,
    came: &[Came],
    reported: &HashMap<Key, Vec<Reported>>,
) -> Option<&'static str> {
    let mut best = None;
    for (number, attempt) in (1..).zip(&message.attempts) {
        let receipts = reported
            .get(&(message.id, number))
            .map_or(&[][..], Vec::as_slice);
        // By its own id the provider can only report what we heard of.
        let known = receipts
            .iter()
            .filter(|it| it.by_our_id || attempt.name.is_some());
        let mut state = 0;
        for receipt in known {
            if state < DELIVERED {
                state = state.max(receipt.state);
            }
        }
        let is_last = came.len() == number as usize;
        if state > best.unwrap_or(0) && (state <= DELIVERED || is_last) {
            best = Some(state);
        }
    }
    match best? {
        ACCEPTED => Some("accepted"),
        SENT => Some("sent"),
        DELIVERED => Some("delivered"),
        UNDELIVERED => Some("undelivered"),
        EXPIRED => Some("expired"),
        state => panic!("{state}"),
    }
}
