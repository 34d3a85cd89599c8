//! The table `plugin_providers`: providers of any plugin that the API keeps.

use rusqlite::{Row, params};

use super::{
    provider::{self, Provider},
    transaction::{ReadTx, WriteTx},
};
use crate::error::Error;

/// A provider of a plugin: its id is its name among the providers, its secret its settings as JSON.
pub type PluginProvider = Provider<PluginSettings>;

/// How a plugin is run, apart from its own settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginSettings {
    /// The plugin's name.
    pub plugin: String,
    /// The SHA-256 that its file must have, in hexadecimal.
    pub sha256: Option<String>,
    /// The most bytes of private memory that its process may use.
    pub memory_limit: Option<u64>,
}

impl ReadTx<'_> {
    /// The provider of a name.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn plugin_provider(&self, name: &str) -> Result<Option<PluginProvider>, Error> {
        self.row(&select("WHERE id = ?1"), [name], read)
    }

    /// All providers, in the order in which they were added.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn plugin_providers(&self) -> Result<Vec<PluginProvider>, Error> {
        self.rows(&select("ORDER BY row"), [], read)
    }
}

fn select(which: &str) -> String {
    let columns = provider::COLUMNS;
    format!("SELECT {columns}, plugin, sha256, memory_limit FROM plugin_providers {which}")
}

fn read(row: &Row<'_>) -> rusqlite::Result<PluginProvider> {
    let at = |column: usize| provider::KIND + column;
    let memory_limit: Option<i64> = row.get(at(2))?;
    let settings = PluginSettings {
        plugin: row.get(at(0))?,
        sha256: row.get(at(1))?,
        memory_limit: memory_limit.and_then(|limit| u64::try_from(limit).ok()),
    };
    provider::provider(row, settings)
}

impl WriteTx<'_> {
    /// Keeps a provider, new or changed.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_plugin_provider(&self, provider: &PluginProvider) -> Result<(), Error> {
        self.has_sms_provider.set(true);
        let limit = provider.kind.memory_limit;
        self.execute(
            "INSERT INTO plugin_providers (id, description, is_active, secret, sequence, created_at, changed_at,
                 plugin, sha256, memory_limit)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (id) DO UPDATE SET description = excluded.description, is_active = excluded.is_active,
                 secret = excluded.secret, sequence = excluded.sequence, changed_at = excluded.changed_at,
                 sha256 = excluded.sha256, memory_limit = excluded.memory_limit",
            params![
                provider.id,
                provider.description,
                provider.is_active,
                provider.sealed_secret,
                provider.sequence,
                provider.created_at.micros(),
                provider.changed_at.micros(),
                provider.kind.plugin,
                provider.kind.sha256,
                limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX)),
            ],
        )?;
        Ok(())
    }

    /// Forgets a provider.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_plugin_provider(&self, name: &str) -> Result<(), Error> {
        self.has_sms_provider.set(true);
        self.execute("DELETE FROM plugin_providers WHERE id = ?1", [name])?;
        Ok(())
    }
}
