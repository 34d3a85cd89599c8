//! The table `message_texts`: how organizations and the instance word messages themselves.

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{
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
}

impl WriteTx<'_> {
    /// Words a part of a message; an empty text takes the wording away.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_message_text(
        &self,
        org: i64,
        message: MessageType,
        language: &str,
        key: TextKey,
        text: &str,
    ) -> Result<(), Error> {
        if text.is_empty() {
            self.execute(
                "DELETE FROM message_texts WHERE org = ?1 AND type = ?2 AND language = ?3 AND key = ?4",
                params![org, message.name(), language, key.name()],
            )?;
        } else {
            self.execute(
                "INSERT OR REPLACE INTO message_texts (org, type, language, key, text)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![org, message.name(), language, key.name(), text],
            )?;
        }
        Ok(())
    }
}
