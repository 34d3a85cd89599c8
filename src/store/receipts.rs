//! What gateways report about sent messages, and which provider checks a code: more columns of the
//! table `messages`.

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{MessageId, PhoneNumber},
    error::Error,
};

/// What a gateway reports. Those from `Delivered` on are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReceiptState {
    /// It has the message.
    Accepted = 1,
    /// It has passed it on.
    Sent = 2,
    /// It is on the phone.
    Delivered = 3,
    /// It will not arrive.
    Undelivered = 4,
    /// It was not delivered in time.
    Expired = 5,
}

/// News of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The provider that reports.
    pub provider: String,
    /// Its name for the message, or our id of it.
    pub provider_id: String,
    /// Where the message is.
    pub state: ReceiptState,
    /// The gateway's own code.
    pub code: Option<String>,
    /// When it happened.
    pub at: Timestamp,
}

/// Who checks a code that a provider made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedBy {
    /// The message that started it.
    pub message: MessageId,
    /// The provider.
    pub provider: String,
    /// The provider's name for it.
    pub provider_id: String,
    /// The number that it went to.
    pub number: PhoneNumber,
}

impl ReadTx<'_> {
    /// Who checks the code that a message was sent for; `None` if we do.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn code_checked_by(&self, message: MessageId) -> Result<Option<CheckedBy>, Error> {
        self.row(
            "SELECT provider, coalesce(provider_id, ''), recipient FROM messages
             WHERE id = ?1 AND is_checked_by_provider = 1 AND provider IS NOT NULL",
            [message.0],
            |row| {
                Ok(CheckedBy {
                    message,
                    provider: row.get(0)?,
                    provider_id: row.get(1)?,
                    number: PhoneNumber::from_normalized(row.get(2)?),
                })
            },
        )
    }

    /// The provider's names of messages that it took and of which more news may come, with our ids:
    /// the newest first, only those younger than `oldest` and older than `before`, `limit` at most.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn awaited_receipts(
        &self,
        provider: &str,
        oldest: i64,
        before: i64,
        limit: u32,
    ) -> Result<Vec<(i64, String)>, Error> {
        self.rows(
            "SELECT id, provider_id FROM messages
             WHERE provider = ?1 AND id >= ?2 AND id < ?3
               AND state = 1 AND provider_id IS NOT NULL AND coalesce(receipt, 0) < 3
             ORDER BY id DESC LIMIT ?4",
            params![provider, oldest, before, limit],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}

impl WriteTx<'_> {
    /// Notes news of a sent message, forward moves only: nothing follows a final state. False if no
    /// message of that provider has that name.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn note_receipt(&self, receipt: &Receipt) -> Result<bool, Error> {
        let own_id = receipt.provider_id.parse::<i64>().ok();
        let found = self
            .row(
            "SELECT coalesce((SELECT max(id) FROM messages WHERE provider = ?1 AND provider_id = ?2),
                             (SELECT id FROM messages WHERE id = ?3 AND provider = ?1 AND state = 1))",
            params![receipt.provider, receipt.provider_id, own_id],
            |row| row.get::<_, Option<i64>>(0),
        )?
        .flatten();
        let Some(id) = found else {
            return Ok(false);
        };
        self.execute(
            "UPDATE messages SET receipt = ?1, receipt_code = ?2, receipt_at = ?3
             WHERE id = ?4 AND state = 1 AND coalesce(receipt, 0) < 3 AND coalesce(receipt, 0) < ?1",
            params![
                receipt.state as i64,
                receipt.code,
                receipt.at.micros(),
                id
            ],
        )?;
        Ok(true)
    }
}
