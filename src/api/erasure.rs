//! What a person may ask for: everything that is held about them, and that nothing is any more.
//!
//! Done by commands of the binary, beside a running server or not. Called by `app`.

use std::sync::Arc;

use serde::Serialize;

use super::users::remove_with_memberships;
use crate::{
    clock::Clock,
    domain::{CodePurpose, PhoneNumber},
    error::{self, Error},
    secrets::Keys,
    store::{Stamp, Store},
};

/// What was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Erased {
    /// Whether the user was still there and is removed now.
    pub was_removed: bool,
    /// Messages that were forgotten.
    pub messages: usize,
    /// Events of which only the type and the time stay.
    pub events: usize,
}

/// The keyed hashes under which a user's tries, and the sends to the user, are counted.
fn subjects(
    keys: &Keys,
    id: &str,
    phone: Option<&PhoneNumber>,
    email: Option<&str>,
) -> Vec<[u8; 16]> {
    let purposes = [
        CodePurpose::VerifyEmail,
        CodePurpose::Initialization,
        CodePurpose::PasswordReset,
        CodePurpose::Invitation,
    ];
    let mut subjects = vec![
        keys.hash_user(id),
        keys.hash_account(id),
        keys.hash_idle(id),
    ];
    subjects.extend(purposes.map(|purpose| keys.hash_purpose(id, purpose)));
    subjects.extend(phone.map(|number| keys.hash_number(number)));
    subjects.extend(email.map(|address| keys.hash_address(address)));
    subjects
}

/// Everything that is held about a user; of a removed one what is left.
///
/// # Errors
/// NOTFOUND for an id that no user ever had.
pub fn export(store: &Store, keys: &Keys, id: &str) -> Result<String, Error> {
    store.read_blocking(|tx| {
        let row = tx.any_user_row(id)?.ok_or(error::USER_NOT_FOUND)?;
        let contacts = tx.contacts(row)?;
        let mut subjects = subjects(keys, id, contacts.phone.as_ref(), contacts.email.as_deref());
        subjects.push(keys.hash_recipient(row));
        tx.personal_data(row, &subjects)
    })
}

/// Removes a user, if that has not happened, and takes everything personal out of the outbox, the
/// history and the counters.
///
/// # Errors
/// NOTFOUND for an id that no user ever had; if the database cannot be written.
pub fn erase(store: &Store, clock: &Clock, keys: &Arc<Keys>, id: &str) -> Result<Erased, Error> {
    let stamp = Stamp {
        now: clock.now(),
        editor: "SYSTEM".to_owned(),
        actor: None,
    };
    let (keys, id) = (keys.clone(), id.to_owned());
    store.write_blocking(stamp, move |tx| {
        let row = tx.any_user_row(&id)?.ok_or(error::USER_NOT_FOUND)?;
        let contacts = tx.contacts(row)?;
        let messages = tx.delete_messages_of(row)?;
        let user = tx.user(&id)?;
        let was_removed = user.is_some();
        if let Some(user) = user {
            remove_with_memberships(tx, user)?;
        }
        let events = tx.empty_history(row)?;
        for number in &contacts.past {
            tx.forget_tries(&keys.hash_number(number))?;
        }
        tx.forget_tries(&keys.hash_recipient(row))?;
        for subject in subjects(
            &keys,
            &id,
            contacts.phone.as_ref(),
            contacts.email.as_deref(),
        ) {
            tx.forget_tries(&subject)?;
        }
        Ok(Erased {
            was_removed,
            messages,
            events,
        })
    })
}
