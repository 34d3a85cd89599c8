//! Which messages are being sent at the moment. Kept in memory: one server runs on a database, and a
//! claim must not outlive it.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::domain::MessageId;

/// The claimed messages.
#[derive(Default)]
pub(super) struct Claims(Mutex<HashSet<MessageId>>);

impl Claims {
    /// Claims a message; false if it is claimed already.
    pub(super) fn claim(&self, id: MessageId) -> bool {
        self.lock().insert(id)
    }

    /// Frees messages.
    pub(super) fn release(&self, ids: impl Iterator<Item = MessageId>) {
        let mut claimed = self.lock();
        for id in ids {
            claimed.remove(&id);
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<MessageId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
