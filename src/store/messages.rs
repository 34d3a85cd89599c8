//! The table `messages`: the outbox. Requests insert, the dispatcher reads what is due and records.
//!
//! Each change of a state is noted in the transaction ([`MessageMove`]); who listens is told after the
//! commit.

use rusqlite::{Row, params};

use super::{
    attempts::Ended,
    transaction::{ReadTx, WriteTx},
};
use crate::{
    clock::Timestamp,
    domain::{
        CallStatus, Channel, MessageId, MessagePurpose, MessageState, PhoneNumber, ReceiptState,
        Recipient,
    },
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
    /// How often the providers were gone through.
    pub rounds: u32,
    /// How many attempts nobody knows the outcome of.
    pub unknown_outcomes: u32,
    /// The only provider that may send it.
    pub only_provider: Option<String>,
    /// The message that it sends again.
    pub resend_of: Option<MessageId>,
}

/// A message came into another state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageMove {
    /// Which message.
    pub id: MessageId,
    /// The state that it is in now.
    pub state: MessageState,
    /// When.
    pub at: Timestamp,
    /// The provider of the last attempt, as far as this change knows it.
    pub provider: Option<String>,
}

/// What became of a round: the providers were gone through, or nobody had to be asked.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which message.
    pub id: MessageId,
    /// The row of the user whom it was for.
    pub user: i64,
    /// What it was for.
    pub purpose: MessagePurpose,
    /// How it ended, or when the next round is due.
    pub next: Result<MessageState, Timestamp>,
    /// How many rounds there were by now.
    pub rounds: u32,
    /// The last attempt of the round.
    pub ended: Option<Ended>,
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
            "SELECT id, user, recipient, code, origin, expires_at, rounds, unknown_outcomes,
                    purpose, channel, url_template, application_name, only_provider, resend_of
             FROM messages WHERE id = ?1 AND state = 0",
            [id.0],
            message,
        )
    }

    /// The number that a message went to, or goes to, by SMS.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn sms_recipient(&self, id: MessageId) -> Result<Option<PhoneNumber>, Error> {
        self.row(
            "SELECT recipient FROM messages WHERE id = ?1 AND channel = ?2",
            params![id.0, Channel::Sms as i64],
            |row| row.get(0).map(PhoneNumber::from_normalized),
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
        rounds: row.get(6)?,
        unknown_outcomes: row.get(7)?,
        url_template: row.get(10)?,
        application_name: row.get(11)?,
        only_provider: row.get(12)?,
        resend_of: row.get::<_, Option<i64>>(13)?.map(MessageId),
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
                 origin, expires_at, state, changed_at, due_at, only_provider, resend_of)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?11, ?12, ?13)",
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
                message.only_provider,
                message.resend_of.map(|id| id.0),
            ],
        )?;
        self.moved(message.id, MessageState::Queued, None);
        Ok(())
    }

    /// Notes that a message came into another state, for those who listen.
    pub(super) fn moved(&self, id: MessageId, state: MessageState, provider: Option<&str>) {
        self.moves.borrow_mut().push(MessageMove {
            id,
            state,
            at: self.stamp.now,
            provider: provider.map(str::to_owned),
        });
    }

    /// Records what became of a round; where no attempt can follow, the code is wiped. What a receipt
    /// has ended meanwhile stays ended. True if this tells that the message was sent.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn record(&self, outcome: &Outcome) -> Result<bool, Error> {
        let mut reported = None;
        if let Some(ended) = &outcome.ended {
            let receipt = self.end_attempt(outcome.id, ended)?;
            // What its gateway has said already is more than an answer, or none, can tell.
            let may_be_sent = matches!(ended.status, CallStatus::Ok | CallStatus::OutcomeUnknown);
            reported = receipt.filter(|_| may_be_sent);
        }
        let now = self.stamp.now;
        let is_reported_sent = reported.is_some_and(|receipt| receipt <= ReceiptState::Delivered);
        let (state, due_at) = match (outcome.next, reported) {
            (Ok(_), Some(receipt)) => (receipt.state(), now),
            // It went out after all: no further attempt follows.
            (Err(_), Some(receipt)) if is_reported_sent => (receipt.state(), now),
            (Ok(state), None) => (state, now),
            (Err(due_at), _) => (MessageState::Queued, due_at),
        };
        let provider = outcome.ended.as_ref().map(|ended| ended.provider.as_str());
        let before = self.state_of(outcome.id)?;
        let changed = self.execute(
            "UPDATE messages SET state = ?1, code = iif(?1 = 0, code, NULL), due_at = ?2, rounds = ?3,
                    changed_at = iif(state = ?1, changed_at, ?4)
             WHERE id = ?5 AND state <= 1",
            params![
                state as i64,
                due_at.micros(),
                outcome.rounds,
                now.micros(),
                outcome.id.0,
            ],
        )?;
        if changed > 0 && before != Some(state) {
            self.moved(outcome.id, state, provider);
        }
        let was_taken = outcome
            .ended
            .as_ref()
            .is_some_and(|ended| ended.status == CallStatus::Ok);
        Ok(changed > 0 && (was_taken || is_reported_sent))
    }

    /// Ends messages that are useless since `before`, some thousand at most; tells how many.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn expire_messages(&self, before: Timestamp) -> Result<usize, Error> {
        let ended = self.rows(
            "UPDATE messages SET state = iif(unknown_outcomes > 0, 8, 6), code = NULL, changed_at = ?2
             WHERE id IN (SELECT id FROM messages WHERE state = 0 AND expires_at < ?1 LIMIT 2000)
             RETURNING id, state, provider",
            [before.micros(), self.stamp.now.micros()],
            moved,
        )?;
        Ok(self.tell(ended))
    }

    /// Ends messages whose gateway should have reported by now: those with an id below `before` that
    /// wait for news, some thousand at most. Nobody knows what became of them. Tells how many.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn give_up_receipts(&self, before: i64) -> Result<usize, Error> {
        let late = self.rows(
            "SELECT message, number FROM attempts WHERE awaits_receipt = 1 AND message < ?1
             ORDER BY message LIMIT 2000",
            [before],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
        )?;
        for (message, number) in &late {
            self.execute(
                "UPDATE attempts SET awaits_receipt = 0 WHERE message = ?1 AND number = ?2",
                [message, number],
            )?;
            let ended = self.rows(
                "UPDATE messages SET state = 8, changed_at = ?2
                 WHERE id = ?1 AND state IN (2, 3) AND attempts = ?3 RETURNING id, state, provider",
                [*message, self.stamp.now.micros(), *number],
                moved,
            )?;
            self.tell(ended);
        }
        Ok(late.len())
    }

    /// Forgets messages with an id below `before` that do not wait, some thousand at most; tells how
    /// many went.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_final_messages(&self, before: i64) -> Result<usize, Error> {
        self.execute(
            "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE id < ?1 AND state > 1 LIMIT 2000)",
            [before],
        )
    }

    fn tell(&self, ended: Vec<(MessageId, MessageState, Option<String>)>) -> usize {
        let count = ended.len();
        for (id, state, provider) in ended {
            self.moved(id, state, provider.as_deref());
        }
        count
    }
}

impl ReadTx<'_> {
    /// Where a message is.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(super) fn state_of(&self, id: MessageId) -> Result<Option<MessageState>, Error> {
        let state = self.row("SELECT state FROM messages WHERE id = ?1", [id.0], |row| {
            row.get(0)
        })?;
        Ok(state.and_then(MessageState::from_number))
    }
}

fn moved(row: &Row<'_>) -> rusqlite::Result<(MessageId, MessageState, Option<String>)> {
    let state = MessageState::from_number(row.get(1)?).unwrap_or(MessageState::Unknown);
    Ok((MessageId(row.get(0)?), state, row.get(2)?))
}
