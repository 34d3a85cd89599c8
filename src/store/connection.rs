//! Opens connections with the settings that durability and speed ask for; the r2d2 manager.
//!
//! Settings follow performance.md: WAL, synchronous=FULL, no automatic checkpoint (a checkpoint never
//! runs inside a request), small caches, no memory map.

use std::{
    fs::OpenOptions, io::ErrorKind, os::unix::fs::OpenOptionsExt as _, path::PathBuf,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::sql_functions;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// The writer or the checkpointer.
    Write,
    /// Reads; a statement that writes is refused.
    Read,
}

/// Opens connections to one database file.
#[derive(Clone, Debug)]
pub(super) struct ConnectionManager {
    path: PathBuf,
    busy_timeout: Duration,
}

impl ConnectionManager {
    pub(super) fn new(path: PathBuf, busy_timeout: Duration) -> Self {
        Self { path, busy_timeout }
    }

    /// Makes the file, for its owner alone; `SQLite` gives its log and shared index the same mode.
    pub(super) fn create(&self) -> std::io::Result<()> {
        let mut options = OpenOptions::new();
        // Never opened when it is there: closing it would drop the locks of other connections.
        match options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.path)
        {
            Err(fault) if fault.kind() != ErrorKind::AlreadyExists => Err(fault),
            _ => Ok(()),
        }
    }

    pub(super) fn open(&self, access: Access) -> rusqlite::Result<Connection> {
        // A reader of a WAL database writes to the shared index too, so it opens read-write as well.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(self.busy_timeout)?;
        connection.set_prepared_statement_cache_capacity(128);
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        // A prepared statement keeps its plan. Without this, SQLite plans anew at every binding.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        sql_functions::register(&connection)?;
        match access {
            Access::Write => connection.execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
                 PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;",
            )?,
            Access::Read => connection.execute_batch(
                "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -4096;
                 PRAGMA temp_store = MEMORY;",
            )?,
        }
        Ok(connection)
    }
}

impl r2d2::ManageConnection for ConnectionManager {
    type Connection = Connection;
    type Error = rusqlite::Error;

    fn connect(&self) -> Result<Connection, rusqlite::Error> {
        self.open(Access::Read)
    }

    fn is_valid(&self, connection: &mut Connection) -> Result<(), rusqlite::Error> {
        connection.execute_batch("")
    }

    fn has_broken(&self, _connection: &mut Connection) -> bool {
        false
    }
}
