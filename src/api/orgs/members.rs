//! `AddOrgMember`, `UpdateOrgMember` and `RemoveOrgMember` of the context organization.

use std::collections::HashSet;

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
    domain::{Event, Organization, UserState},
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
            let user = user_row(tx, &request.user_id)?.ok_or(error::MEMBER_USER_NOT_FOUND)?;
            if tx.membership(user, org)?.is_some() {
                return Err(error::MEMBER_EXISTS.into());
            }
            let mut organization = organization(tx, org)?;
            organization.aggregate.push(Event::OrgMemberAdded {
                roles: roles.clone(),
                user_id: request.user_id,
            });
            tx.save_org(&mut organization)?;
            let membership = Membership {
                org: Some(org),
                roles,
                created_at: tx.stamp.now,
            };
            tx.save_membership(user, &membership, organization.aggregate.sequence)?;
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
                .membership(user, org)?
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
            let Some(membership) = tx.membership(user, org)? else {
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
