//! What is known of the messages that were sent, in memory and bounded.
//!
//! Two uses. A message that comes again under the same id goes on where it stopped: parts that the
//! SMSC took are not sent twice. And receipts find their message, whichever comes first, the receipt
//! or the answer to the request, and are kept until the server asks.

use std::collections::{HashMap, VecDeque};

use crate::{
    config::ReceiptIds,
    ids::{self, Name, normal},
    receipt::{Receipt, State},
};

/// Messages that are remembered; the oldest go first.
const MOST_MESSAGES: usize = 20_000;
/// Receipts without a message that are remembered, and for how long: a centre that counts its ids
/// begins again some day.
const MOST_UNCLAIMED: usize = 5_000;
const UNCLAIMED_MS: i64 = 3_600_000;
/// The longest id that the server keeps.
const LONGEST_ID: usize = 127;
/// Between the ids of parts.
const SEPARATOR: char = ',';

/// The messages, and the receipts that wait for one.
pub struct Ledger {
    receipt_ids: ReceiptIds,
    /// By the server's id.
    messages: HashMap<String, Entry>,
    /// The same ids, oldest first.
    order: VecDeque<String>,
    /// From the SMSC's id of a part, in its normal form.
    parts: HashMap<String, PartKey>,
    /// From the id that the server was given.
    given: HashMap<String, String>,
    /// Receipts that came before the answer, or for a message of an earlier process.
    unclaimed: VecDeque<Unclaimed>,
    next_reference: u16,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartKey {
    /// The server's id of the message.
    pub message: String,
    /// From 0.
    pub index: usize,
}

/// How to send a message, or what is left of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    /// The number that its parts share.
    pub reference: u16,
    /// The parts that the SMSC has not taken.
    pub missing: Vec<usize>,
}

/// The news of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    pub id: String,
    pub state: State,
    pub code: String,
    pub at_unix_ms: i64,
}

struct Entry {
    /// Of the text; another text is another message.
    fingerprint: u64,
    reference: u16,
    destination: String,
    parts: Vec<Part>,
}

struct Unclaimed {
    receipt: Receipt,
    at_unix_ms: i64,
    names: Vec<Name>,
}

#[derive(Clone, Default)]
struct Part {
    /// The SMSC's id, as it was answered.
    id: Option<String>,
    news: Option<(State, String, i64)>,
}

impl Ledger {
    /// An empty one. `seed` is where the references of long messages begin.
    pub fn new(receipt_ids: ReceiptIds, seed: u16) -> Self {
        Self {
            receipt_ids,
            messages: HashMap::new(),
            order: VecDeque::new(),
            parts: HashMap::new(),
            given: HashMap::new(),
            unclaimed: VecDeque::new(),
            next_reference: seed,
        }
    }

    /// Begins a message of `count` parts, or goes on with it. One that failed on its way begins anew.
    pub fn begin(
        &mut self,
        message: &str,
        fingerprint: u64,
        count: usize,
        destination: &str,
    ) -> Plan {
        let same = self.messages.get(message).filter(|entry| {
            let failed = entry
                .parts
                .iter()
                .filter_map(|part| part.news.as_ref())
                .any(|(state, ..)| matches!(state, State::Undelivered | State::Expired));
            entry.fingerprint == fingerprint && entry.parts.len() == count && !failed
        });
        if let Some(entry) = same {
            let missing = (0..count)
                .filter(|index| entry.parts[*index].id.is_none())
                .collect();
            return Plan {
                reference: entry.reference,
                missing,
            };
        }
        if self.messages.contains_key(message) {
            self.order.retain(|id| id != message);
            self.forget(message);
        }
        if self.order.len() >= MOST_MESSAGES
            && let Some(oldest) = self.order.pop_front()
        {
            self.forget(&oldest);
        }
        self.next_reference = self.next_reference.wrapping_add(1);
        self.order.push_back(message.to_owned());
        self.messages.insert(
            message.to_owned(),
            Entry {
                fingerprint,
                reference: self.next_reference,
                destination: destination.to_owned(),
                parts: vec![Part::default(); count],
            },
        );
        Plan {
            reference: self.next_reference,
            missing: (0..count).collect(),
        }
    }

    fn forget(&mut self, message: &str) {
        let Some(entry) = self.messages.remove(message) else {
            return;
        };
        if let Some(given) = entry.given_id()
            && self.given.get(&given).is_some_and(|owner| owner == message)
        {
            self.given.remove(&given);
        }
        for id in entry.parts.iter().filter_map(|part| part.id.as_deref()) {
            let id = normal(id);
            if self
                .parts
                .get(&id)
                .is_some_and(|key| key.message == message)
            {
                self.parts.remove(&id);
            }
        }
    }

    /// The SMSC took a part and calls it `id`.
    pub fn accepted(&mut self, key: &PartKey, id: &str, now_unix_ms: i64) {
        let Some(entry) = self.messages.get_mut(&key.message) else {
            return;
        };
        let Some(part) = entry.parts.get_mut(key.index) else {
            return;
        };
        part.id = Some(id.to_owned());
        if let Some(given) = entry.given_id() {
            self.given.insert(given, key.message.clone());
        }
        if id.is_empty() {
            // Such an SMSC sends no receipts either.
            return;
        }
        let name = normal(id);
        self.parts.insert(name.clone(), key.clone());
        if self
            .unclaimed
            .iter()
            .any(|unclaimed| unclaimed.may_mean(&name))
        {
            for unclaimed in std::mem::take(&mut self.unclaimed) {
                if unclaimed.is_fresh(now_unix_ms) {
                    self.file(unclaimed);
                }
            }
        }
    }

    /// The id for the server, once every part has one.
    pub fn given_id(&self, message: &str) -> Option<String> {
        self.messages.get(message)?.given_id()
    }

    /// A receipt came.
    pub fn receipt(&mut self, receipt: Receipt, at_unix_ms: i64) {
        let names = ids::names(self.receipt_ids, &receipt.id);
        self.file(Unclaimed {
            receipt,
            at_unix_ms,
            names,
        });
    }

    fn file(&mut self, unclaimed: Unclaimed) {
        let Some(key) = self.find(&unclaimed) else {
            if self.unclaimed.len() >= MOST_UNCLAIMED {
                self.unclaimed.pop_front();
            }
            self.unclaimed.push_back(unclaimed);
            return;
        };
        let entry = self.messages.get_mut(&key.message);
        if let Some(part) = entry.and_then(|entry| entry.parts.get_mut(key.index))
            && !part
                .news
                .as_ref()
                .is_some_and(|(state, ..)| state.is_final())
        {
            let Unclaimed {
                receipt,
                at_unix_ms,
                ..
            } = unclaimed;
            part.news = Some((receipt.state, receipt.code, at_unix_ms));
        }
    }

    /// The part that a receipt speaks of.
    fn find(&self, unclaimed: &Unclaimed) -> Option<PartKey> {
        let addresses = &unclaimed.receipt.addresses;
        let mut keys = unclaimed.names.iter().filter_map(|name| {
            let key = self.parts.get(&name.id)?;
            let entry = self.messages.get(&key.message)?;
            let fits = addresses
                .iter()
                .any(|address| digits(address) == entry.destination);
            (fits || !name.guess).then_some(key)
        });
        keys.next().cloned()
    }

    /// The news of the message with that id of ours.
    pub fn news(&self, given: &str, now_unix_ms: i64) -> Option<News> {
        let parts: Vec<_> = match self
            .given
            .get(given)
            .and_then(|message| self.messages.get(message))
        {
            Some(entry) => entry.parts.iter().map(|part| part.news.clone()).collect(),
            // A message of an earlier process: only its ids are left.
            None => given
                .split(SEPARATOR)
                .map(|id| self.unclaimed_news(id, now_unix_ms))
                .collect(),
        };
        let (state, code, at_unix_ms) = whole(&parts)?;
        Some(News {
            id: given.to_owned(),
            state,
            code,
            at_unix_ms,
        })
    }

    fn unclaimed_news(&self, id: &str, now_unix_ms: i64) -> Option<(State, String, i64)> {
        let id = normal(id);
        let matching = self.unclaimed.iter().filter(|unclaimed| {
            unclaimed.is_fresh(now_unix_ms)
                && unclaimed
                    .names
                    .iter()
                    .any(|name| !name.guess && name.id == id)
        });
        // The final one, else the latest.
        let best = matching
            .max_by_key(|unclaimed| (unclaimed.receipt.state.is_final(), unclaimed.at_unix_ms))?;
        Some((
            best.receipt.state,
            best.receipt.code.clone(),
            best.at_unix_ms,
        ))
    }
}

impl Unclaimed {
    fn may_mean(&self, name: &str) -> bool {
        self.names.iter().any(|own| own.id == name)
    }

    fn is_fresh(&self, now_unix_ms: i64) -> bool {
        now_unix_ms - self.at_unix_ms < UNCLAIMED_MS
    }
}

impl Entry {
    /// The ids of all parts, or of the first alone where they are too long.
    fn given_id(&self) -> Option<String> {
        let ids: Option<Vec<&str>> = self.parts.iter().map(|part| part.id.as_deref()).collect();
        let ids = ids?;
        let all = ids.join(&SEPARATOR.to_string());
        Some(if all.len() <= LONGEST_ID {
            all
        } else {
            ids.first()?.to_string()
        })
    }
}

/// The state of a message from the news of its parts: one lost part is a lost message, and only all
/// parts make it whole.
fn whole(parts: &[Option<(State, String, i64)>]) -> Option<(State, String, i64)> {
    let with = |wanted: State| {
        parts
            .iter()
            .flatten()
            .find(|(state, ..)| *state == wanted)
            .cloned()
    };
    let known: Vec<_> = parts.iter().flatten().collect();
    let last = known.iter().max_by_key(|(_, _, at)| *at)?;
    if let Some(lost) = with(State::Undelivered).or_else(|| with(State::Expired)) {
        return Some(lost);
    }
    if known.len() == parts.len() && known.iter().all(|(state, ..)| *state == State::Delivered) {
        return Some((*last).clone());
    }
    let accepted = known.iter().all(|(state, ..)| *state == State::Accepted);
    let state = if accepted {
        State::Accepted
    } else {
        State::Sent
    };
    Some((state, last.1.clone(), last.2))
}

fn digits(address: &str) -> &str {
    address.strip_prefix('+').unwrap_or(address)
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
