//! The table `messages`: the outbox. Requests insert, the dispatcher reads what is due and records.

use rusqlite::{Row, params};

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{Channel, MessageId, MessagePurpose, PhoneNumber, Recipient},
    error::Error,
};

/// A message that waits for a provider.
#[derive(Clone, Debug)]
pub struct Message {
    /// The same over all attempts.
    pub id: MessageId,
    /// The row of the user whom it is for.
    pub user: i64,
    /// What it is for.
    pub purpose: MessagePurpose,
    /// Where it goes.
    pub recipient: Recipient,
    /// The code, encrypted (`secrets::Keys::seal`).
    pub sealed_code: Vec<u8>,
    /// Scheme and host of the request that caused it.
    pub origin: String,
    /// A link that the caller words, with variables.
    pub url_template: Option<String>,
    /// The application that the person is invited to.
    pub application_name: Option<String>,
    /// When it is given up.
    pub expires_at: Timestamp,
    /// How many attempts there were.
    pub attempts: u32,
    /// How many of them nobody knows the outcome of.
    pub unknown_outcomes: u32,
}

/// The states of a message that are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// A provider took it.
    Sent = 1,
    /// No provider will ever take it.
    Failed = 2,
    /// It was not sent before it became useless.
    Expired = 3,
    /// A newer code, another number or a verification made it useless.
    Superseded = 4,
}

/// What became of an attempt.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which message.
    pub id: MessageId,
    /// The row of the user whom it was for.
    pub user: i64,
    /// What it was for.
    pub purpose: MessagePurpose,
    /// The final state, or when the next attempt is due.
    pub next: Result<MessageState, Timestamp>,
    /// How many attempts there were by now.
    pub attempts: u32,
    /// How many of them nobody knows the outcome of.
    pub unknown_outcomes: u32,
    /// The provider of the last attempt.
    pub provider: Option<String>,
    /// The provider's id for the message.
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
}

impl ReadTx<'_> {
    /// What is due, longest due first, `limit` at most; includes what is being sent at the moment.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn due_messages(
        &self,
        channel: Channel,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<MessageId>, Error> {
        self.rows(
            "SELECT id FROM messages WHERE state = 0 AND channel = ?1 AND due_at <= ?2
             ORDER BY due_at LIMIT ?3",
            params![
                channel as i64,
                now.micros(),
                i64::try_from(limit).unwrap_or(i64::MAX)
            ],
            |row| row.get(0).map(MessageId),
        )
    }

    /// What waits though it is useless by now, `limit` at most.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn expired_messages(
        &self,
        channel: Channel,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<MessageId>, Error> {
        self.rows(
            "SELECT id FROM messages WHERE state = 0 AND channel = ?1 AND expires_at <= ?2 LIMIT ?3",
            params![
                channel as i64,
                now.micros(),
                i64::try_from(limit).unwrap_or(i64::MAX)
            ],
            |row| row.get(0).map(MessageId),
        )
    }

    /// A message, if it still waits.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn queued_message(&self, id: MessageId) -> Result<Option<Message>, Error> {
        self.row(
            "SELECT id, user, recipient, code, origin, expires_at, attempts, unknown_outcomes,
                    purpose, channel, url_template, application_name
             FROM messages WHERE id = ?1 AND state = 0",
            [id.0],
            message,
        )
    }

    /// When the next message that is not due yet will be.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn next_due(&self, channel: Channel, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        self.row(
            "SELECT min(due_at) FROM messages WHERE state = 0 AND channel = ?1 AND due_at > ?2",
            [channel as i64, now.micros()],
            |row| Ok(row.get::<_, Option<i64>>(0)?.map(Timestamp::from_micros)),
        )
        .map(Option::flatten)
    }

    /// How many messages wait.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn queued_messages(&self, channel: Channel) -> Result<i64, Error> {
        let count = self.row(
            "SELECT count(*) FROM messages WHERE state = 0 AND channel = ?1",
            [channel as i64],
            |row| row.get(0),
        )?;
        Ok(count.unwrap_or(0))
    }
}

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        id: MessageId(row.get(0)?),
        user: row.get(1)?,
        // A purpose that nobody knows fits no pending code, so the message ends as superseded.
        purpose: MessagePurpose::from_number(row.get(8)?).unwrap_or(MessagePurpose::VerifyPhone),
        recipient: if row.get::<_, i64>(9)? == Channel::Email as i64 {
            Recipient::Email(row.get(2)?)
        } else {
            Recipient::Phone(PhoneNumber::from_normalized(row.get(2)?))
        },
        sealed_code: row.get(3)?,
        origin: row.get(4)?,
        expires_at: Timestamp::from_micros(row.get(5)?),
        attempts: row.get(6)?,
        unknown_outcomes: row.get(7)?,
        url_template: row.get(10)?,
        application_name: row.get(11)?,
    })
}

impl WriteTx<'_> {
    /// Leaves a message for the dispatcher, due at once.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn enqueue(&self, message: &Message) -> Result<(), Error> {
        let (channel, recipient) = match &message.recipient {
            Recipient::Phone(number) => (Channel::Sms, number.as_str()),
            Recipient::Email(address) => (Channel::Email, address.as_str()),
        };
        self.insert(
            "INSERT INTO messages (id, user, purpose, channel, recipient, code, url_template, application_name,
                 origin, expires_at, state, attempts, due_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, 0, ?11)",
            params![
                message.id.0,
                message.user,
                message.purpose as i64,
                channel as i64,
                recipient,
                message.sealed_code,
                message.url_template,
                message.application_name,
                message.origin,
                message.expires_at.micros(),
                self.stamp.now.micros(),
            ],
        )?;
        self.has_message.set(true);
        Ok(())
    }

    /// Records what became of an attempt; a final state wipes the code. A message that is final stays
    /// so: then nothing changes and the answer is false.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn record(&self, outcome: &Outcome) -> Result<bool, Error> {
        let (state, due_at) = match outcome.next {
            Ok(state) => (state as i64, self.stamp.now),
            Err(due_at) => (0, due_at),
        };
        let changed = self.execute(
            "UPDATE messages SET state = ?1, code = iif(?1 = 0, code, NULL), due_at = ?2, attempts = ?3,
                    provider = ?4, provider_id = ?5, provider_code = ?6, detail = ?7, unknown_outcomes = ?8,
                    segments = ?10, price = ?11, is_checked_by_provider = ?12
             WHERE id = ?9 AND state = 0",
            params![
                state,
                due_at.micros(),
                outcome.attempts,
                outcome.provider,
                outcome.provider_id,
                outcome.provider_code,
                outcome.detail,
                outcome.unknown_outcomes,
                outcome.id.0,
                outcome.segments,
                outcome.price,
                outcome.is_checked_by_provider,
            ],
        )?;
        Ok(changed > 0)
    }

    /// Ends messages that are useless since `before`, some thousand at most; tells how many.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn expire_messages(&self, before: Timestamp) -> Result<usize, Error> {
        self.execute(
            "UPDATE messages SET state = 3, code = NULL WHERE id IN
                 (SELECT id FROM messages WHERE state = 0 AND expires_at < ?1 LIMIT 2000)",
            [before.micros()],
        )
    }

    /// Forgets final messages with an id below `before`, some thousand at most; tells how many went.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_final_messages(&self, before: i64) -> Result<usize, Error> {
        self.execute(
            "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE id < ?1 AND state <> 0 LIMIT 2000)",
            [before],
        )
    }
}
