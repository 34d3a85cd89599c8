//! The table `signing_keys`: the pairs of keys with which this server signs JWTs.

use rusqlite::{Row, params};

use super::transaction::{ReadTx, WriteTx};
use crate::{clock::Timestamp, error::Error};

/// A pair of keys.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// Its id in the key set.
    pub id: String,
    /// The private part, sealed (`secrets::Keys::seal_setting`).
    pub private_key: Vec<u8>,
    /// The public part.
    pub public_key: Vec<u8>,
    /// From when on it signs.
    pub signs_from: Timestamp,
}

impl ReadTx<'_> {
    /// All pairs, the newest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn signing_keys(&self) -> Result<Vec<SigningKey>, Error> {
        self.rows(
            "SELECT id, private_key, public_key, signs_from FROM signing_keys ORDER BY signs_from DESC",
            [],
            |row: &Row<'_>| {
                Ok(SigningKey {
                    id: row.get(0)?,
                    private_key: row.get(1)?,
                    public_key: row.get(2)?,
                    signs_from: Timestamp::from_micros(row.get(3)?),
                })
            },
        )
    }
}

impl WriteTx<'_> {
    /// Keeps a new pair.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_signing_key(&self, key: &SigningKey) -> Result<(), Error> {
        self.insert(
            "INSERT INTO signing_keys (id, private_key, public_key, signs_from) VALUES (?1, ?2, ?3, ?4)",
            params![
                key.id,
                key.private_key,
                key.public_key,
                key.signs_from.micros()
            ],
        )?;
        Ok(())
    }

    /// Forgets a pair: what it signed can no longer be verified.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_signing_key(&self, id: &str) -> Result<(), Error> {
        self.execute("DELETE FROM signing_keys WHERE id = ?1", [id])?;
        Ok(())
    }
}
