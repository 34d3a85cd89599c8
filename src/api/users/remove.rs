//! `RemoveUser` and v2 `DeleteUser`: a tombstone stays, memberships and tokens go.

use crate::{
    api::{Ctx, details},
    auth::{self, Principal},
    contract::pb::zitadel::{
        auth::v1::{RemoveMyUserRequest, RemoveMyUserResponse},
        management::v1::{RemoveUserRequest, RemoveUserResponse},
        user::v2::{DeleteUserRequest, DeleteUserResponse},
    },
    domain::{Aggregate, Event, User},
    error::{self, Error},
    store::{ReadTx, WriteTx},
};

/// Removes a user of the context organization.
pub(in crate::api) async fn remove_user(
    ctx: &Ctx,
    request: RemoveUserRequest,
) -> Result<RemoveUserResponse, Error> {
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let user = tx
                .user(&request.id)?
                .filter(|user| user.aggregate.owner == org);
            let removed = remove_with_memberships(tx, user.ok_or(error::USER_REMOVE_NOT_FOUND)?)?;
            Ok(details::full(&removed))
        })
        .await?;
    Ok(RemoveUserResponse {
        details: Some(details),
    })
}

/// Removes the caller.
pub(in crate::api) async fn remove_my_user(
    ctx: &Ctx,
    _request: RemoveMyUserRequest,
) -> Result<RemoveMyUserResponse, Error> {
    let caller = ctx.principal()?.clone();
    let details = ctx
        .write(move |tx| {
            let user = tx.user(&caller.user_id)?;
            let removed = remove_with_memberships(tx, user.ok_or(error::USER_REMOVE_NOT_FOUND)?)?;
            Ok(details::full(&removed))
        })
        .await?;
    Ok(RemoveMyUserResponse {
        details: Some(details),
    })
}

/// Removes a user of any organization, or the caller itself.
pub(in crate::api) async fn delete_user_v2(
    ctx: &Ctx,
    request: DeleteUserRequest,
) -> Result<DeleteUserResponse, Error> {
    let caller = ctx.principal()?.clone();
    let details = ctx
        .write(move |tx| {
            let user = tx
                .user(&request.user_id)?
                .ok_or(error::V2_USER_DELETE_NOT_FOUND)?;
            check_may_delete(tx, &caller, &user.aggregate)?;
            let removed = remove_with_memberships(tx, user)?;
            Ok(details::changed_v2(&removed))
        })
        .await?;
    Ok(DeleteUserResponse {
        details: Some(details),
    })
}

/// user.delete in the user's organization; for oneself user.self.delete is enough.
fn check_may_delete(tx: &ReadTx<'_>, caller: &Principal, user: &Aggregate) -> Result<(), Error> {
    let as_manager = auth::check_in_org(tx, caller, user.owner, "user.delete");
    if as_manager.is_err() && caller.user == user.row {
        return auth::check_in_org(tx, caller, user.owner, "user.self.delete");
    }
    as_manager
}

/// Removes a user with its tokens and memberships, and tells so in every history.
///
/// # Errors
/// If the database cannot be written.
pub(in crate::api) fn remove_with_memberships(
    tx: &WriteTx<'_>,
    user: User,
) -> Result<Aggregate, Error> {
    let mut user = user.aggregate;
    user.push(Event::UserRemoved);
    tx.remove_user(&mut user)?;
    for membership in tx.memberships_of(user.row)? {
        tx.delete_membership(user.row, membership.org)?;
        let user_id = user.id.clone();
        match membership.org {
            Some(org) => {
                if let Some(mut org) = tx.organization(org)? {
                    org.aggregate
                        .push(Event::OrgMemberCascadeRemoved { user_id });
                    tx.save_org(&mut org)?;
                }
            }
            None => {
                tx.append_to_instance(Event::InstanceMemberCascadeRemoved { user_id })?;
            }
        }
    }
    Ok(user)
}
