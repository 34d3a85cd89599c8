//! `AddIAMMember`, `UpdateIAMMember` and `RemoveIAMMember`.
//!
//! Nothing keeps the last owner of the instance from giving the role away, as in the reference; the log
//! says so.

use log::warn;

use super::{distinct, user_row};
use crate::{
    api::{Ctx, details},
    auth::is_instance_role,
    contract::pb::zitadel::{
        admin::v1::{
            AddIamMemberRequest, AddIamMemberResponse, RemoveIamMemberRequest,
            RemoveIamMemberResponse, UpdateIamMemberRequest, UpdateIamMemberResponse,
        },
        v1::ObjectDetails,
    },
    domain::Event,
    error::{self, Error},
    store::{Instance, Membership},
};

/// The role that may everything.
const OWNER: &str = "IAM_OWNER";

/// Makes a user of any organization a member of the instance.
pub(in crate::api) async fn add_iam_member(
    ctx: &Ctx,
    request: AddIamMemberRequest,
) -> Result<AddIamMemberResponse, Error> {
    let roles = distinct(request.roles);
    if roles.is_empty() || !roles.iter().all(|role| is_instance_role(role)) {
        return Err(error::IAM_MEMBER_INVALID.into());
    }
    let details = ctx
        .write(move |tx| {
            let user = user_row(tx, &request.user_id)?.ok_or(error::IAM_MEMBER_USER_NOT_FOUND)?;
            if tx.membership(user, None)?.is_some() {
                return Err(error::IAM_MEMBER_EXISTS.into());
            }
            let mut instance = tx.instance()?;
            instance.aggregate.push(Event::InstanceMemberAdded {
                roles: roles.clone(),
                user_id: request.user_id,
            });
            tx.save_instance(&mut instance)?;
            let membership = Membership {
                org: None,
                roles,
                created_at: tx.stamp.now,
            };
            tx.save_membership(user, &membership, instance.aggregate.sequence)?;
            Ok(details::created(&instance.aggregate))
        })
        .await?;
    Ok(AddIamMemberResponse {
        details: Some(details),
    })
}

/// Gives a member of the instance other roles.
pub(in crate::api) async fn update_iam_member(
    ctx: &Ctx,
    request: UpdateIamMemberRequest,
) -> Result<UpdateIamMemberResponse, Error> {
    let roles = distinct(request.roles);
    if roles.is_empty() {
        return Err(error::IAM_MEMBER_UPDATE_INVALID.into());
    }
    if !roles.iter().all(|role| is_instance_role(role)) {
        return Err(error::IAM_MEMBER_UPDATE_ROLE_UNKNOWN.into());
    }
    let (details, has_owner) = ctx
        .write(move |tx| {
            let user = user_row(tx, &request.user_id)?.ok_or(error::IAM_MEMBER_NOT_FOUND)?;
            let mut membership = tx
                .membership(user, None)?
                .ok_or(error::IAM_MEMBER_NOT_FOUND)?;
            if membership.roles == roles {
                return Err(error::IAM_MEMBER_ROLES_NOT_CHANGED.into());
            }
            let mut instance = tx.instance()?;
            instance.aggregate.push(Event::InstanceMemberChanged {
                roles: roles.clone(),
                user_id: request.user_id,
            });
            tx.save_instance(&mut instance)?;
            membership.roles = roles;
            tx.save_membership(user, &membership, instance.aggregate.sequence)?;
            Ok((of_member(&instance, &membership), tx.instance_has(OWNER)?))
        })
        .await?;
    warn_without(has_owner);
    Ok(UpdateIamMemberResponse {
        details: Some(details),
    })
}

/// Ends a membership in the instance; it is no error if there is none, the details are empty then.
pub(in crate::api) async fn remove_iam_member(
    ctx: &Ctx,
    request: RemoveIamMemberRequest,
) -> Result<RemoveIamMemberResponse, Error> {
    let (details, has_owner) = ctx
        .write(move |tx| {
            let user = user_row(tx, &request.user_id)?;
            let membership = match user {
                Some(user) => tx
                    .membership(user, None)?
                    .map(|membership| (user, membership)),
                None => None,
            };
            let Some((user, membership)) = membership else {
                return Ok((ObjectDetails::default(), true));
            };
            let mut instance = tx.instance()?;
            instance.aggregate.push(Event::InstanceMemberRemoved {
                user_id: request.user_id,
            });
            tx.save_instance(&mut instance)?;
            tx.delete_membership(user, None)?;
            Ok((of_member(&instance, &membership), tx.instance_has(OWNER)?))
        })
        .await?;
    warn_without(has_owner);
    Ok(RemoveIamMemberResponse {
        details: Some(details),
    })
}

fn warn_without(has_owner: bool) {
    if !has_owner {
        warn!("no member of the instance has the role {OWNER} any more");
    }
}

/// The details of a change of a membership: created when it began.
fn of_member(instance: &Instance, membership: &Membership) -> ObjectDetails {
    ObjectDetails {
        creation_date: Some(details::wire_time(membership.created_at)),
        ..details::full(&instance.aggregate)
    }
}
