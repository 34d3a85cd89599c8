//! The table `user_metadata`: notes that other systems keep with a user.

use rusqlite::{Row, params};

use super::transaction::{ReadTx, WriteTx};
use crate::{clock::Timestamp, error::Error};

/// A value under its key.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Vec<u8>,
    /// The sequence of the event that set it.
    pub sequence: i64,
    /// When the key was first set.
    pub created_at: Timestamp,
    /// When the value was last set.
    pub changed_at: Timestamp,
}

impl ReadTx<'_> {
    /// The value that a user has under a key.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn metadata(&self, user: i64, key: &str) -> Result<Option<Metadata>, Error> {
        self.row(
            "SELECT key, value, sequence, created_at, changed_at FROM user_metadata
             WHERE user = ?1 AND key = ?2",
            params![user, key],
            metadata,
        )
    }

    /// How much metadata a user has, in bytes of keys and values.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn metadata_bytes(&self, user: i64) -> Result<i64, Error> {
        let total = self.row(
            "SELECT coalesce(sum(length(key) + length(value)), 0) FROM user_metadata WHERE user = ?1",
            [user],
            |row| row.get(0),
        )?;
        Ok(total.unwrap_or(0))
    }

    /// All that a user has, in the order of the keys.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn metadata_of(&self, user: i64) -> Result<Vec<Metadata>, Error> {
        self.rows(
            "SELECT key, value, sequence, created_at, changed_at FROM user_metadata
             WHERE user = ?1 ORDER BY key",
            [user],
            metadata,
        )
    }
}

fn metadata(row: &Row<'_>) -> rusqlite::Result<Metadata> {
    Ok(Metadata {
        key: row.get(0)?,
        value: row.get(1)?,
        sequence: row.get(2)?,
        created_at: Timestamp::from_micros(row.get(3)?),
        changed_at: Timestamp::from_micros(row.get(4)?),
    })
}

impl WriteTx<'_> {
    /// Keeps a metadata entry of a user.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_metadata(
        &self,
        user: i64,
        key: &str,
        value: &[u8],
        sequence: i64,
    ) -> Result<(), Error> {
        self.execute(
            "INSERT INTO user_metadata (user, key, value, sequence, created_at, changed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT (user, key) DO UPDATE
             SET value = excluded.value, sequence = excluded.sequence, changed_at = excluded.changed_at",
            params![user, key, value, sequence, self.stamp.now.micros()],
        )?;
        Ok(())
    }

    /// Forgets the value that a user has under a key; tells whether there was one.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_metadata(&self, user: i64, key: &str) -> Result<bool, Error> {
        let count = self.execute(
            "DELETE FROM user_metadata WHERE user = ?1 AND key = ?2",
            params![user, key],
        )?;
        Ok(count > 0)
    }
}
