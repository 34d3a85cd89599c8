//! The table `user_codes`: pending codes other than the phone's, at most one for each purpose.

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{CodeHash, CodePurpose, MessageId, PendingCode},
    error::Error,
};

impl ReadTx<'_> {
    /// The code that a user is expected to send back for a purpose.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn pending_code(
        &self,
        user: i64,
        purpose: CodePurpose,
    ) -> Result<Option<PendingCode>, Error> {
        self.row(
            "SELECT id, hash, expires_at, wrong_tries FROM user_codes WHERE user = ?1 AND purpose = ?2",
            params![user, purpose as i64],
            |row| {
                Ok(PendingCode {
                    id: MessageId(row.get(0)?),
                    hash: CodeHash(row.get(1)?),
                    expires_at: row.get::<_, Option<i64>>(2)?.map(Timestamp::from_micros),
                    wrong_tries: row.get(3)?,
                    sealed: None,
                })
            },
        )
    }
}

impl WriteTx<'_> {
    /// Keeps a code in place of the one before for the same purpose, or its counter.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_code(
        &self,
        user: i64,
        purpose: CodePurpose,
        code: &PendingCode,
    ) -> Result<(), Error> {
        self.execute(
            "INSERT OR REPLACE INTO user_codes (user, purpose, id, hash, expires_at, wrong_tries)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                user,
                purpose as i64,
                code.id.0,
                code.hash.0,
                code.expires_at.map(Timestamp::micros),
                code.wrong_tries,
            ],
        )?;
        Ok(())
    }

    /// Forgets the code for a purpose.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_code(&self, user: i64, purpose: CodePurpose) -> Result<(), Error> {
        self.execute(
            "DELETE FROM user_codes WHERE user = ?1 AND purpose = ?2",
            params![user, purpose as i64],
        )?;
        Ok(())
    }
}
