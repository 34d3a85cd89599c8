//! Personal access tokens: contract/users.md §2. Only the hash of a token is kept.

mod add;
mod remove;

use super::table::{MANAGEMENT, Table};

pub(super) use add::NewPersonalAccessToken;

use add::add_personal_access_token;
use remove::remove_personal_access_token;

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(
            MANAGEMENT,
            "AddPersonalAccessToken",
            add_personal_access_token,
        )?
        .on(
            MANAGEMENT,
            "RemovePersonalAccessToken",
            remove_personal_access_token,
        )
}
