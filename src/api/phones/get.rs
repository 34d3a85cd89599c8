//! `GetHumanPhone` and `GetMyPhone`. The details describe the user, not the phone.

use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::{
        auth::v1 as auth, management::v1 as management, user::v1::Phone, v1::ObjectDetails,
    },
    error::{self, Error},
};

/// Shows the phone of a human of the context organization.
pub(in crate::api) async fn get_human_phone(
    ctx: &Ctx,
    request: management::GetHumanPhoneRequest,
) -> Result<management::GetHumanPhoneResponse, Error> {
    let (details, phone) = get_in_org(ctx, &request.user_id, ctx.principal()?.org.row)?;
    Ok(management::GetHumanPhoneResponse {
        details: Some(details),
        phone: Some(phone),
    })
}

/// Shows the caller's own phone.
pub(in crate::api) async fn get_my_phone(
    ctx: &Ctx,
    _request: auth::GetMyPhoneRequest,
) -> Result<auth::GetMyPhoneResponse, Error> {
    let caller = ctx.principal()?;
    let (details, phone) = get_in_org(ctx, &caller.user_id, caller.home.row)?;
    Ok(auth::GetMyPhoneResponse {
        details: Some(details),
        phone: Some(phone),
    })
}

fn get_in_org(ctx: &Ctx, user_id: &str, org: i64) -> Result<(ObjectDetails, Phone), Error> {
    let user = ctx
        .services
        .store
        .point(|tx| tx.user(user_id))?
        .filter(|user| user.aggregate.owner == org);
    let user = user.ok_or(error::PHONE_GET_USER_NOT_FOUND)?;
    let human = user.human().ok_or(error::PHONE_GET_NOT_HUMAN)?;
    let phone = human.phone.as_ref().map(|phone| Phone {
        phone: phone.number.as_str().to_owned(),
        is_phone_verified: phone.is_verified,
    });
    Ok((details::full(&user.aggregate), phone.unwrap_or_default()))
}
