//! What a way to send messages is in the store, whether it sends e-mails or SMS.
//!
//! The tables `email_providers` and `sms_providers` have these columns in common; what else there is
//! is the kind's.

use rusqlite::Row;

use crate::clock::Timestamp;

/// A way to send messages.
#[derive(Clone, Debug)]
pub struct Provider<Kind> {
    /// Its id.
    pub id: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Whether it is the one that is used.
    pub is_active: bool,
    /// What it is.
    pub kind: Kind,
    /// Its one secret, sealed (`secrets::Keys::seal_setting`): a password, a token or a signing key.
    pub sealed_secret: Vec<u8>,
    /// The sequence of the instance's event that last changed it.
    pub sequence: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// The columns of every provider, which stand in front of those of its kind.
pub(super) const COLUMNS: &str =
    "id, description, is_active, secret, sequence, created_at, changed_at";

/// The first column of the kind.
pub(super) const KIND: usize = 7;

/// Reads a row that begins with [`COLUMNS`].
pub(super) fn provider<Kind>(row: &Row<'_>, kind: Kind) -> rusqlite::Result<Provider<Kind>> {
    Ok(Provider {
        id: row.get(0)?,
        description: row.get(1)?,
        is_active: row.get(2)?,
        kind,
        sealed_secret: row.get(3)?,
        sequence: row.get(4)?,
        created_at: Timestamp::from_micros(row.get(5)?),
        changed_at: Timestamp::from_micros(row.get(6)?),
    })
}
