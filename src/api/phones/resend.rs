//! `ResendHumanPhoneVerification`, `ResendMyPhoneVerification` and `ResendPhoneCode`: a new code, unless the
//! one before is repeated; that one is worthless from then on.

use super::load;
use crate::{
    api::{
        Ctx,
        codes::{Delivery, NextCode},
        details,
    },
    contract::pb::zitadel::{
        auth::v1 as auth,
        management::v1 as management,
        user::v2::{
            ResendPhoneCodeRequest, ResendPhoneCodeResponse,
            resend_phone_code_request::Verification as Wanted,
        },
        v1::ObjectDetails,
    },
    error::{self, Error},
};

/// Sends a new code to an unverified phone of the context organization; none needs to be pending.
pub(in crate::api) async fn resend_human_phone_verification(
    ctx: &Ctx,
    request: management::ResendHumanPhoneVerificationRequest,
) -> Result<management::ResendHumanPhoneVerificationResponse, Error> {
    let details = resend_in_org(ctx, request.user_id, ctx.principal()?.org.row).await?;
    Ok(management::ResendHumanPhoneVerificationResponse {
        details: Some(details),
    })
}

/// Sends a new code to the caller's own unverified phone; none needs to be pending.
pub(in crate::api) async fn resend_my_phone_verification(
    ctx: &Ctx,
    _request: auth::ResendMyPhoneVerificationRequest,
) -> Result<auth::ResendMyPhoneVerificationResponse, Error> {
    let caller = ctx.principal()?;
    let details = resend_in_org(ctx, caller.user_id.clone(), caller.home.row).await?;
    Ok(auth::ResendMyPhoneVerificationResponse {
        details: Some(details),
    })
}

async fn resend_in_org(ctx: &Ctx, user_id: String, org: i64) -> Result<ObjectDetails, Error> {
    let code = NextCode::new(ctx, Delivery::Send);
    ctx.write(move |tx| {
        let mut phone = load::in_org(tx, &user_id, org, error::PHONE_RESEND_USER_NOT_FOUND)?;
        let code = code.of(tx, &phone).ok_or(error::PHONE_RESEND_NOT_FOUND)?;
        if phone.is_verified {
            return Err(error::PHONE_RESEND_VERIFIED.into());
        }
        code.add_to(&mut phone);
        tx.save_phone(&mut phone)?;
        code.enqueue(tx, &phone)?;
        Ok(details::full(&phone.user))
    })
    .await
}

/// Makes a new code for a phone that waits for one, and sends or returns it.
pub(in crate::api) async fn resend_phone_code(
    ctx: &Ctx,
    request: ResendPhoneCodeRequest,
) -> Result<ResendPhoneCodeResponse, Error> {
    let delivery = match request.verification {
        Some(Wanted::ReturnCode(_)) => Delivery::Return,
        Some(Wanted::SendCode(_)) | None => Delivery::Send,
    };
    let code = NextCode::new(ctx, delivery);
    let caller = ctx.principal()?.clone();
    let (details, verification_code) = ctx
        .write(move |tx| {
            let mut phone = load::anywhere(tx, &request.user_id)?;
            load::check_self_or_writer(tx, &caller, &phone)?;
            if phone.code.is_none() {
                return Err(error::V2_PHONE_CODE_EMPTY.into());
            }
            let code = code.of(tx, &phone).ok_or(error::V2_PHONE_CODE_EMPTY)?;
            let returned = code.returned();
            code.add_to(&mut phone);
            tx.save_phone(&mut phone)?;
            code.enqueue(tx, &phone)?;
            Ok((details::changed_v2(&phone.user), returned))
        })
        .await?;
    Ok(ResendPhoneCodeResponse {
        details: Some(details),
        verification_code,
    })
}
