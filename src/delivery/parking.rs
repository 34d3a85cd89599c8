//! Messages that wait in memory for room at their provider, so that they hold up no thread and no
//! message of another provider. They stay claimed; the dispatcher hands them out when there is room, the
//! oldest first, however often they had to come back.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::domain::MessageId;

/// How many wait here at most; what comes on top waits in the database.
pub(super) const MOST_PARKED: usize = 10_000;

/// The parked messages by provider; ids grow with time.
#[derive(Default)]
pub(super) struct Parking {
    parked: Mutex<HashMap<String, BTreeSet<MessageId>>>,
    /// Whether all are to look again: their way may be another one now.
    looks_again: AtomicBool,
}

impl Parking {
    /// Parks a message; false if there is no place.
    pub(super) fn park(&self, provider: String, id: MessageId) -> bool {
        let mut parked = self.lock();
        let is_full = parked.values().map(BTreeSet::len).sum::<usize>() >= MOST_PARKED;
        if !is_full {
            parked.entry(provider).or_default().insert(id);
        }
        !is_full
    }

    /// How many are parked.
    pub(super) fn len(&self) -> usize {
        self.lock().values().map(BTreeSet::len).sum()
    }

    /// Takes those for which there is room out, which `room` tells as [`Lane::room`](super::lane::Lane::room)
    /// does; and after what time there will be room for more, as far as that is known.
    pub(super) fn leave(
        &self,
        room: impl Fn(&str) -> Result<usize, Duration>,
    ) -> (Vec<MessageId>, Option<Duration>) {
        let mut parked = self.lock();
        if self.looks_again.swap(false, Ordering::AcqRel) {
            let all = std::mem::take(&mut *parked).into_values().flatten();
            return (all.collect(), None);
        }
        let mut leaving = Vec::new();
        let mut next: Option<Duration> = None;
        for (provider, waiting) in parked.iter_mut() {
            match room(provider) {
                Ok(room) => {
                    leaving.extend(std::iter::from_fn(|| waiting.pop_first()).take(room));
                }
                Err(wait) => next = Some(next.map_or(wait, |next| next.min(wait))),
            }
        }
        parked.retain(|_, waiting| !waiting.is_empty());
        (leaving, next)
    }

    /// Lets all leave, whatever room there is.
    pub(super) fn look_again(&self) {
        self.looks_again.store(true, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, BTreeSet<MessageId>>> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_leave_for_whom_there_is_room_the_oldest_first() {
        let parking = Parking::default();
        for id in [2, 3, 1] {
            assert!(parking.park("a".to_owned(), MessageId(id)));
        }
        assert!(parking.park("b".to_owned(), MessageId(4)));
        let (leaving, next) = parking.leave(|provider| match provider {
            "a" => Ok(2),
            _ => Err(Duration::from_millis(30)),
        });
        assert_eq!(leaving, [MessageId(1), MessageId(2)]);
        assert_eq!(next, Some(Duration::from_millis(30)));
        assert_eq!(parking.len(), 2);
        parking.look_again();
        let (leaving, next) = parking.leave(|_| Ok(0));
        assert_eq!((leaving.len(), next), (2, None));
        assert_eq!(parking.len(), 0);
    }

    #[test]
    fn there_are_only_so_many_places() {
        let parking = Parking::default();
        for id in 0..MOST_PARKED {
            assert!(parking.park("a".to_owned(), MessageId(i64::try_from(id).unwrap_or(0))));
        }
        assert!(!parking.park("b".to_owned(), MessageId(-1)));
    }
}
