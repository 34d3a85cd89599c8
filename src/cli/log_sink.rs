//! Where the log goes: standard error, at the configured level.
//!
//! Libraries may only warn, whatever `RUST_LOG` says: at lower levels some of them print headers,
//! statements and phone numbers, which must never reach a log.

use anyhow::Context as _;
use log::{Level, LevelFilter, Log, Metadata, Record};

/// Starts the log; the environment variable `RUST_LOG` wins over `level`.
///
/// # Errors
/// If it is started twice.
pub(super) fn start(level: LevelFilter) -> anyhow::Result<()> {
    let mut builder = env_logger::Builder::new();
    builder
        .filter_level(level)
        .parse_default_env()
        .target(env_logger::Target::Stderr);
    let sink = builder.build();
    log::set_max_level(sink.filter());
    log::set_boxed_logger(Box::new(OwnModules(sink))).context("the log is started twice")
}

/// Lets everything of Belfry through, and warnings and errors of libraries.
struct OwnModules(env_logger::Logger);

impl OwnModules {
    fn is_allowed(metadata: &Metadata<'_>) -> bool {
        let is_own = metadata.target() == "belfry" || metadata.target().starts_with("belfry::");
        is_own || metadata.level() <= Level::Warn
    }
}

impl Log for OwnModules {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        Self::is_allowed(metadata) && self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if Self::is_allowed(record.metadata()) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}
