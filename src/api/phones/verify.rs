//! `VerifyMyPhone` and `VerifyPhone`: the code comes back.

use super::load;
use crate::{
    api::{
        Ctx,
        codes::{Attempt, Judgement},
        details,
    },
    contract::pb::zitadel::{
        auth::v1 as auth,
        user::v2::{VerifyPhoneRequest, VerifyPhoneResponse},
    },
    domain::HumanPhone,
    error::{self, Entry, Error},
    store::{Refusal, WriteTx},
};

/// Verifies the caller's own phone.
pub(in crate::api) async fn verify_my_phone(
    ctx: &Ctx,
    request: auth::VerifyMyPhoneRequest,
) -> Result<auth::VerifyMyPhoneResponse, Error> {
    let caller = ctx.principal()?.clone();
    let find = move |tx: &WriteTx<'_>| {
        let phone = load::in_org(
            tx,
            &caller.user_id,
            caller.home.row,
            error::PHONE_VERIFY_USER_NOT_FOUND,
        )?;
        if phone.number.is_none() || phone.code.is_none() {
            return Err(error::PHONE_VERIFY_CODE_NOT_FOUND.into());
        }
        Ok(phone)
    };
    let wrong = error::PHONE_VERIFY_CODE_INVALID;
    let phone = verify(ctx, request.code, find, wrong).await?;
    Ok(auth::VerifyMyPhoneResponse {
        details: Some(details::full(&phone.user)),
    })
}

/// Verifies any user's phone: whoever knows the code may do it.
pub(in crate::api) async fn verify_phone(
    ctx: &Ctx,
    request: VerifyPhoneRequest,
) -> Result<VerifyPhoneResponse, Error> {
    let id = request.user_id;
    let find = move |tx: &WriteTx<'_>| load::anywhere(tx, &id);
    let wrong = error::V2_PHONE_CODE_INVALID;
    let phone = verify(ctx, request.verification_code, find, wrong).await?;
    Ok(VerifyPhoneResponse {
        details: Some(details::changed_v2(&phone.user)),
    })
}

/// Verifies a phone. A provider that made the code is asked between two transactions, and believed if
/// the code is still the one that it was asked about.
async fn verify(
    ctx: &Ctx,
    code: String,
    find: impl Fn(&WriteTx<'_>) -> Result<HumanPhone, Error> + Clone + Send + 'static,
    wrong: &'static Entry,
) -> Result<HumanPhone, Error> {
    let mut attempt = Attempt::new(ctx, code);
    // Twice is enough but for a code that is replaced meanwhile.
    for _ in 0..3 {
        let (find, judge) = (find.clone(), attempt.clone());
        let judgement = ctx
            .write(move |tx| -> Result<_, Refusal> {
                let mut phone = find(tx)?;
                Ok(match judge.judge(tx, &mut phone, wrong)? {
                    Judgement::Right(()) => Judgement::Right(phone),
                    Judgement::Ask(question) => Judgement::Ask(question),
                })
            })
            .await?;
        match judgement {
            Judgement::Right(phone) => return Ok(phone),
            Judgement::Ask(question) => attempt = attempt.told(question).await?,
        }
    }
    Err(wrong.into())
}
