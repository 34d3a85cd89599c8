//! How organizations and the instance word their messages (contract/providers.md §5).
//!
//! `wording` does the work for both levels and every type of message; `org` and `instance` translate.

mod instance;
mod org;
mod wording;

use super::table::Table;

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    instance::register(org::register(table)?)
}
