//! What every object with a history has in common: its identity, its owner and its event counter.

use super::Event;
use crate::clock::Timestamp;

/// The kinds of objects that have a history; the numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AggregateType {
    /// A human or a machine.
    User = 1,
    /// An organization.
    Org = 2,
    /// The instance itself.
    Instance = 3,
}

impl AggregateType {
    /// All kinds, in the order of their names.
    pub const ALL: [Self; 3] = [Self::Instance, Self::Org, Self::User];

    /// The kind with that number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as i64 == number)
    }

    /// What event types of its objects begin with.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Org => "org",
            Self::Instance => "instance",
        }
    }
}

/// An object's identity and history. Changes collect events here; the store numbers and writes them.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// What it is.
    pub kind: AggregateType,
    /// Its row, the key inside the database.
    pub row: i64,
    /// Its id, the key outside.
    pub id: String,
    /// The row of the organization that owns it.
    pub owner: i64,
    /// The id of the organization that owns it.
    pub owner_id: String,
    /// The sequence of its last event; 0 before the first.
    pub sequence: i64,
    /// The time of its first event.
    pub created_at: Timestamp,
    /// The time of its last event.
    pub changed_at: Timestamp,
    /// Events that are not written yet, in order.
    pub pending: Vec<Event>,
}

impl Aggregate {
    /// A user that is not kept yet: the row comes with it. `sequence` is 0, or a tombstone's.
    pub fn new_user(
        id: String,
        owner: i64,
        owner_id: String,
        sequence: i64,
        now: Timestamp,
    ) -> Self {
        Self {
            kind: AggregateType::User,
            row: 0,
            id,
            owner,
            owner_id,
            sequence,
            created_at: now,
            changed_at: now,
            pending: Vec::new(),
        }
    }

    /// The sequence of the last event, of those that are not written yet too.
    pub fn last_sequence(&self) -> i64 {
        self.sequence + self.pending.len() as i64
    }

    /// Adds an event to be written.
    pub fn push(&mut self, event: Event) {
        self.pending.push(event);
    }
}
