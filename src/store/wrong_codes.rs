//! The table `wrong_codes`: how often wrong codes came for a number, an address or a user, counted over a
//! rolling day.

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{clock::Timestamp, error::Error};

/// A wrong code.
#[derive(Clone, Copy, Debug)]
pub struct WrongCode {
    /// When it came.
    pub tried_at: Timestamp,
    /// Whether neither the user nor who may write it tried.
    pub is_by_stranger: bool,
}

impl ReadTx<'_> {
    /// The latest wrong codes for a subject after `since`, newest first, `limit` at most.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn latest_wrong_codes(
        &self,
        subject: &[u8; 16],
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<WrongCode>, Error> {
        self.rows(
            "SELECT tried_at, is_by_stranger FROM wrong_codes WHERE number = ?1 AND tried_at > ?2
             ORDER BY tried_at DESC LIMIT ?3",
            params![subject, since.micros(), limit],
            |row| {
                Ok(WrongCode {
                    tried_at: Timestamp::from_micros(row.get(0)?),
                    is_by_stranger: row.get(1)?,
                })
            },
        )
    }
}

impl WriteTx<'_> {
    /// Counts a wrong code for a subject.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_wrong_code(&self, subject: &[u8; 16], is_by_stranger: bool) -> Result<(), Error> {
        self.insert(
            "INSERT INTO wrong_codes (number, tried_at, is_by_stranger) VALUES (?1, ?2, ?3)",
            params![subject, self.stamp.now.micros(), is_by_stranger],
        )?;
        Ok(())
    }

    /// Forgets what is older than `before`, the oldest two thousand at most: rows grow with time.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_wrong_codes(&self, before: Timestamp) -> Result<(), Error> {
        self.execute(
            "DELETE FROM wrong_codes WHERE tried_at < ?1
                 AND row IN (SELECT row FROM wrong_codes ORDER BY row LIMIT 2000)",
            [before.micros()],
        )?;
        Ok(())
    }
}
