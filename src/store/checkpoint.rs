//! Keeps the write-ahead log short without a pause that a caller would notice (performance.md).
//!
//! A background thread moves pages into the database all the time with PASSIVE checkpoints. Such a
//! checkpoint lets the log start over only while nobody writes, so when the log is long the writer is
//! asked to run one itself between two batches.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use rusqlite::Connection;

use super::{
    connection::{Access, ConnectionManager},
    trouble::Trouble,
};

const INTERVAL: Duration = Duration::from_millis(100);
/// From this many pages on the writer is asked to let the log start over (4 KiB pages: 16 MiB).
const LONG_LOG_PAGES: i64 = 4096;

/// The background thread; dropping it ends it.
pub(super) struct Checkpointer {
    log_is_long: Arc<AtomicBool>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(super) fn start(manager: &ConnectionManager) -> anyhow::Result<Self> {
        let connection = manager.open(Access::Write)?;
        let log_is_long = Arc::new(AtomicBool::new(false));
        let (stop, stopped) = channel();
        let flag = log_is_long.clone();
        let run = move || {
            let trouble = Trouble::new("a checkpoint");
            while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                if passive(&connection, &trouble) > LONG_LOG_PAGES {
                    flag.store(true, Ordering::Relaxed);
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(run)?;
        Ok(Self {
            log_is_long,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Raised when the writer should run a checkpoint between two batches.
    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        self.log_is_long.clone()
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Moves what can be moved without waiting for anybody; tells how many pages the log has.
pub(super) fn passive(connection: &Connection, trouble: &Trouble) -> i64 {
    let pages = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1));
    match pages {
        Ok(pages) => {
            trouble.worked();
            pages
        }
        Err(fault) => {
            trouble.failed(|| fault.to_string());
            0
        }
    }
}
