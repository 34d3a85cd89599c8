//! Organizations and their domains: contract/orgs-and-auth.md §1.
//!
//! The operations of three services on the same object: management means the context organization,
//! admin and v2 the one that the request names. An inactive organization keeps its users and their
//! tokens working, so that its own owners can take it into use again.

mod add;
mod add_v2;
mod default;
mod domains;
mod get;
mod list;
mod load;
mod remove;
mod rename;
mod set_up;
mod shown;
mod state;

use super::table::{ADMIN, AUTH, MANAGEMENT, ORGS, Table};

pub(super) use add::create_org;

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    v2(admin(management(table)?)?)
}

fn management(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(MANAGEMENT, "GetMyOrg", get::get_my_org)?
        .on(
            MANAGEMENT,
            "GetOrgByDomainGlobal",
            get::get_org_by_domain_global,
        )?
        .on(MANAGEMENT, "ListOrgChanges", get::list_org_changes)?
        .on(MANAGEMENT, "AddOrg", add::add_org)?
        .on(MANAGEMENT, "UpdateOrg", rename::update_org)?
        .on(MANAGEMENT, "DeactivateOrg", state::deactivate_org)?
        .on(MANAGEMENT, "ReactivateOrg", state::reactivate_org)?
        .on(MANAGEMENT, "RemoveOrg", remove::remove_my_org)?
        .on(MANAGEMENT, "ListOrgDomains", domains::list_org_domains)?
        .on(MANAGEMENT, "AddOrgDomain", domains::add_org_domain)?
        .on(MANAGEMENT, "RemoveOrgDomain", domains::remove_org_domain)?
        .on(
            MANAGEMENT,
            "SetPrimaryOrgDomain",
            domains::set_primary_org_domain,
        )
}

fn admin(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(AUTH, "ListMyProjectOrgs", list::list_my_project_orgs)?
        .on(ADMIN, "ListOrgs", list::list_orgs)?
        .on(ADMIN, "GetOrgByID", get::get_org_by_id)?
        .on(ADMIN, "IsOrgUnique", get::is_org_unique)?
        .on(ADMIN, "SetUpOrg", set_up::set_up_org)?
        .on(ADMIN, "GetDefaultOrg", default::get_default_org)?
        .on(ADMIN, "SetDefaultOrg", default::set_default_org)?
        .on(ADMIN, "RemoveOrg", remove::remove_org)
}

fn v2(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(ORGS, "AddOrganization", add_v2::add_organization)?
        .on(ORGS, "ListOrganizations", list::list_organizations)?
        .on(ORGS, "UpdateOrganization", rename::update_organization)?
        .on(
            ORGS,
            "DeactivateOrganization",
            state::deactivate_organization,
        )?
        .on(ORGS, "ActivateOrganization", state::activate_organization)?
        .on(ORGS, "DeleteOrganization", remove::delete_organization)
}
