//! What a read or a change may do: [`ReadTx`] looks rows up, [`WriteTx`] changes them too.
//!
//! The methods stand beside their tables in the other files of this folder. Storage errors become
//! domain errors here, at the store's edge.

use std::{
    cell::{Cell, RefCell},
    ops::Deref,
};

use rusqlite::{Connection, ErrorCode, Params, Row};

use super::messages::MessageMove;
use crate::{clock::Timestamp, error::Error};

/// When a change happens and who makes it.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The time of its events.
    pub now: Timestamp,
    /// The id of the user who makes it, or the name of a service.
    pub editor: String,
    /// The id of the user who acts as the editor, if it is not the editor itself.
    pub actor: Option<String>,
}

/// How a change ends when it does not succeed.
#[derive(Debug)]
pub enum Refusal {
    /// Nothing of it is kept.
    Rollback(Error),
    /// What it wrote is kept, such as a counted wrong try, and the caller gets the error.
    Keep(Error),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Rollback(error.into())
    }
}

/// A consistent view of the database.
pub struct ReadTx<'c> {
    pub(super) connection: &'c Connection,
}

/// A change in the making; reads see what it wrote.
pub struct WriteTx<'c> {
    read: ReadTx<'c>,
    /// When and by whom.
    pub stamp: Stamp,
    pub(super) moves: RefCell<Vec<MessageMove>>,
    /// Whether what waits should be looked at again, though nothing moved.
    pub(super) wakes_delivery: Cell<bool>,
    pub(super) has_sms_provider: Cell<bool>,
}

impl<'c> WriteTx<'c> {
    pub(super) fn new(connection: &'c Connection, stamp: Stamp) -> Self {
        Self {
            read: ReadTx { connection },
            stamp,
            moves: RefCell::default(),
            wakes_delivery: Cell::new(false),
            has_sms_provider: Cell::new(false),
        }
    }

    /// Runs one statement and tells how many rows it changed.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<usize, Error> {
        let mut statement = self.connection.prepare_cached(sql).map_err(storage)?;
        statement.execute(params).map_err(storage)
    }

    /// Inserts one row and tells its key.
    pub(super) fn insert(&self, sql: &str, params: impl Params) -> Result<i64, Error> {
        let mut statement = self.connection.prepare_cached(sql).map_err(storage)?;
        statement.insert(params).map_err(storage)
    }
}

impl<'c> Deref for WriteTx<'c> {
    type Target = ReadTx<'c>;

    fn deref(&self) -> &ReadTx<'c> {
        &self.read
    }
}

impl ReadTx<'_> {
    /// The one row of a query, if there is one.
    pub(super) fn row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Error> {
        let mut statement = self.connection.prepare_cached(sql).map_err(storage)?;
        let mut rows = statement.query(params).map_err(storage)?;
        match rows.next().map_err(storage)? {
            Some(row) => read(row).map(Some).map_err(storage),
            None => Ok(None),
        }
    }

    /// All rows of a query.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let mut statement = self.connection.prepare_cached(sql).map_err(storage)?;
        let rows = statement.query_map(params, read).map_err(storage)?;
        rows.collect::<rusqlite::Result<_>>().map_err(storage)
    }

    /// Reads something, so that a database that cannot be read shows.
    pub(super) fn ping(&self) -> Result<(), Error> {
        self.row("SELECT count(*) FROM instance", [], |row| {
            row.get::<_, i64>(0)
        })
        .map(drop)
    }
}

/// Runs a read over one snapshot.
pub(super) fn read<T>(
    connection: &Connection,
    read: impl FnOnce(&ReadTx<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let snapshot = Snapshot::begin(connection).map_err(storage)?;
    read(&ReadTx {
        connection: snapshot.0,
    })
}

/// A transaction that only reads; dropping it ends it. Unlike rusqlite's own it begins and ends with
/// statements that stay prepared.
struct Snapshot<'c>(&'c Connection);

impl<'c> Snapshot<'c> {
    fn begin(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Self(connection))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let ended = self
            .0
            .prepare_cached("COMMIT")
            .and_then(|mut statement| statement.execute([]));
        if let Err(fault) = ended {
            log::warn!("a read did not end: {fault}");
        }
        // Otherwise every later read on this connection would fail to begin.
        if !self.0.is_autocommit()
            && let Err(fault) = self.0.execute_batch("ROLLBACK")
        {
            log::warn!("a read could not be rolled back: {fault}");
        }
    }
}

/// The error for a failed statement: the state of the disk or the lock is told, SQL never.
pub(super) fn storage(fault: rusqlite::Error) -> Error {
    match fault.sqlite_error_code() {
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked,
        ) => unavailable(fault),
        _ => Error::internal(fault),
    }
}

pub(super) fn unavailable(fault: rusqlite::Error) -> Error {
    let text = match fault.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk of the database is full",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "the database is locked by another process"
        }
        _ => "the database cannot be read or written at the moment",
    };
    Error::unavailable(text).because(fault)
}
