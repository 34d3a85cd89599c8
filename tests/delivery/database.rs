//! The `SQLite` file, looked at from outside while the server runs or after it.

use std::{collections::HashSet, fs, time::Duration};

use rusqlite::{Connection, OpenFlags};

use crate::app::App;

/// States of messages.
pub const QUEUED: i64 = 0;
pub const SENDING: i64 = 1;
pub const ACCEPTED: i64 = 2;
pub const FAILED: i64 = 7;
pub const EXPIRED: i64 = 6;
pub const UNKNOWN: i64 = 8;
pub const SUPERSEDED: i64 = 9;

/// A user's phone, as it is stored.
#[derive(Debug)]
pub struct Phone {
    pub number: Option<String>,
    /// The id of the message with the pending code.
    pub pending: Option<i64>,
}

/// A message of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub state: i64,
    pub has_code: bool,
    pub attempts: i64,
}

impl App {
    /// A connection that only reads.
    pub fn database(&self) -> Connection {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(self.path("belfry.db"), flags).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        // Closing the last connection must not change the files that are looked at.
        connection
            .set_db_config(
                rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
                true,
            )
            .unwrap();
        connection.pragma_update(None, "query_only", true).unwrap();
        connection
    }

    /// The phone of a user.
    pub fn stored_phone(&self, user: &str) -> Phone {
        self.database()
            .query_row(
                "SELECT phone, phone_code_id FROM users WHERE id = ?1",
                [user],
                |row| {
                    Ok(Phone {
                        number: row.get(0)?,
                        pending: row.get(1)?,
                    })
                },
            )
            .unwrap()
    }

    /// The newest message to a number.
    pub fn message_to(&self, number: &str) -> Message {
        self.database()
            .query_row(
                "SELECT state, code IS NOT NULL, attempts FROM messages WHERE recipient = ?1
                 ORDER BY id DESC LIMIT 1",
                [number],
                |row| {
                    Ok(Message {
                        state: row.get(0)?,
                        has_code: row.get(1)?,
                        attempts: row.get(2)?,
                    })
                },
            )
            .unwrap()
    }

    /// How many messages wait.
    pub fn queued(&self) -> i64 {
        let sql = "SELECT count(*) FROM messages WHERE state <= 1";
        self.database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }

    /// The numbers of all changes in the history.
    pub fn numbers_in_history(&self) -> HashSet<String> {
        let database = self.database();
        let mut statement = database
            .prepare(
                "SELECT payload ->> 'phone' FROM events WHERE type = 'user.human.phone.changed'",
            )
            .unwrap();
        let numbers = statement.query_map([], |row| row.get(0)).unwrap();
        numbers.map(Result::unwrap).collect()
    }

    /// Expects a whole file in which state, history and outbox agree.
    #[track_caller]
    pub fn expect_consistent(&self) {
        let database = self.database();
        let text = |sql: &str| -> String {
            let first = database.query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0));
            format!("{:?}", first.unwrap())
        };
        assert_eq!(text("PRAGMA integrity_check"), "Text(\"ok\")");
        assert_eq!(
            text("SELECT count(*) FROM pragma_foreign_key_check"),
            "Integer(0)"
        );
        for (fault, sql) in FAULTS {
            assert_eq!(text(sql), "Integer(0)", "{fault}");
        }
    }

    /// The bytes of all files of the database.
    pub fn bytes_of_database(&self) -> Vec<u8> {
        let files = ["belfry.db", "belfry.db-wal", "belfry.db-shm"];
        let read = |name| fs::read(self.path(name)).unwrap_or_default();
        files.map(read).concat()
    }
}

/// What must not be in a database.
const FAULTS: [(&str, &str); 7] = [
    (
        "a history has gaps",
        "SELECT count(*) FROM (SELECT 1 FROM events GROUP BY aggregate_type, aggregate
         HAVING min(sequence) <> 1 OR max(sequence) <> count(*))",
    ),
    (
        "a user is behind or before its history",
        "SELECT count(*) FROM users WHERE sequence IS NOT
         (SELECT max(sequence) FROM events WHERE aggregate_type = 1 AND aggregate = users.row)",
    ),
    (
        "a user's number is not the last of its history",
        "SELECT count(*) FROM users WHERE phone IS NOT NULL AND phone IS NOT
         (SELECT payload ->> 'phone' FROM events WHERE aggregate_type = 1 AND aggregate = users.row
          AND type IN ('user.human.added', 'user.human.phone.changed') ORDER BY sequence DESC LIMIT 1)",
    ),
    (
        "a pending code has no message",
        "SELECT count(*) FROM users WHERE phone_code_id IS NOT NULL AND NOT EXISTS
         (SELECT 1 FROM messages WHERE id = phone_code_id AND user = users.row AND recipient = phone)",
    ),
    (
        "a message that does not wait has an attempt that nobody has ended",
        "SELECT count(*) FROM attempts JOIN messages ON messages.id = attempts.message
         WHERE ended_at IS NULL AND state > 1",
    ),
    (
        "an attempt is counted that is not there",
        "SELECT count(*) FROM messages WHERE attempts <>
         (SELECT count(*) FROM attempts WHERE message = messages.id)",
    ),
    (
        "a message is sent as often as the history says",
        "SELECT (SELECT count(*) FROM messages WHERE state IN (2, 3, 4) OR EXISTS
                 (SELECT 1 FROM attempts WHERE message = messages.id AND status = 1)) <>
         (SELECT count(*) FROM events WHERE type LIKE '%.code.sent')",
    ),
];
