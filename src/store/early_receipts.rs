//! The table `early_receipts`: what gateways reported of attempts that are not written down as over yet.
//!
//! A gateway may report before the call that sent the message has answered, and it takes our 2xx as the
//! end of the matter. So what fits no message yet is kept on disk, and given to the attempt that ends
//! with that id. What fits none for some minutes was not ours.

use rusqlite::params;

use super::{
    attempts::Receipt,
    transaction::{ReadTx, WriteTx},
};
use crate::{
    clock::Timestamp,
    domain::{MessageId, ReceiptState},
    error::Error,
};

/// How many are kept; beyond them the oldest go.
const MOST: i64 = 10_000;

impl ReadTx<'_> {
    /// Whether some are older than `before`, or there are more than are kept.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_stale_receipts(&self, before: Timestamp) -> Result<bool, Error> {
        let is_stale = self.row(
            "SELECT held_at < ?1 OR row <= (SELECT max(row) FROM early_receipts) - ?2
             FROM early_receipts ORDER BY row LIMIT 1",
            [before.micros(), MOST],
            |row| row.get(0),
        )?;
        Ok(is_stale.unwrap_or(false))
    }
}

impl WriteTx<'_> {
    /// Keeps a receipt that fits no attempt yet.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub(super) fn hold_receipt(&self, receipt: &Receipt) -> Result<(), Error> {
        self.insert(
            "INSERT INTO early_receipts (provider, provider_id, state, code, at, held_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                receipt.provider,
                receipt.provider_id,
                receipt.state as i64,
                receipt.code,
                receipt.at.micros(),
                self.stamp.now.micros(),
            ],
        )?;
        Ok(())
    }

    /// Gives an attempt what its gateway has reported of it, in the order in which that came. The last of
    /// it that was news.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub(super) fn place_held_receipts(
        &self,
        message: MessageId,
        number: u32,
        provider: &str,
        provider_id: &str,
    ) -> Result<Option<ReceiptState>, Error> {
        let mut held = self.rows(
            "DELETE FROM early_receipts WHERE provider = ?1 AND provider_id = ?2
             RETURNING row, state, code, at",
            [provider, provider_id],
            |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    ReceiptState::from_number(row.get(1)?),
                    row.get(2)?,
                    Timestamp::from_micros(row.get(3)?),
                ))
            },
        )?;
        held.sort_by_key(|(row, ..)| *row);
        let mut news = None;
        for (_, state, code, at) in held {
            let Some(state) = state else {
                continue;
            };
            let receipt = Receipt {
                provider: provider.to_owned(),
                provider_id: provider_id.to_owned(),
                state,
                code,
                at,
            };
            if self.write_receipt(message, number, &receipt)? {
                news = Some(state);
            }
        }
        Ok(news)
    }

    /// Forgets those older than `before`, and the oldest if there are too many; whose they were, a name
    /// for each.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn forget_stale_receipts(&self, before: Timestamp) -> Result<Vec<String>, Error> {
        self.rows(
            "DELETE FROM early_receipts
             WHERE held_at < ?1 OR row <= (SELECT max(row) FROM early_receipts) - ?2
             RETURNING provider",
            [before.micros(), MOST],
            |row| row.get(0),
        )
    }
}
