//! The table `sends`: when codes went to a number, or because of a user, over the last day.
//!
//! Subjects are keyed hashes. Only sends that a limit of this kind holds for are here.

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{clock::Timestamp, error::Error};

impl ReadTx<'_> {
    /// The times of the latest sends after `since`, newest first, `limit` at most.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn latest_sends(
        &self,
        subject: &[u8; 16],
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Timestamp>, Error> {
        self.rows(
            "SELECT sent_at FROM sends WHERE subject = ?1 AND sent_at > ?2 ORDER BY sent_at DESC LIMIT ?3",
            params![subject, since.micros(), limit],
            |row| row.get(0).map(Timestamp::from_micros),
        )
    }
}

impl WriteTx<'_> {
    /// Notes a send.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_send(&self, subject: &[u8; 16]) -> Result<(), Error> {
        self.insert(
            "INSERT INTO sends (subject, sent_at) VALUES (?1, ?2)",
            params![subject, self.stamp.now.micros()],
        )?;
        Ok(())
    }

    /// Forgets what is older than `before`, the oldest two thousand at most: rows grow with time.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_sends(&self, before: Timestamp) -> Result<(), Error> {
        self.execute(
            "DELETE FROM sends WHERE sent_at < ?1
                 AND row IN (SELECT row FROM sends ORDER BY row LIMIT 2000)",
            [before.micros()],
        )?;
        Ok(())
    }
}
