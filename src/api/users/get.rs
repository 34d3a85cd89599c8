//! `GetUserByID` of management and v2, and `GetMyUser`.

use super::shown;
use crate::{
    api::{Ctx, details},
    auth as access,
    contract::pb::zitadel::{auth::v1 as auth, management::v1 as management, user::v2},
    error::{self, Error},
};

/// Shows a user of the context organization.
pub(in crate::api) async fn get_user_by_id(
    ctx: &Ctx,
    request: management::GetUserByIdRequest,
) -> Result<management::GetUserByIdResponse, Error> {
    let user = ctx
        .services
        .store
        .point(|tx| tx.user(&request.id))?
        .ok_or(error::USER_NOT_FOUND)?;
    if user.aggregate.owner != ctx.principal()?.org.row {
        return Err(error::USER_NOT_FOUND_IN_ORG.into());
    }
    Ok(management::GetUserByIdResponse {
        user: Some(shown::user_v1(user)),
    })
}

/// Shows the caller.
pub(in crate::api) async fn get_my_user(
    ctx: &Ctx,
    _request: auth::GetMyUserRequest,
) -> Result<auth::GetMyUserResponse, Error> {
    let caller = ctx.principal()?;
    let user = ctx
        .services
        .store
        .point(|tx| tx.user(&caller.user_id))?
        .ok_or(error::USER_NOT_FOUND)?;
    Ok(auth::GetMyUserResponse {
        user: Some(shown::user_v1(user)),
        last_login: None,
    })
}

/// Shows the caller, or a user of an organization in which the caller has user.read.
pub(in crate::api) async fn get_user_by_id_v2(
    ctx: &Ctx,
    request: v2::GetUserByIdRequest,
) -> Result<v2::GetUserByIdResponse, Error> {
    let caller = ctx.principal()?;
    let user = ctx.services.store.point(|tx| {
        let user = tx.user(&request.user_id)?.ok_or(error::USER_NOT_FOUND)?;
        if user.aggregate.row != caller.user {
            access::check_in_org(tx, caller, user.aggregate.owner, "user.read")?;
        }
        Ok(user)
    })?;
    Ok(v2::GetUserByIdResponse {
        details: Some(details::read_v2(&user.aggregate)),
        user: Some(shown::user_v2(user)),
    })
}
