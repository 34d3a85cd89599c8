//! What messages do, as it happens: the last changes of states, numbered, for those who watch.
//!
//! Kept in memory: who was away for too long, or over a restart, is told so and lists the messages.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::{clock::Timestamp, store::MessageMove};

/// How many changes are remembered.
const REMEMBERED: usize = 10_000;

/// The last changes.
pub struct Feed {
    changes: Mutex<Changes>,
    latest: Mutex<Option<watch::Sender<u64>>>,
    watched: watch::Receiver<u64>,
}

struct Changes {
    /// The number of the next change.
    next: u64,
    last: VecDeque<MessageMove>,
}

/// Changes after a number.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whether some after that number are not remembered any more.
    pub has_gap: bool,
    /// The number before the first of these changes: where a gap ends.
    pub start: u64,
    /// The changes with their numbers, in order.
    pub changes: Vec<(u64, MessageMove)>,
}

impl Feed {
    /// An empty one; its numbers are greater than those of a run that began before.
    pub fn new(now: Timestamp) -> Self {
        let next = now.micros().max(1).unsigned_abs();
        let (latest, watched) = watch::channel(next - 1);
        Self {
            changes: Mutex::new(Changes {
                next,
                last: VecDeque::with_capacity(REMEMBERED),
            }),
            latest: Mutex::new(Some(latest)),
            watched,
        }
    }

    /// Adds changes.
    pub(super) fn add(&self, moves: &[MessageMove]) {
        if moves.is_empty() {
            return;
        }
        let newest = {
            let mut changes = self.changes();
            for moved in moves {
                if changes.last.len() == REMEMBERED {
                    changes.last.pop_front();
                }
                changes.last.push_back(moved.clone());
                changes.next += 1;
            }
            changes.next - 1
        };
        if let Some(latest) = &*self.latest() {
            latest.send_replace(newest);
        }
    }

    /// The number of the newest change, to wait for others; ends when the server stops.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.watched.clone()
    }

    /// The changes after a number, `most` at most.
    pub fn after(&self, number: u64, most: usize) -> Seen {
        let changes = self.changes();
        let oldest = changes.next - changes.last.len() as u64;
        // A number of the future is one of another server.
        let has_gap = number.saturating_add(1) < oldest || number >= changes.next;
        let start = if has_gap { oldest } else { number + 1 };
        let skipped = usize::try_from(start - oldest).unwrap_or(usize::MAX);
        let wanted = changes.last.iter().skip(skipped).take(most);
        Seen {
            has_gap,
            start: start - 1,
            changes: (start..).zip(wanted.cloned()).collect(),
        }
    }

    /// Ends the wait of all who watch.
    pub fn close(&self) {
        *self.latest() = None;
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn latest(&self) -> MutexGuard<'_, Option<watch::Sender<u64>>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{MessageId, MessageState};

    fn moved(id: usize) -> MessageMove {
        MessageMove {
            id: MessageId(i64::try_from(id).unwrap_or(0)),
            state: MessageState::Queued,
            at: Timestamp::from_micros(1),
            provider: None,
        }
    }

    #[test]
    fn who_was_there_misses_nothing_and_who_was_away_too_long_is_told() {
        let feed = Feed::new(Timestamp::from_micros(1000));
        assert_eq!(*feed.watch().borrow(), 999);
        feed.add(&[moved(1), moved(2), moved(3)]);
        assert_eq!(*feed.watch().borrow(), 1002);
        let seen = feed.after(1000, 10);
        assert!(!seen.has_gap);
        assert_eq!(seen.changes, [(1001, moved(2)), (1002, moved(3))]);
        assert_eq!(feed.after(1002, 10).changes, []);
        let before = feed.after(5, 1);
        assert!(before.has_gap);
        assert_eq!(before.changes, [(1000, moved(1))]);
        // A number of the future is one of another server; once told, the wait goes on from here.
        let future = Feed::new(Timestamp::from_micros(1000)).after(5000, 10);
        assert!(future.has_gap && future.changes.is_empty());
        assert_eq!(future.start, 999);
        assert!(feed.after(1003, 10).has_gap);

        let many: Vec<_> = (0..REMEMBERED).map(moved).collect();
        feed.add(&many);
        assert!(feed.after(1000, 1).has_gap);
        assert!(!feed.after(1002, 1).has_gap);
    }
}
