//! Personal access tokens: contract/users.md §2 and §4. Only the hash of a token is kept.

mod add;
mod list;
mod remove;

use super::table::{MANAGEMENT, Table, USERS};

pub(super) use add::NewPersonalAccessToken;

use add::{add_personal_access_token, add_personal_access_token_v2};
use list::{
    get_personal_access_token_by_ids, list_personal_access_tokens, list_personal_access_tokens_v2,
};
use remove::{remove_personal_access_token, remove_personal_access_token_v2};

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
            "GetPersonalAccessTokenByIDs",
            get_personal_access_token_by_ids,
        )?
        .on(
            MANAGEMENT,
            "ListPersonalAccessTokens",
            list_personal_access_tokens,
        )?
        .on(
            MANAGEMENT,
            "RemovePersonalAccessToken",
            remove_personal_access_token,
        )?
        .on(
            USERS,
            "AddPersonalAccessToken",
            add_personal_access_token_v2,
        )?
        .on(
            USERS,
            "RemovePersonalAccessToken",
            remove_personal_access_token_v2,
        )?
        .on(
            USERS,
            "ListPersonalAccessTokens",
            list_personal_access_tokens_v2,
        )
}
