//! Finds messages and their attempts, and counts them: what operators ask the outbox.
//!
//! Without a user or a state of trouble a search walks from the newest message on, as far as the page
//! and the total need: some 100 ms for a million messages. Called by `api::messages`.

use rusqlite::{Row, params};

use super::{
    transaction::{ReadTx, WriteTx},
    user_conditions::Sql,
};
use crate::{
    clock::Timestamp,
    domain::{
        CallStatus, Channel, Comparison, List, MessageId, MessagePurpose, MessageState, Page,
        ReceiptState,
    },
    error::Error,
    ids,
};

/// A search for messages. What is given must hold.
#[derive(Clone, Debug)]
pub struct MessageSearch {
    /// One of these; empty is any.
    pub states: Vec<MessageState>,
    /// The way it goes.
    pub channel: Option<Channel>,
    /// What it is for.
    pub purpose: Option<MessagePurpose>,
    /// The id of its user.
    pub user: Option<String>,
    /// The id of the organization of its user.
    pub organization: Option<String>,
    /// The provider of its last attempt.
    pub provider: Option<String>,
    /// How its recipient begins.
    pub recipient_prefix: Option<String>,
    /// When it was made.
    pub made: Made,
    /// Which part is wanted; the newest first unless ascending.
    pub page: Page,
}

/// When messages were made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Made {
    /// At this time or later.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub before: Option<Timestamp>,
}

/// A message as operators see it.
#[derive(Clone, Debug)]
pub struct FoundMessage {
    /// Its id.
    pub id: MessageId,
    /// The id of its user.
    pub user: String,
    /// The id of the organization of its user.
    pub organization: String,
    /// The way it goes.
    pub channel: Channel,
    /// What it is for.
    pub purpose: MessagePurpose,
    /// Where it goes.
    pub recipient: String,
    /// Where it is.
    pub state: MessageState,
    /// Since when.
    pub changed_at: Timestamp,
    /// When it is given up.
    pub expires_at: Timestamp,
    /// When the next attempt is due.
    pub due_at: Timestamp,
    /// How often a provider was asked.
    pub attempts: u32,
    /// How many of these attempts nobody knows the outcome of.
    pub unknown_outcomes: u32,
    /// The provider of the last attempt; empty before the first.
    pub provider: String,
    /// The only provider that may send it; empty if the routes decide.
    pub only_provider: String,
    /// The message that it sends again.
    pub resend_of: Option<MessageId>,
    /// How many SMS the attempts took that a provider accepted.
    pub segments: u32,
    /// What the last attempt came to, and what it cost.
    pub last: Option<(CallStatus, String)>,
}

/// An attempt as operators see it.
#[derive(Clone, Debug)]
pub struct FoundAttempt {
    /// Counts from 1.
    pub number: u32,
    /// Who was asked.
    pub provider: String,
    /// The route that chose the provider; may be empty.
    pub route: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What it came to.
    pub status: Option<CallStatus>,
    /// The provider's name for it; may be empty.
    pub provider_id: String,
    /// The provider's own code; may be empty.
    pub provider_code: String,
    /// A reason for operators; may be empty.
    pub detail: String,
    /// How many SMS it took.
    pub segments: u32,
    /// What it cost; may be empty.
    pub price: String,
    /// Whether the provider made the code and checks it.
    pub is_checked_by_provider: bool,
    /// What the gateway reported, its own code for it, and when it happened.
    pub receipt: Option<(ReceiptState, String, Option<Timestamp>)>,
}

/// How many messages are in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageCount {
    /// The way they go.
    pub channel: Channel,
    /// The provider of the last attempt; empty before the first.
    pub provider: String,
    /// The state.
    pub state: MessageState,
    /// How many.
    pub count: u64,
}

const COLUMNS: &str = "m.id, u.id, o.id, m.channel, m.purpose, m.recipient, m.state, m.changed_at, m.expires_at,
     m.due_at, m.attempts, m.unknown_outcomes, coalesce(m.provider, ''), coalesce(m.only_provider, ''), m.resend_of,
     (SELECT coalesce(sum(a.segments), 0) FROM attempts a WHERE a.message = m.id AND a.status = 1),
     l.status, coalesce(l.price, '')";
const TABLES: &str = "FROM messages m JOIN users u ON u.row = m.user JOIN orgs o ON o.row = u.org";
const LAST: &str = "LEFT JOIN attempts l ON l.message = m.id AND l.number = m.attempts";

impl ReadTx<'_> {
    /// The messages that a search finds.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn search_messages(&self, search: &MessageSearch) -> Result<List<FoundMessage>, Error> {
        let direction = if search.page.is_ascending {
            "ASC"
        } else {
            "DESC"
        };
        let mut sql = Sql::default();
        sql.push(&format!("SELECT {COLUMNS} {TABLES} {LAST} WHERE "));
        write_where(&mut sql, search);
        sql.push(&format!(" ORDER BY m.id {direction}"));
        sql.page(search.page);
        let items = self.select(&sql, found_message)?;

        let needs_user = search.user.is_some() || search.organization.is_some();
        let tables = if needs_user {
            TABLES
        } else {
            "FROM messages m"
        };
        let mut sql = Sql::default();
        sql.push(&format!("SELECT count(*) {tables} WHERE "));
        write_where(&mut sql, search);
        Ok(List {
            items,
            total: self.count(&sql)?,
            as_of: self.as_of()?,
        })
    }

    /// A message.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn found_message(&self, id: MessageId) -> Result<Option<FoundMessage>, Error> {
        let query = format!("SELECT {COLUMNS} {TABLES} {LAST} WHERE m.id = ?1");
        self.row(&query, [id.0], found_message)
    }

    /// The attempts of a message, in order.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn attempts(&self, message: MessageId) -> Result<Vec<FoundAttempt>, Error> {
        self.rows(
            "SELECT number, provider, coalesce(route, ''), started_at, ended_at, status, coalesce(provider_id, ''),
                    coalesce(provider_code, ''), coalesce(detail, ''), coalesce(segments, 0), coalesce(price, ''),
                    is_checked_by_provider, receipt, coalesce(receipt_code, ''), receipt_at
             FROM attempts WHERE message = ?1 ORDER BY number",
            [message.0],
            found_attempt,
        )
    }

    /// How many messages there are by channel, provider and state.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_messages(&self, made: Made) -> Result<Vec<MessageCount>, Error> {
        let mut sql = Sql::default();
        sql.push("SELECT channel, coalesce(provider, ''), state, count(*) FROM messages m WHERE ");
        write_made(&mut sql, made);
        sql.push(" GROUP BY channel, provider, state ORDER BY 1, 2, 3");
        self.select(&sql, |row| {
            Ok(MessageCount {
                channel: channel(row.get(0)?),
                provider: row.get(1)?,
                state: MessageState::from_number(row.get(2)?).unwrap_or(MessageState::Unknown),
                count: row.get::<_, i64>(3)?.unsigned_abs(),
            })
        })
    }
}

impl WriteTx<'_> {
    /// Makes a message that waits due at once, through that provider only, or through whom the routes choose.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn hurry_message(&self, id: MessageId, provider: Option<&str>) -> Result<(), Error> {
        self.execute(
            "UPDATE messages SET due_at = ?2, only_provider = ?3 WHERE id = ?1 AND state = 0",
            params![id.0, self.stamp.now.micros(), provider],
        )?;
        self.wakes_delivery.set(true);
        Ok(())
    }
}

fn write_where(sql: &mut Sql, search: &MessageSearch) {
    write_made(sql, search.made);
    if !search.states.is_empty() {
        let states: Vec<_> = search.states.iter().map(|state| *state as i64).collect();
        let list: Vec<_> = states.iter().map(i64::to_string).collect();
        sql.push(&format!(" AND m.state IN ({})", list.join(", ")));
        if states.iter().all(|state| (5..=8).contains(state)) {
            // What the index of trouble is of, word for word.
            sql.push(" AND m.state BETWEEN 5 AND 8");
        }
    }
    if let Some(channel) = search.channel {
        sql.push(" AND m.channel = ").bind(channel as i64);
    }
    if let Some(purpose) = search.purpose {
        sql.push(" AND m.purpose = ").bind(purpose as i64);
    }
    if let Some(user) = &search.user {
        sql.push(" AND m.user = (SELECT row FROM users WHERE id = ")
            .bind(user.clone())
            .push(")");
    }
    if let Some(organization) = &search.organization {
        sql.push(" AND o.id = ").bind(organization.clone());
    }
    if let Some(provider) = &search.provider {
        sql.push(" AND m.provider = ").bind(provider.clone());
    }
    if let Some(prefix) = &search.recipient_prefix {
        sql.push(" AND ")
            .text_matches("m.recipient", Comparison::StartsWith, prefix);
    }
}

fn write_made(sql: &mut Sql, made: Made) {
    let from = made.from.map_or(0, ids::first_id_at);
    let before = made.before.map_or(i64::MAX, ids::first_id_at);
    sql.push("m.id >= ").bind(from);
    sql.push(" AND m.id < ").bind(before);
}

fn channel(number: i64) -> Channel {
    match number {
        2 => Channel::Email,
        _ => Channel::Sms,
    }
}

fn status(number: Option<i64>) -> Option<CallStatus> {
    number.and_then(CallStatus::from_number)
}

fn found_message(row: &Row<'_>) -> rusqlite::Result<FoundMessage> {
    let price: String = row.get(17)?;
    Ok(FoundMessage {
        id: MessageId(row.get(0)?),
        user: row.get(1)?,
        organization: row.get(2)?,
        channel: channel(row.get(3)?),
        purpose: MessagePurpose::from_number(row.get(4)?).unwrap_or(MessagePurpose::VerifyPhone),
        recipient: row.get(5)?,
        state: MessageState::from_number(row.get(6)?).unwrap_or(MessageState::Unknown),
        changed_at: Timestamp::from_micros(row.get(7)?),
        expires_at: Timestamp::from_micros(row.get(8)?),
        due_at: Timestamp::from_micros(row.get(9)?),
        attempts: row.get(10)?,
        unknown_outcomes: row.get(11)?,
        provider: row.get(12)?,
        only_provider: row.get(13)?,
        resend_of: row.get::<_, Option<i64>>(14)?.map(MessageId),
        segments: row.get(15)?,
        last: status(row.get(16)?).map(|status| (status, price)),
    })
}

fn found_attempt(row: &Row<'_>) -> rusqlite::Result<FoundAttempt> {
    let time = |micros: Option<i64>| micros.map(Timestamp::from_micros);
    let receipt_code: String = row.get(13)?;
    let receipt_at = time(row.get(14)?);
    Ok(FoundAttempt {
        number: row.get(0)?,
        provider: row.get(1)?,
        route: row.get(2)?,
        started_at: Timestamp::from_micros(row.get(3)?),
        ended_at: time(row.get(4)?),
        status: status(row.get(5)?),
        provider_id: row.get(6)?,
        provider_code: row.get(7)?,
        detail: row.get(8)?,
        segments: row.get(9)?,
        price: row.get(10)?,
        is_checked_by_provider: row.get(11)?,
        receipt: row
            .get::<_, Option<i64>>(12)?
            .and_then(ReceiptState::from_number)
            .map(|state| (state, receipt_code, receipt_at)),
    })
}
