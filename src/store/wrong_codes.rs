//! The table `wrong_codes`: how often wrong codes came for a number, counted over a rolling day.

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{clock::Timestamp, error::Error};

impl ReadTx<'_> {
    /// The times of the latest wrong codes for a number after `since`, newest first, `limit` at most.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn latest_wrong_codes(
        &self,
        number: &[u8; 16],
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Timestamp>, Error> {
        self.rows(
            "SELECT tried_at FROM wrong_codes WHERE number = ?1 AND tried_at > ?2 ORDER BY tried_at DESC LIMIT ?3",
            params![number, since.micros(), limit],
            |row| row.get(0).map(Timestamp::from_micros),
        )
    }
}

impl WriteTx<'_> {
    /// Counts a wrong code for a number.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_wrong_code(&self, number: &[u8; 16]) -> Result<(), Error> {
        self.insert(
            "INSERT INTO wrong_codes (number, tried_at) VALUES (?1, ?2)",
            params![number, self.stamp.now.micros()],
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
