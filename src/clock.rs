//! Time as data: instants are microseconds since the Unix epoch, UTC, and come from one [`Clock`].
//!
//! Nothing else reads the wall clock, so that a test can move it: in debug builds the environment
//! variable `BELFRY_TEST_CLOCK` may name a file that holds an offset in seconds, read at every look.
//! Release builds have no such override.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// An instant in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant that many microseconds after the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The instant `duration` later; saturates at the end of time.
    pub fn plus(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// The instant `duration` earlier; saturates at the beginning of time.
    pub fn minus(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// Where the time comes from.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    #[cfg(debug_assertions)]
    offset_file: Option<std::path::PathBuf>,
}

impl Clock {
    /// The system's clock; in debug builds moved by the file that `BELFRY_TEST_CLOCK` names.
    pub fn from_env() -> Self {
        Self {
            #[cfg(debug_assertions)]
            offset_file: std::env::var_os("BELFRY_TEST_CLOCK").map(Into::into),
        }
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now =
            Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX));
        #[cfg(debug_assertions)]
        if let Some(offset) = self
            .offset_file
            .as_ref()
            .and_then(|file| std::fs::read_to_string(file).ok())
        {
            return now.plus(Duration::from_secs(offset.trim().parse().unwrap_or(0)));
        }
        now
    }

    /// Whether a test may move this clock at any moment, so that nobody may sleep long by it.
    pub fn is_movable(&self) -> bool {
        #[cfg(debug_assertions)]
        return self.offset_file.is_some();
        #[cfg(not(debug_assertions))]
        false
    }
}
