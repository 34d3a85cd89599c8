//! `UpdateHumanPhone`, `SetMyPhone` and `SetPhone`: another number, verified or with a code.

use super::load;
use crate::{
    api::{
        Ctx,
        codes::{Delivery, PhoneCode},
        details,
    },
    contract::pb::zitadel::{
        auth::v1 as auth,
        management::v1 as management,
        user::v2::{SetPhoneRequest, SetPhoneResponse, set_phone_request::Verification as Wanted},
        v1::ObjectDetails,
    },
    domain::{PhoneNumber, Verification},
    error::{self, Error},
};

/// Changes the phone of a human of the context organization.
pub(in crate::api) async fn update_human_phone(
    ctx: &Ctx,
    request: management::UpdateHumanPhoneRequest,
) -> Result<management::UpdateHumanPhoneResponse, Error> {
    let number = ctx.phone_number(&request.phone)?;
    let org = ctx.principal()?.org.row;
    let details =
        change_in_org(ctx, request.user_id, org, number, request.is_phone_verified).await?;
    Ok(management::UpdateHumanPhoneResponse {
        details: Some(details),
    })
}

/// Changes the caller's own phone; it has to be verified with the code that is sent.
pub(in crate::api) async fn set_my_phone(
    ctx: &Ctx,
    request: auth::SetMyPhoneRequest,
) -> Result<auth::SetMyPhoneResponse, Error> {
    let number = ctx.phone_number(&request.phone)?;
    let caller = ctx.principal()?;
    let details =
        change_in_org(ctx, caller.user_id.clone(), caller.home.row, number, false).await?;
    Ok(auth::SetMyPhoneResponse {
        details: Some(details),
    })
}

async fn change_in_org(
    ctx: &Ctx,
    user_id: String,
    org: i64,
    number: PhoneNumber,
    is_verified: bool,
) -> Result<ObjectDetails, Error> {
    let code = (!is_verified).then(|| PhoneCode::new(ctx, Delivery::Send, &number));
    ctx.write(move |tx| {
        let mut phone = load::in_org(tx, &user_id, org, error::PHONE_CHANGE_USER_NOT_FOUND)?;
        let is_only_verified =
            is_verified && !phone.is_verified && phone.number.as_ref() == Some(&number);
        if is_only_verified {
            phone.verify();
        } else {
            let verification = code
                .as_ref()
                .map_or(Verification::Verified, |code| code.verification());
            phone
                .change(number, verification)
                .map_err(|_| error::PHONE_CHANGE_NOT_CHANGED)?;
        }
        tx.save_phone(&mut phone)?;
        if let Some(code) = code {
            code.enqueue(tx, &phone)?;
        }
        Ok(details::full(&phone.user))
    })
    .await
}

/// Changes the phone of a human of any organization, or the caller's own.
pub(in crate::api) async fn set_phone(
    ctx: &Ctx,
    request: SetPhoneRequest,
) -> Result<SetPhoneResponse, Error> {
    let delivery = match request.verification {
        Some(Wanted::IsVerified(_)) => None,
        Some(Wanted::ReturnCode(_)) => Some(Delivery::Return),
        Some(Wanted::SendCode(_)) | None => Some(Delivery::Send),
    };
    let change = ctx.phone_number(&request.phone).map(|number| {
        let code = delivery.map(|delivery| PhoneCode::new(ctx, delivery, &number));
        (number, code)
    });
    let caller = ctx.principal()?.clone();
    let (details, verification_code) = ctx
        .write(move |tx| {
            let mut phone = load::anywhere(tx, &request.user_id)?;
            match delivery {
                Some(_) => load::check_self_or_writer(tx, &caller, &phone)?,
                None => load::check_writer(tx, &caller, &phone)?,
            }
            let (number, code) = change?;
            let verification = code
                .as_ref()
                .map_or(Verification::Verified, |code| code.verification());
            phone
                .change(number, verification)
                .map_err(|_| error::V2_PHONE_NOT_CHANGED)?;
            tx.save_phone(&mut phone)?;
            let returned = code.as_ref().and_then(|code| code.returned());
            if let Some(code) = code {
                code.enqueue(tx, &phone)?;
            }
            Ok((details::changed_v2(&phone.user), returned))
        })
        .await?;
    Ok(SetPhoneResponse {
        details: Some(details),
        verification_code,
    })
}
