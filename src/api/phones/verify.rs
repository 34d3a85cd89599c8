//! `VerifyMyPhone` and `VerifyPhone`: the code comes back.

use super::load;
use crate::{
    api::{Ctx, codes::Attempt, details},
    contract::pb::zitadel::{
        auth::v1 as auth,
        user::v2::{VerifyPhoneRequest, VerifyPhoneResponse},
    },
    error,
    error::Error,
};

/// Verifies the caller's own phone.
pub(in crate::api) async fn verify_my_phone(
    ctx: &Ctx,
    request: auth::VerifyMyPhoneRequest,
) -> Result<auth::VerifyMyPhoneResponse, Error> {
    let attempt = Attempt::new(ctx, request.code);
    let caller = ctx.principal()?.clone();
    let details = ctx
        .write(move |tx| {
            let mut phone = load::in_org(
                tx,
                &caller.user_id,
                caller.home.row,
                error::PHONE_VERIFY_USER_NOT_FOUND,
            )?;
            if phone.number.is_none() || phone.code.is_none() {
                return Err(error::PHONE_VERIFY_CODE_NOT_FOUND.into());
            }
            attempt.judge(tx, &mut phone, error::PHONE_VERIFY_CODE_INVALID)?;
            Ok(details::full(&phone.user))
        })
        .await?;
    Ok(auth::VerifyMyPhoneResponse {
        details: Some(details),
    })
}

/// Verifies any user's phone: whoever knows the code may do it.
pub(in crate::api) async fn verify_phone(
    ctx: &Ctx,
    request: VerifyPhoneRequest,
) -> Result<VerifyPhoneResponse, Error> {
    let attempt = Attempt::new(ctx, request.verification_code);
    let details = ctx
        .write(move |tx| {
            let mut phone = load::anywhere(tx, &request.user_id)?;
            attempt.judge(tx, &mut phone, error::V2_PHONE_CODE_INVALID)?;
            Ok(details::changed_v2(&phone.user))
        })
        .await?;
    Ok(VerifyPhoneResponse {
        details: Some(details),
    })
}
