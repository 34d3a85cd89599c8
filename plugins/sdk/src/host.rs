//! What the server offers to a provider: its log and its clock.

use std::{ffi::c_void, sync::Arc};

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
    fn from_raw(level: i32) -> Self {
        match level {
            abi::log_level::ERROR => Self::Error,
            abi::log_level::WARN => Self::Warn,
            abi::log_level::INFO => Self::Info,
            _ => Self::Debug,
        }
    }
}

/// A host for unit tests: it keeps the log lines and has a clock that stands still.
///
/// It goes through the same C table as the real one.
pub struct FakeHost(Arc<Fake>);

struct Fake {
    table: abi::Host,
    lines: std::sync::Mutex<Vec<(Level, String)>>,
    now_unix_ms: i64,
}

// SAFETY: `table.context` points at the `Fake` itself, whose only changing part is behind a mutex.
unsafe impl Send for Fake {}
// SAFETY: as above.
unsafe impl Sync for Fake {}

impl FakeHost {
    /// A host whose clock says `now_unix_ms`.
    pub fn at(now_unix_ms: i64) -> Self {
        Self(Arc::new_cyclic(|own: &std::sync::Weak<Fake>| Fake {
            table: abi::Host {
                magic: abi::MAGIC,
                abi_major: abi::ABI_MAJOR,
                abi_minor: abi::ABI_MINOR,
                struct_size: size_of::<abi::Host>() as u32,
                context: own.as_ptr().cast_mut().cast::<c_void>(),
                log: Some(fake_log),
                now_unix_ms: Some(fake_now),
                http: None,
            },
            lines: std::sync::Mutex::default(),
            now_unix_ms,
        }))
    }

    /// What a provider gets in [`create`](crate::Provider::create).
    pub fn host(&self) -> Host {
        Host {
            table: &raw const self.0.table,
            _owner: Some(self.0.clone()),
        }
    }

    /// The table of C functions, for whoever calls a plugin's table directly.
    #[cfg(test)]
    pub(crate) fn table(&self) -> *const abi::Host {
        &raw const self.0.table
    }

    /// The lines logged so far.
    pub fn lines(&self) -> Vec<(Level, String)> {
        match self.0.lines.lock() {
            Ok(lines) => lines.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }
}

impl Default for FakeHost {
    fn default() -> Self {
        Self::at(1_700_000_000_000)
    }
}

unsafe extern "C" fn fake_log(host: *const abi::Host, level: i32, line: abi::Str) {
    // SAFETY: `host` is the table inside a `Fake` that the calling `Host` keeps alive, and `line` is
    // valid UTF-8 for the length of the call.
    let (fake, line) = unsafe { (&*(*host).context.cast::<Fake>(), crate::text(line)) };
    if let Ok(mut lines) = fake.lines.lock() {
        lines.push((Level::from_raw(level), line.to_owned()));
    }
}

unsafe extern "C" fn fake_now(host: *const abi::Host) -> i64 {
    // SAFETY: as in `fake_log`.
    unsafe { (*(*host).context.cast::<Fake>()).now_unix_ms }
}
