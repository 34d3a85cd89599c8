//! The tables `machine_keys` and `machine_secrets`: with what machines ask for access tokens.

use rusqlite::{Row, params};

use super::transaction::{ReadTx, WriteTx};
use crate::{clock::Timestamp, domain::Aggregate, error::Error};

/// A key to be kept.
#[derive(Clone, Debug)]
pub struct NewMachineKey {
    /// Its id.
    pub id: String,
    /// The public part, in PEM.
    pub public_key: String,
    /// When it stops being good.
    pub expires_at: Timestamp,
}

/// A key with which a machine may ask for tokens.
#[derive(Clone, Debug)]
pub struct MachineKey {
    /// The id of the machine.
    pub user_id: String,
    /// The public part, in PEM.
    pub public_key: String,
    /// When it stops being good.
    pub expires_at: Timestamp,
}

impl ReadTx<'_> {
    /// The key with that id, whoever's it is.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn machine_key(&self, key_id: &str) -> Result<Option<MachineKey>, Error> {
        self.row(
            "SELECT u.id, k.public_key, k.expires_at
             FROM machine_keys k JOIN users u ON u.row = k.user
             WHERE k.id = ?1",
            [key_id],
            |row: &Row<'_>| {
                Ok(MachineKey {
                    user_id: row.get(0)?,
                    public_key: row.get(1)?,
                    expires_at: Timestamp::from_micros(row.get(2)?),
                })
            },
        )
    }

    /// The hash of a machine's client secret (`secrets::hash_token`).
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn machine_secret(&self, user: i64) -> Result<Option<[u8; 32]>, Error> {
        self.row(
            "SELECT hash FROM machine_secrets WHERE user = ?1",
            [user],
            |row| row.get(0),
        )
    }
}

impl WriteTx<'_> {
    /// Keeps a key of a machine, and writes the event.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_machine_key(
        &self,
        user: &mut Aggregate,
        key: &NewMachineKey,
    ) -> Result<(), Error> {
        self.save_user_events(user)?;
        self.insert(
            "INSERT INTO machine_keys (id, user, public_key, expires_at, sequence, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                key.id,
                user.row,
                key.public_key,
                key.expires_at.micros(),
                user.sequence,
                user.changed_at.micros()
            ],
        )?;
        Ok(())
    }

    /// Forgets a key of a machine; false if the machine has none with that id.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_machine_key(&self, user: i64, key_id: &str) -> Result<bool, Error> {
        let deleted = self.execute(
            "DELETE FROM machine_keys WHERE id = ?1 AND user = ?2",
            params![key_id, user],
        )?;
        Ok(deleted > 0)
    }

    /// Keeps the hash of a machine's new client secret in place of the one before, and writes the event.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_machine_secret(&self, user: &mut Aggregate, hash: &[u8; 32]) -> Result<(), Error> {
        self.save_user_events(user)?;
        self.execute(
            "INSERT OR REPLACE INTO machine_secrets (user, hash, created_at) VALUES (?1, ?2, ?3)",
            params![user.row, hash, user.changed_at.micros()],
        )?;
        Ok(())
    }

    /// Forgets a machine's client secret, and writes the event.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_machine_secret(&self, user: &mut Aggregate) -> Result<(), Error> {
        self.save_user_events(user)?;
        self.execute("DELETE FROM machine_secrets WHERE user = ?1", [user.row])?;
        Ok(())
    }
}
