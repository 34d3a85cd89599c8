//! `ResendHumanPhoneVerification`, `ResendMyPhoneVerification` and `ResendPhoneCode`: a new code; the one
//! before is worthless from then on.

use super::load;
use crate::{
    api::{
        Ctx,
        codes::{Delivery, MadeCode},
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
    let code = MadeCode::for_phone(ctx, Delivery::Send);
    ctx.write(move |tx| {
        let mut phone = load::in_org(tx, &user_id, org, error::PHONE_RESEND_USER_NOT_FOUND)?;
        if phone.number.is_none() {
            return Err(error::PHONE_RESEND_NOT_FOUND.into());
        }
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
    let code = MadeCode::for_phone(ctx, delivery);
    let verification_code = code.returned();
    let caller = ctx.principal()?.clone();
    let details = ctx
        .write(move |tx| {
            let mut phone = load::anywhere(tx, &request.user_id)?;
            load::check_self_or_writer(tx, &caller, &phone)?;
            if phone.code.is_none() {
                return Err(error::V2_PHONE_CODE_EMPTY.into());
            }
            code.add_to(&mut phone);
            tx.save_phone(&mut phone)?;
            code.enqueue(tx, &phone)?;
            Ok(details::changed_v2(&phone.user))
        })
        .await?;
    Ok(ResendPhoneCodeResponse {
        details: Some(details),
        verification_code,
    })
}
