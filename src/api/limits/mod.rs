//! The limits of the sends to countries as they stand: Belfry's own operations, which ZITADEL does not have
//! (`contract/proto/belfry/v1/send_limits.proto`). What they hold for is in `codes::sending`.

mod countries;

use super::table::{LIMITS, Table};

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(LIMITS, "ListCountries", countries::list)?
        .on(LIMITS, "StopCountry", countries::stop)?
        .on(LIMITS, "LiftStop", countries::lift)
}
