//! `RemoveHumanPhone`, `RemoveMyPhone` and `RemovePhone`.

use super::load;
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::{
        auth::v1 as auth,
        management::v1 as management,
        user::v2::{RemovePhoneRequest, RemovePhoneResponse},
        v1::ObjectDetails,
    },
    error::{self, Error},
};

/// Removes the phone of a human of the context organization.
pub(in crate::api) async fn remove_human_phone(
    ctx: &Ctx,
    request: management::RemoveHumanPhoneRequest,
) -> Result<management::RemoveHumanPhoneResponse, Error> {
    let details = remove_in_org(ctx, request.user_id, ctx.principal()?.org.row).await?;
    Ok(management::RemoveHumanPhoneResponse {
        details: Some(details),
    })
}

/// Removes the caller's own phone.
pub(in crate::api) async fn remove_my_phone(
    ctx: &Ctx,
    _request: auth::RemoveMyPhoneRequest,
) -> Result<auth::RemoveMyPhoneResponse, Error> {
    let caller = ctx.principal()?;
    let details = remove_in_org(ctx, caller.user_id.clone(), caller.home.row).await?;
    Ok(auth::RemoveMyPhoneResponse {
        details: Some(details),
    })
}

async fn remove_in_org(ctx: &Ctx, user_id: String, org: i64) -> Result<ObjectDetails, Error> {
    ctx.write(move |tx| {
        let mut phone = load::in_org(tx, &user_id, org, error::PHONE_REMOVE_USER_NOT_FOUND)?;
        if phone.number.is_none() {
            return Err(error::PHONE_REMOVE_NOT_FOUND.into());
        }
        phone.remove();
        tx.save_phone(&mut phone)?;
        Ok(details::full(&phone.user))
    })
    .await
}

/// Removes the phone of a human of any organization, or the caller's own.
pub(in crate::api) async fn remove_phone(
    ctx: &Ctx,
    request: RemovePhoneRequest,
) -> Result<RemovePhoneResponse, Error> {
    let caller = ctx.principal()?.clone();
    let details = ctx
        .write(move |tx| {
            let mut phone = load::anywhere(tx, &request.user_id)?;
            load::check_self_or_writer(tx, &caller, &phone)?;
            if phone.number.is_none() {
                return Err(error::V2_PHONE_NOT_SET.into());
            }
            phone.remove();
            tx.save_phone(&mut phone)?;
            Ok(details::changed_v2(&phone.user))
        })
        .await?;
    Ok(RemovePhoneResponse {
        details: Some(details),
    })
}
