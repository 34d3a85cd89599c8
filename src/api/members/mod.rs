//! Members: users with roles in an organization or on the instance (contract/orgs-and-auth.md §1).
//!
//! `org` and `instance` change memberships, the others list them, the roles there are, and what they
//! permit. A member may be a user of any organization.

mod instance;
mod list;
mod memberships;
mod org;
mod roles;

use std::collections::HashSet;

use super::table::{ADMIN, AUTH, MANAGEMENT, Table};
use crate::{
    domain::{Event, Organization, UserState},
    error::{self, Error},
    store::{Membership, ReadTx, WriteTx},
};

pub(super) use org::checked_roles;

/// The role of whoever makes an organization.
pub(super) const OWNER: &str = "ORG_OWNER";

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    of_instance(of_orgs(table)?)?
        .on(
            MANAGEMENT,
            "ListUserMemberships",
            memberships::list_user_memberships,
        )?
        .on(AUTH, "ListMyMemberships", memberships::list_my_memberships)?
        .on(
            AUTH,
            "ListMyZitadelPermissions",
            roles::list_my_zitadel_permissions,
        )
}

fn of_orgs(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(MANAGEMENT, "AddOrgMember", org::add_org_member)?
        .on(MANAGEMENT, "UpdateOrgMember", org::update_org_member)?
        .on(MANAGEMENT, "RemoveOrgMember", org::remove_org_member)?
        .on(MANAGEMENT, "ListOrgMembers", list::list_org_members)?
        .on(
            MANAGEMENT,
            "ListOrgMemberRoles",
            roles::list_org_member_roles,
        )
}

fn of_instance(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(ADMIN, "AddIAMMember", instance::add_iam_member)?
        .on(ADMIN, "UpdateIAMMember", instance::update_iam_member)?
        .on(ADMIN, "RemoveIAMMember", instance::remove_iam_member)?
        .on(ADMIN, "ListIAMMembers", list::list_iam_members)?
        .on(ADMIN, "ListIAMMemberRoles", roles::list_iam_member_roles)
}

/// The roles without repetitions, in their order. The known roles bound the rest of the list.
fn distinct(roles: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    roles
        .into_iter()
        .filter(|role| seen.insert(role.clone()))
        .collect()
}

/// The row of a user who exists.
fn user_row(tx: &ReadTx<'_>, user_id: &str) -> Result<Option<i64>, Error> {
    let slot = tx.user_slot(user_id)?;
    Ok(slot
        .filter(|(_, state, _)| *state != UserState::Deleted)
        .map(|(row, ..)| row))
}

/// The row of a user who is to become a member of an organization.
///
/// # Errors
/// PRECOND ORG-GoXOn for an unknown or removed one.
pub(super) fn user_to_join(tx: &ReadTx<'_>, user_id: &str) -> Result<i64, Error> {
    user_row(tx, user_id)?.ok_or_else(|| error::MEMBER_USER_NOT_FOUND.into())
}

/// Makes a user, by row and id, a member of an organization and writes the organization's events.
///
/// # Errors
/// EXISTS ORG-poWwe if it is one already.
pub(super) fn join(
    tx: &WriteTx<'_>,
    org: &mut Organization,
    (user, user_id): (i64, String),
    roles: Vec<String>,
) -> Result<(), Error> {
    if tx.membership(user, Some(org.aggregate.row))?.is_some() {
        return Err(error::MEMBER_EXISTS.into());
    }
    org.aggregate.push(Event::OrgMemberAdded {
        roles: roles.clone(),
        user_id,
    });
    tx.save_org(org)?;
    let membership = Membership {
        org: Some(org.aggregate.row),
        roles,
        created_at: tx.stamp.now,
    };
    tx.save_membership(user, &membership, org.aggregate.sequence)
}
