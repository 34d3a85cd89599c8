//! The table `send_counts`: how many codes were sent, in slots of time; of countries also how many of
//! these came back.
//!
//! A limit over a rolling window looks at the running slot and at as many before it as the window has:
//! a little more than the window, never less, so that the limit is never exceeded.

use std::time::Duration;

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{Conversion, MessageId, Region},
    error::Error,
    ids,
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// What sends are counted by; the numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendScope {
    /// All of them.
    Total = 1,
    /// The organization of the user.
    Organization = 2,
    /// The country of the number.
    Country = 3,
    /// The beginning of the number, hashed.
    Prefix = 4,
    /// The country again, by the minute, with what came back.
    Conversion = 5,
}

/// The sends of one slot.
#[derive(Clone, Copy, Debug)]
pub struct SlotCount {
    /// How many.
    pub sent: u32,
    /// When it leaves the window.
    pub leaves_at: Timestamp,
}

impl SendScope {
    fn slot(self) -> Duration {
        match self {
            Self::Total | Self::Organization | Self::Country => HOUR,
            Self::Prefix => 5 * MINUTE,
            Self::Conversion => MINUTE,
        }
    }

    /// The window of the limit.
    fn window(self) -> Duration {
        match self {
            Self::Prefix | Self::Conversion => HOUR,
            Self::Total | Self::Organization | Self::Country => 24 * HOUR,
        }
    }

    /// When the slot of an instant begins, in seconds since the epoch.
    fn slot_of(self, instant: Timestamp) -> i64 {
        let length = i64::try_from(self.slot().as_secs()).unwrap_or(i64::MAX);
        instant.seconds().div_euclid(length) * length
    }
}

fn at(slot: i64) -> Timestamp {
    Timestamp::from_micros(slot.saturating_mul(1_000_000))
}

impl ReadTx<'_> {
    /// The sends within the window that ends now, the oldest slot first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn sends_in_window(
        &self,
        scope: SendScope,
        subject: &str,
        now: Timestamp,
    ) -> Result<Vec<SlotCount>, Error> {
        let first = scope.slot_of(now.minus(scope.window()));
        self.rows(
            "SELECT slot, sent FROM send_counts WHERE scope = ?1 AND subject = ?2 AND slot >= ?3 ORDER BY slot",
            params![scope as i64, subject, first],
            |row| {
                Ok(SlotCount {
                    sent: row.get(1)?,
                    leaves_at: at(row.get(0)?).plus(scope.window()).plus(scope.slot()),
                })
            },
        )
    }

    /// What came back of the codes for a country that were made within a time.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn conversion(
        &self,
        country: Region,
        (from, before): (Timestamp, Timestamp),
    ) -> Result<Conversion, Error> {
        let scope = SendScope::Conversion;
        let counted = self.row(
            "SELECT coalesce(sum(sent), 0), coalesce(sum(verified), 0) FROM send_counts
             WHERE scope = ?1 AND subject = ?2 AND slot >= ?3 AND slot < ?4",
            params![
                scope as i64,
                country.to_string(),
                scope.slot_of(from),
                scope.slot_of(before)
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let (sent, verified) = counted.unwrap_or_default();
        Ok(Conversion {
            country,
            sent,
            verified,
        })
    }

    /// As [`ReadTx::conversion`], of every country that codes were sent to.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn conversions(
        &self,
        (from, before): (Timestamp, Timestamp),
    ) -> Result<Vec<Conversion>, Error> {
        let scope = SendScope::Conversion;
        self.rows(
            "SELECT subject, sum(sent), sum(verified) FROM send_counts
             WHERE scope = ?1 AND slot >= ?2 AND slot < ?3 GROUP BY subject ORDER BY subject",
            params![scope as i64, scope.slot_of(from), scope.slot_of(before)],
            |row| {
                let country: String = row.get(0)?;
                Ok(Conversion {
                    country: country.parse().unwrap_or(Region::NOWHERE),
                    sent: row.get(1)?,
                    verified: row.get(2)?,
                })
            },
        )
    }
}

impl WriteTx<'_> {
    /// Counts a send.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn count_send(&self, scope: SendScope, subject: &str, at: Timestamp) -> Result<(), Error> {
        self.execute(
            "INSERT INTO send_counts (scope, subject, slot, sent) VALUES (?1, ?2, ?3, 1)
             ON CONFLICT DO UPDATE SET sent = sent + 1",
            params![scope as i64, subject, scope.slot_of(at)],
        )?;
        Ok(())
    }

    /// Counts that the code of a message came back, if there was one: a code that the caller got was
    /// not sent.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn count_verified(&self, country: Region, code: MessageId) -> Result<(), Error> {
        let scope = SendScope::Conversion;
        self.execute(
            "UPDATE send_counts SET verified = verified + 1
             WHERE scope = ?1 AND subject = ?2 AND slot = ?3 AND verified < sent
               AND EXISTS (SELECT 1 FROM messages WHERE id = ?4)",
            params![
                scope as i64,
                country.to_string(),
                scope.slot_of(ids::made_at(code.0)),
                code.0
            ],
        )?;
        Ok(())
    }

    /// Begins to count anew what comes back of the codes for a country.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub(super) fn forget_conversion(&self, country: &str) -> Result<(), Error> {
        self.execute(
            "DELETE FROM send_counts WHERE scope = ?1 AND subject = ?2",
            params![SendScope::Conversion as i64, country],
        )?;
        Ok(())
    }

    /// Forgets slots that began before then, two thousand at most.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_send_counts(&self, before: Timestamp) -> Result<(), Error> {
        self.execute(
            "DELETE FROM send_counts WHERE (scope, subject, slot) IN
                 (SELECT scope, subject, slot FROM send_counts WHERE slot < ?1 ORDER BY slot LIMIT 2000)",
            [before.seconds()],
        )?;
        Ok(())
    }
}
