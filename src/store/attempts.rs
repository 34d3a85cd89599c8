//! The table `attempts`: each time that a provider was asked to send a message, what it answered, and
//! what its gateway reported later.
//!
//! An attempt is on disk before the provider is asked. So after a crash it is known which messages may
//! have gone out, and they say so.

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{
        CallStatus, Channel, MessageId, MessagePurpose, MessageState, PhoneNumber, ReceiptState,
    },
    error::Error,
};

/// An attempt that is about to begin.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The message.
    pub message: MessageId,
    /// Who will be asked.
    pub provider: String,
    /// The route that chose it.
    pub route: Option<String>,
    /// How often the providers were gone through, this time included.
    pub rounds: u32,
    /// Whether the provider may make a code of its own, which then only it can check.
    pub may_check: bool,
}

/// An attempt that is over.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Which attempt of the message it was; counts from 1.
    pub number: u32,
    /// Who was asked.
    pub provider: String,
    /// What it came to.
    pub status: CallStatus,
    /// The provider's name for the message.
    pub provider_id: Option<String>,
    /// The provider's own code for what happened.
    pub provider_code: Option<String>,
    /// A reason for operators.
    pub detail: Option<String>,
    /// How many SMS it took.
    pub segments: Option<u32>,
    /// What it cost, as the provider says.
    pub price: Option<String>,
    /// Whether the provider made the code and checks it.
    pub is_checked_by_provider: bool,
    /// Whether the gateway will report what becomes of it.
    pub reports: bool,
}

/// News of one attempt.
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

/// What became of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It fits no attempt yet, and is kept for one that ends with that id.
    Early,
    /// It says nothing new, or what it says comes too late.
    Known,
    /// It is written down.
    News,
    /// It is written down, and tells that a message was sent of which nobody knew that: the row of the
    /// user whom it was for, and what for.
    WasSent(i64, MessagePurpose),
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
    /// Who checks the code that a message was sent for; `None` if we do. The last provider that took it,
    /// or may have, decides.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn code_checked_by(&self, message: MessageId) -> Result<Option<CheckedBy>, Error> {
        let last = self.row(
            "SELECT a.is_checked_by_provider, a.provider, coalesce(a.provider_id, ''), m.recipient
             FROM attempts a JOIN messages m ON m.id = a.message
             WHERE a.message = ?1 AND a.status IN (1, 7) ORDER BY a.number DESC LIMIT 1",
            [message.0],
            |row| {
                Ok((
                    row.get::<_, bool>(0)?,
                    CheckedBy {
                        message,
                        provider: row.get(1)?,
                        provider_id: row.get(2)?,
                        number: PhoneNumber::from_normalized(row.get(3)?),
                    },
                ))
            },
        )?;
        Ok(last.and_then(|(is_checked, by)| is_checked.then_some(by)))
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
            "SELECT message, provider_id FROM attempts
             WHERE awaits_receipt = 1 AND provider = ?1 AND message >= ?2 AND message < ?3
               AND +provider_id IS NOT NULL
             ORDER BY message DESC LIMIT ?4",
            params![provider, oldest, before, limit],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// Which messages are being sent, as far as the database knows.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn sending_messages(&self, channel: Channel) -> Result<Vec<MessageId>, Error> {
        self.rows(
            "SELECT id FROM messages WHERE state = 1 AND channel = ?1",
            [channel as i64],
            |row| row.get(0).map(MessageId),
        )
    }
}

impl WriteTx<'_> {
    /// Writes down that a provider is about to be asked, and how the attempt before it in this round
    /// ended. The number of the attempt; `None` if the message does not wait any more.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn begin_attempt(
        &self,
        begun: &Begun,
        before: Option<&Ended>,
    ) -> Result<Option<u32>, Error> {
        if let Some(before) = before {
            self.end_attempt(begun.message, before)?;
        }
        let state = self.state_of(begun.message)?;
        if !state.is_some_and(MessageState::is_waiting) {
            return Ok(None);
        }
        let number = self.row(
            "UPDATE messages SET state = 1, attempts = attempts + 1, provider = ?2, rounds = ?3,
                    changed_at = iif(state = 1, changed_at, ?4)
             WHERE id = ?1 RETURNING attempts",
            params![
                begun.message.0,
                begun.provider,
                begun.rounds,
                self.stamp.now.micros()
            ],
            |row| row.get(0),
        )?;
        self.execute(
            "INSERT INTO attempts (message, number, provider, route, started_at, is_checked_by_provider)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                begun.message.0,
                number,
                begun.provider,
                begun.route,
                self.stamp.now.micros(),
                begun.may_check
            ],
        )?;
        if state == Some(MessageState::Queued) {
            self.moved(begun.message, MessageState::Sending, Some(&begun.provider));
        }
        Ok(number)
    }

    /// Writes down how an attempt ended. What its gateway has reported before that.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub(super) fn end_attempt(
        &self,
        message: MessageId,
        ended: &Ended,
    ) -> Result<Option<ReceiptState>, Error> {
        let may_come = matches!(ended.status, CallStatus::Ok | CallStatus::OutcomeUnknown);
        let receipt = self.row(
            "UPDATE attempts SET ended_at = ?3, status = ?4, provider_id = coalesce(?5, provider_id),
                    provider_code = ?6, detail = ?7, segments = ?8, price = ?9, is_checked_by_provider = ?10,
                    awaits_receipt = ?11 AND coalesce(receipt, 0) < 3
             WHERE message = ?1 AND number = ?2 RETURNING receipt",
            params![
                message.0,
                ended.number,
                self.stamp.now.micros(),
                ended.status as i64,
                ended.provider_id,
                ended.provider_code,
                ended.detail,
                ended.segments,
                ended.price,
                ended.is_checked_by_provider,
                ended.reports && may_come,
            ],
            |row| row.get::<_, Option<i64>>(0),
        )?;
        if ended.status == CallStatus::OutcomeUnknown {
            // Also of a message that a receipt has ended meanwhile: it says what was not known.
            self.execute(
                "UPDATE messages SET unknown_outcomes =
                        (SELECT count(*) FROM attempts WHERE message = ?1 AND status = 7)
                 WHERE id = ?1",
                [message.0],
            )?;
        }
        let receipt = receipt.flatten().and_then(ReceiptState::from_number);
        let Some(provider_id) = &ended.provider_id else {
            return Ok(receipt);
        };
        let news = self.place_held_receipts(message, ended.number, &ended.provider, provider_id)?;
        Ok(news.or(receipt))
    }

    /// Ends attempts that were under way when whoever waited for them ended: nobody knows whether they
    /// were sent. Their messages, all or only that one, wait until `due`, or end as unknown without. Tells
    /// how many there were.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn end_interrupted(
        &self,
        due: Option<Timestamp>,
        only: Option<MessageId>,
    ) -> Result<usize, Error> {
        let now = self.stamp.now.micros();
        let interrupted = self.rows(
            "SELECT id FROM messages WHERE state = 1 AND (?1 IS NULL OR id = ?1)",
            [only.map(|id| id.0)],
            |row| row.get(0).map(MessageId),
        )?;
        if let (Some(due), Some(id)) = (due, only) {
            self.execute(
                "UPDATE messages SET due_at = ?2 WHERE id = ?1 AND state = 0",
                [id.0, due.micros()],
            )?;
        }
        let state = match due {
            Some(_) => MessageState::Queued,
            None => MessageState::Unknown,
        };
        for id in &interrupted {
            let unknown = self.execute(
                "UPDATE attempts SET ended_at = ?2, status = 7,
                        detail = 'nobody waited for the answer'
                 WHERE message = ?1 AND ended_at IS NULL",
                [id.0, now],
            )?;
            self.execute(
                "UPDATE messages SET state = ?3, code = iif(?3 = 0, code, NULL), changed_at = ?2,
                        due_at = coalesce(?5, due_at), unknown_outcomes = unknown_outcomes + ?4
                 WHERE id = ?1",
                params![
                    id.0,
                    now,
                    state as i64,
                    i64::try_from(unknown).unwrap_or(0),
                    due.map(Timestamp::micros)
                ],
            )?;
            self.moved(*id, state, None);
        }
        Ok(interrupted.len())
    }

    /// Notes news of an attempt, forward moves only: nothing follows a final report.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn note_receipt(&self, receipt: &Receipt) -> Result<Noted, Error> {
        let own_id = receipt.provider_id.parse::<i64>().ok();
        let found = self.row(
            "SELECT message, number FROM attempts WHERE provider = ?1 AND provider_id = ?2
             UNION ALL
             SELECT * FROM (SELECT message, number FROM attempts
                            WHERE message = ?3 AND provider = ?1 AND coalesce(status, 7) IN (1, 7)
                            ORDER BY number DESC LIMIT 1)
             ORDER BY 1 DESC, 2 DESC LIMIT 1",
            params![receipt.provider, receipt.provider_id, own_id],
            |row| Ok((MessageId(row.get(0)?), row.get::<_, u32>(1)?)),
        )?;
        let Some((id, number)) = found else {
            self.hold_receipt(receipt)?;
            return Ok(Noted::Early);
        };
        if self.write_receipt(id, number, receipt)? {
            self.move_by_receipt(id, number, receipt)
        } else {
            Ok(Noted::Known)
        }
    }

    /// Writes news beside their attempt; false if they are none.
    pub(super) fn write_receipt(
        &self,
        id: MessageId,
        number: u32,
        receipt: &Receipt,
    ) -> Result<bool, Error> {
        let is_final = receipt.state >= ReceiptState::Delivered;
        let changed = self.execute(
            "UPDATE attempts SET receipt = ?3, receipt_code = ?4, receipt_at = ?5,
                    awaits_receipt = iif(?6, 0, awaits_receipt)
             WHERE message = ?1 AND number = ?2 AND coalesce(receipt, 0) < 3 AND coalesce(receipt, 0) < ?3",
            params![
                id.0,
                number,
                receipt.state as i64,
                receipt.code,
                receipt.at.micros(),
                is_final
            ],
        )?;
        Ok(changed > 0)
    }

    /// Moves the message of an attempt to where its receipt says that it is.
    fn move_by_receipt(
        &self,
        id: MessageId,
        number: u32,
        receipt: &Receipt,
    ) -> Result<Noted, Error> {
        let message = self.row(
            "SELECT state, attempts, user, purpose FROM messages WHERE id = ?1",
            [id.0],
            |row| {
                Ok((
                    MessageState::from_number(row.get(0)?),
                    row.get::<_, u32>(1)?,
                    row.get::<_, i64>(2)?,
                    MessagePurpose::from_number(row.get(3)?),
                ))
            },
        )?;
        let Some((Some(before), attempts, user, purpose)) = message else {
            return Ok(Noted::News);
        };
        let Some(after) = before.after(receipt.state, attempts == number) else {
            return Ok(Noted::News);
        };
        self.execute(
            "UPDATE messages SET state = ?2, changed_at = ?3, code = NULL WHERE id = ?1",
            params![id.0, after as i64, self.stamp.now.micros()],
        )?;
        self.moved(id, after, Some(&receipt.provider));
        let is_good = receipt.state <= ReceiptState::Delivered;
        // One that was taken, and then given up, is in the history already.
        let was_told = self.row(
            "SELECT 1 FROM attempts WHERE message = ?1 AND status = 1 LIMIT 1",
            [id.0],
            |_| Ok(()),
        )?;
        let is_told = before.was_taken() || was_told.is_some();
        Ok(match purpose {
            Some(purpose) if is_good && !is_told => Noted::WasSent(user, purpose),
            _ => Noted::News,
        })
    }
}
