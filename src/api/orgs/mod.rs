//! Organizations and their members: contract/orgs-and-auth.md §1.

mod add;
mod members;

use super::table::{MANAGEMENT, Table};

pub(super) use add::create_org;

use add::add_org;
use members::{add_org_member, remove_org_member, update_org_member};

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(MANAGEMENT, "AddOrg", add_org)?
        .on(MANAGEMENT, "AddOrgMember", add_org_member)?
        .on(MANAGEMENT, "UpdateOrgMember", update_org_member)?
        .on(MANAGEMENT, "RemoveOrgMember", remove_org_member)
}
