//! The table `secret_generators`: how codes and secrets are made, where that was changed.

use std::time::Duration;

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{GeneratorType, SecretGenerator},
    error::Error,
};

/// A generator that was changed.
#[derive(Clone, Debug)]
pub struct StoredGenerator {
    /// Of which kind.
    pub kind: GeneratorType,
    /// How codes are made.
    pub generator: SecretGenerator,
    /// The sequence of the instance's event that last changed it.
    pub sequence: i64,
    /// When it was first changed.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

impl ReadTx<'_> {
    /// The generators that were changed.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn secret_generators(&self) -> Result<Vec<StoredGenerator>, Error> {
        let rows = self.rows(
            "SELECT type, length, expiry, lower_letters, upper_letters, digits, symbols, sequence,
                    created_at, changed_at
             FROM secret_generators ORDER BY type",
            [],
            |row| {
                let expiry = u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0);
                let generator = SecretGenerator {
                    length: row.get(1)?,
                    expiry: (expiry > 0).then(|| Duration::from_micros(expiry)),
                    lower_letters: row.get(3)?,
                    upper_letters: row.get(4)?,
                    digits: row.get(5)?,
                    symbols: row.get(6)?,
                };
                let kind = GeneratorType::from_number(row.get(0)?);
                let (sequence, created_at, changed_at) = (row.get(7)?, row.get(8)?, row.get(9)?);
                Ok(kind.map(|kind| StoredGenerator {
                    kind,
                    generator,
                    sequence,
                    created_at: Timestamp::from_micros(created_at),
                    changed_at: Timestamp::from_micros(changed_at),
                }))
            },
        )?;
        Ok(rows.into_iter().flatten().collect())
    }
}

impl WriteTx<'_> {
    /// Keeps how a kind of code is made; `sequence` is that of the event that says so.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_secret_generator(
        &self,
        kind: GeneratorType,
        generator: &SecretGenerator,
        sequence: i64,
    ) -> Result<(), Error> {
        let expiry = generator.expiry.unwrap_or_default().as_micros();
        self.execute(
            "INSERT INTO secret_generators (type, length, expiry, lower_letters, upper_letters, digits, symbols,
                 sequence, created_at, changed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
             ON CONFLICT (type) DO UPDATE SET length = excluded.length, expiry = excluded.expiry,
                 lower_letters = excluded.lower_letters, upper_letters = excluded.upper_letters,
                 digits = excluded.digits, symbols = excluded.symbols, sequence = excluded.sequence,
                 changed_at = excluded.changed_at",
            params![
                kind as i64,
                generator.length,
                i64::try_from(expiry).unwrap_or(i64::MAX),
                generator.lower_letters,
                generator.upper_letters,
                generator.digits,
                generator.symbols,
                sequence,
                self.stamp.now.micros(),
            ],
        )?;
        Ok(())
    }
}
