//! The history of everything, for operators: contract/events.md §5.

mod list;
mod types;

use super::table::{ADMIN, Table};

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(ADMIN, "ListEvents", list::list_events)?
        .on(ADMIN, "ListEventTypes", types::list_event_types)?
        .on(ADMIN, "ListAggregateTypes", types::list_aggregate_types)
}
