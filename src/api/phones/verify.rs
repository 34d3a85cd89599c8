//! `VerifyMyPhone` and `VerifyPhone`: the code comes back.

use validator::Validate;

use super::load;
use crate::{
    api::{
        Ctx,
        codes::Attempt,
        details,
        validation::{self, Command, Rules},
    },
    contract::pb::zitadel::{
        auth::v1 as auth,
        user::v2::{VerifyPhoneRequest, VerifyPhoneResponse},
    },
    error,
    error::Error,
};

#[derive(Validate)]
struct VerifyMyPhone {
    #[validate(length(min = 1, max = 200))]
    code: String,
}

impl Command for VerifyMyPhone {
    const RULES: &'static Rules = &Rules {
        message: "VerifyMyPhoneRequest",
        fields: &[("code", None)],
    };
}

/// Verifies the caller's own phone.
pub(in crate::api) async fn verify_my_phone(
    ctx: &Ctx,
    request: auth::VerifyMyPhoneRequest,
) -> Result<auth::VerifyMyPhoneResponse, Error> {
    let command = VerifyMyPhone { code: request.code };
    validation::check(&command)?;
    let attempt = Attempt::new(ctx, command.code);
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

#[derive(Validate)]
struct VerifyPhone {
    #[validate(length(min = 1, max = 200))]
    user_id: String,
    #[validate(length(min = 1, max = 20))]
    verification_code: String,
}

impl Command for VerifyPhone {
    const RULES: &'static Rules = &Rules {
        message: "VerifyPhoneRequest",
        fields: &[("user_id", None), ("verification_code", None)],
    };
}

/// Verifies any user's phone: whoever knows the code may do it.
pub(in crate::api) async fn verify_phone(
    ctx: &Ctx,
    request: VerifyPhoneRequest,
) -> Result<VerifyPhoneResponse, Error> {
    let command = VerifyPhone {
        user_id: request.user_id,
        verification_code: request.verification_code,
    };
    validation::check(&command)?;
    let attempt = Attempt::new(ctx, command.verification_code);
    let details = ctx
        .write(move |tx| {
            let mut phone = load::anywhere(tx, &command.user_id)?;
            attempt.judge(tx, &mut phone, error::V2_PHONE_CODE_INVALID)?;
            Ok(details::changed_v2(&phone.user))
        })
        .await?;
    Ok(VerifyPhoneResponse {
        details: Some(details),
    })
}
