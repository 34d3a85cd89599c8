//! How messages are worded: contract/providers.md §5, for the SMS that verifies a phone and the SMS with a
//! one-time password.
//!
//! Strongest first holds what the organization words, what the instance words, and Belfry's own text.
//! `level` is what is done, the same for organizations and the instance; `org` and `instance` are the
//! rows of the two services. `delivery` reads the same texts when it sends.

mod instance;
mod level;
mod org;

use super::table::Table;

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    instance::register(org::register(table)?)
}
