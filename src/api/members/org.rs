//! `AddOrgMember`, `UpdateOrgMember` and `RemoveOrgMember` of the context organization.

use super::{OWNER, distinct, join, user_row, user_to_join};
use crate::{
    api::{Ctx, details},
    auth::is_org_role,
    contract::pb::zitadel::{
        management::v1::{
            AddOrgMemberRequest, AddOrgMemberResponse, RemoveOrgMemberRequest,
            RemoveOrgMemberResponse, UpdateOrgMemberRequest, UpdateOrgMemberResponse,
        },
        v1::ObjectDetails,
    },
    domain::{Event, Organization},
    error::{self, Error},
    store::{Membership, ReadTx},
};

/// Makes a user of any organization a member.
pub(in crate::api) async fn add_org_member(
    ctx: &Ctx,
    request: AddOrgMemberRequest,
) -> Result<AddOrgMemberResponse, Error> {
    let roles = distinct(request.roles);
    if roles.is_empty() {
        return Err(error::MEMBER_ROLES_MISSING.into());
    }
    if !roles.iter().all(|role| is_org_role(role)) {
        return Err(error::MEMBER_ROLE_UNKNOWN.into());
    }
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let user = user_to_join(tx, &request.user_id)?;
            let mut organization = organization(tx, org)?;
            join(tx, &mut organization, (user, request.user_id), roles)?;
            Ok(details::created(&organization.aggregate))
        })
        .await?;
    Ok(AddOrgMemberResponse {
        details: Some(details),
    })
}

/// Gives a member other roles.
pub(in crate::api) async fn update_org_member(
    ctx: &Ctx,
    request: UpdateOrgMemberRequest,
) -> Result<UpdateOrgMemberResponse, Error> {
    let roles = distinct(request.roles);
    if roles.is_empty() {
        return Err(error::MEMBER_UPDATE_INVALID.into());
    }
    if !roles.iter().all(|role| is_org_role(role)) {
        return Err(error::MEMBER_UPDATE_ROLE_UNKNOWN.into());
    }
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let user = user_row(tx, &request.user_id)?.ok_or(error::MEMBER_UPDATE_NOT_FOUND)?;
            let mut membership = tx
                .membership(user, Some(org))?
                .ok_or(error::MEMBER_UPDATE_NOT_FOUND)?;
            if membership.roles == roles {
                return Err(error::MEMBER_ROLES_NOT_CHANGED.into());
            }
            let mut organization = organization(tx, org)?;
            organization.aggregate.push(Event::OrgMemberChanged {
                roles: roles.clone(),
                user_id: request.user_id,
            });
            tx.save_org(&mut organization)?;
            membership.roles = roles;
            tx.save_membership(user, &membership, organization.aggregate.sequence)?;
            Ok(of_member(&organization, &membership))
        })
        .await?;
    Ok(UpdateOrgMemberResponse {
        details: Some(details),
    })
}

/// Ends a membership; it is no error if there is none, the details are empty then.
pub(in crate::api) async fn remove_org_member(
    ctx: &Ctx,
    request: RemoveOrgMemberRequest,
) -> Result<RemoveOrgMemberResponse, Error> {
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let Some(user) = user_row(tx, &request.user_id)? else {
                return Ok(ObjectDetails::default());
            };
            let Some(membership) = tx.membership(user, Some(org))? else {
                return Ok(ObjectDetails::default());
            };
            let mut organization = organization(tx, org)?;
            organization.aggregate.push(Event::OrgMemberRemoved {
                user_id: request.user_id,
            });
            tx.save_org(&mut organization)?;
            tx.delete_membership(user, Some(org))?;
            Ok(of_member(&organization, &membership))
        })
        .await?;
    Ok(RemoveOrgMemberResponse {
        details: Some(details),
    })
}

/// The roles of a first member; none are those of an owner.
///
/// # Errors
/// INVALID Org-4N8es for a role that organizations do not have.
pub(in crate::api) fn checked_roles(roles: Vec<String>) -> Result<Vec<String>, Error> {
    let mut roles = distinct(roles);
    if roles.is_empty() {
        roles.push(OWNER.to_owned());
    }
    if !roles.iter().all(|role| is_org_role(role)) {
        return Err(error::MEMBER_ROLE_UNKNOWN.into());
    }
    Ok(roles)
}

fn organization(tx: &ReadTx<'_>, org: i64) -> Result<Organization, Error> {
    tx.organization(org)?
        .ok_or_else(|| error::ORG_UNKNOWN.into())
}

/// The details of a change of a membership: created when it began.
fn of_member(organization: &Organization, membership: &Membership) -> ObjectDetails {
    ObjectDetails {
        creation_date: Some(details::wire_time(membership.created_at)),
        ..details::full(&organization.aggregate)
    }
}
