//! The table `message_texts`: how organizations and the instance word messages themselves.

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{MessageText, MessageType, TextKey},
    error::Error,
};

/// The `org` of texts of the instance itself.
pub const INSTANCE_TEXTS: i64 = 0;

impl ReadTx<'_> {
    /// What an organization, or the instance, words of a message in a language; empty if nothing.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn message_text(
        &self,
        org: i64,
        message: MessageType,
        language: &str,
    ) -> Result<MessageText, Error> {
        let parts: Vec<(String, String)> = self.rows(
            "SELECT key, text FROM message_texts WHERE org = ?1 AND type = ?2 AND language = ?3",
            params![org, message.name(), language],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let mut text = MessageText::default();
        for (name, part) in parts {
            if let Some(key) = TextKey::ALL.into_iter().find(|key| key.name() == name) {
                text.set(key, part);
            }
        }
        Ok(text)
    }

    /// Since when, and until when, the wording of a message in a language was worked on; `None` if there
    /// is none.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn message_text_history(
        &self,
        org: i64,
        message: MessageType,
        language: &str,
    ) -> Result<Option<TextHistory>, Error> {
        let history = self.row(
            "SELECT max(sequence), min(created_at), max(changed_at) FROM message_texts
             WHERE org = ?1 AND type = ?2 AND language = ?3 HAVING count(*) > 0",
            params![org, message.name(), language],
            |row| {
                Ok(TextHistory {
                    sequence: row.get(0)?,
                    created_at: Timestamp::from_micros(row.get(1)?),
                    changed_at: Timestamp::from_micros(row.get(2)?),
                })
            },
        )?;
        Ok(history)
    }
}

/// When a wording was worked on.
#[derive(Clone, Copy, Debug)]
pub struct TextHistory {
    /// The sequence of the last event about it.
    pub sequence: i64,
    /// When its oldest part was worded.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

impl WriteTx<'_> {
    /// Words a part of a message; an empty text takes the wording away. `sequence` is that of the event
    /// that tells of it, in the history of the organization or the instance.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_message_text(
        &self,
        org: i64,
        message: MessageType,
        language: &str,
        (key, text): (TextKey, &str),
        sequence: i64,
    ) -> Result<(), Error> {
        if text.is_empty() {
            self.execute(
                "DELETE FROM message_texts WHERE org = ?1 AND type = ?2 AND language = ?3 AND key = ?4",
                params![org, message.name(), language, key.name()],
            )?;
        } else {
            self.execute(
                "INSERT INTO message_texts (org, type, language, key, text, sequence, created_at, changed_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
                 ON CONFLICT DO UPDATE SET text = excluded.text, sequence = excluded.sequence,
                     changed_at = excluded.changed_at",
                params![
                    org,
                    message.name(),
                    language,
                    key.name(),
                    text,
                    sequence,
                    self.stamp.now.micros()
                ],
            )?;
        }
        Ok(())
    }

    /// Takes the whole wording of a message in a language away.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_message_text(
        &self,
        org: i64,
        message: MessageType,
        language: &str,
    ) -> Result<(), Error> {
        self.execute(
            "DELETE FROM message_texts WHERE org = ?1 AND type = ?2 AND language = ?3",
            params![org, message.name(), language],
        )?;
        Ok(())
    }
}
