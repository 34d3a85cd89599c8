//! What became of messages, and the rules by which they are sent: Belfry's own operations, which ZITADEL
//! does not have (contract/proto/belfry/v1/messages.proto).

mod list;
mod preview;
mod resend;
mod route;
mod show;

use super::table::{MESSAGES, Table};

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(MESSAGES, "ListMessages", list::list)?
        .on(MESSAGES, "CountMessages", list::count)?
        .on(MESSAGES, "GetMessage", show::get)?
        .on(MESSAGES, "ResendMessage", resend::resend)?
        .on(MESSAGES, "PreviewMessage", preview::preview)?
        .on(MESSAGES, "ExplainRoute", route::explain)
}
