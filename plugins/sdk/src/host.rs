//! What the server offers to a provider: its log, its clock and its HTTP client (in `http`).

use std::sync::Arc;

use crate::abi;

/// A handle on the server; cheap to clone, usable from any thread while the provider lives.
#[derive(Clone)]
pub struct Host {
    table: *const abi::Host,
    /// Keeps a fake host's table alive; `None` for the real one, which outlives the instance.
    _owner: Option<Arc<dyn Send + Sync>>,
}

// SAFETY: the header promises that host functions may be called from any thread while the instance
// lives, and the table itself is never written to.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}

impl Host {
    /// Wraps the table that `create` got.
    ///
    /// # Safety
    /// `table` is a valid host table for as long as the handle and its clones are used.
    pub(crate) unsafe fn from_raw(table: *const abi::Host) -> Self {
        Self {
            table,
            _owner: None,
        }
    }

    /// A handle that keeps its table alive itself.
    pub(crate) fn of_owner(table: *const abi::Host, owner: Arc<dyn Send + Sync>) -> Self {
        Self {
            table,
            _owner: Some(owner),
        }
    }

    /// The C functions.
    pub(crate) fn table(&self) -> *const abi::Host {
        self.table
    }

    /// Writes a line to the server's log. The server adds the provider's name, cuts at 4 kB, limits
    /// the rate and masks number and code of the calls in progress; still, log neither.
    pub fn log(&self, level: Level, line: impl AsRef<str>) {
        // SAFETY: the table is valid as long as self is (`from_raw`); the text is borrowed for the call.
        unsafe {
            if let Some(log) = (*self.table).log {
                log(self.table, level as i32, abi::Str::new(line.as_ref()));
            }
        }
    }

    /// [`Level::Info`].
    pub fn info(&self, line: impl AsRef<str>) {
        self.log(Level::Info, line);
    }

    /// [`Level::Warn`].
    pub fn warn(&self, line: impl AsRef<str>) {
        self.log(Level::Warn, line);
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, by the server's clock.
    pub fn now_unix_ms(&self) -> i64 {
        // SAFETY: the table is valid as long as self is (`from_raw`).
        unsafe { (*self.table).now_unix_ms.map_or(0, |now| now(self.table)) }
    }
}

/// How loud a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Level {
    /// The operator has to do something.
    Error = abi::log_level::ERROR,
    /// Something is odd.
    Warn = abi::log_level::WARN,
    /// Worth knowing.
    Info = abi::log_level::INFO,
    /// For whoever looks for a fault.
    Debug = abi::log_level::DEBUG,
}

impl Level {
    pub(crate) fn from_raw(level: i32) -> Self {
        match level {
            abi::log_level::ERROR => Self::Error,
            abi::log_level::WARN => Self::Warn,
            abi::log_level::INFO => Self::Info,
            _ => Self::Debug,
        }
    }
}
