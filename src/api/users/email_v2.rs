//! v2 `SetEmail`, `ResendEmailCode`, `SendEmailCode` and `VerifyEmail`.

use super::{creation, load};
use crate::{
    api::{
        Ctx,
        codes::{Attempt, Delivery, MadeCode},
        details,
    },
    contract::pb::zitadel::{
        object::v2::Details,
        user::v2::{
            ResendEmailCodeRequest, ResendEmailCodeResponse, SendEmailCodeRequest,
            SendEmailCodeResponse, SetEmailRequest, SetEmailResponse, VerifyEmailRequest,
            VerifyEmailResponse, resend_email_code_request::Verification as ResendWanted,
            send_email_code_request::Verification as SendWanted,
            set_email_request::Verification as Wanted,
        },
    },
    domain::{HumanEmail, UserState, Verification},
    error::{self, Error},
    store::ReadTx,
};

/// A human of any organization who is initialized (contract/users.md §4, "Email").
fn load_email(tx: &ReadTx<'_>, user_id: &str) -> Result<HumanEmail, Error> {
    if user_id.is_empty() {
        return Err(error::V2_EMAIL_ID_MISSING.into());
    }
    let email = tx.human_email(user_id)?.ok_or(error::V2_EMAIL_NOT_FOUND)?;
    if email.state == UserState::Initial {
        return Err(error::V2_PHONE_NOT_INITIALISED.into());
    }
    Ok(email)
}

/// Changes the e-mail address of a human of any organization, or the caller's own.
pub(in crate::api) async fn set_email(
    ctx: &Ctx,
    request: SetEmailRequest,
) -> Result<SetEmailResponse, Error> {
    let make = |delivery| MadeCode::for_email(ctx, delivery);
    let code = match request.verification {
        Some(Wanted::IsVerified(_)) => None,
        Some(Wanted::ReturnCode(_)) => Some(make(Delivery::Return)),
        Some(Wanted::SendCode(send)) => Some(make(Delivery::Send).with_url(send.url_template)),
        None => Some(make(Delivery::Send)),
    };
    let verification_code = code.as_ref().and_then(MadeCode::returned);
    let address = creation::email_address(&request.email);
    let caller = ctx.principal()?.clone();
    let details = ctx
        .write(move |tx| {
            let mut email = load_email(tx, &request.user_id)?;
            match code {
                Some(_) => load::check_self_or_writer(tx, &caller, &email.user)?,
                None => load::check_writer(tx, &caller, &email.user)?,
            }
            let verification = code
                .as_ref()
                .map_or(Verification::Verified, MadeCode::verification);
            email
                .change(address?, Some(verification))
                .map_err(|_| error::V2_EMAIL_NOT_CHANGED)?;
            tx.save_email(&mut email)?;
            if let Some(code) = code {
                code.enqueue_email(tx, &email)?;
            }
            Ok(details::changed_v2(&email.user))
        })
        .await?;
    Ok(SetEmailResponse {
        details: Some(details),
        verification_code,
    })
}

/// Makes a new code for an address that waits for one, and sends or returns it.
pub(in crate::api) async fn resend_email_code(
    ctx: &Ctx,
    request: ResendEmailCodeRequest,
) -> Result<ResendEmailCodeResponse, Error> {
    let make = |delivery| MadeCode::for_email(ctx, delivery);
    let code = match request.verification {
        Some(ResendWanted::ReturnCode(_)) => make(Delivery::Return),
        Some(ResendWanted::SendCode(send)) => make(Delivery::Send).with_url(send.url_template),
        None => make(Delivery::Send),
    };
    let verification_code = code.returned();
    let details = add_code(ctx, request.user_id, code, true).await?;
    Ok(ResendEmailCodeResponse {
        details: Some(details),
        verification_code,
    })
}

/// Makes a code for an address, whether it waits for one or not, and sends or returns it.
pub(in crate::api) async fn send_email_code(
    ctx: &Ctx,
    request: SendEmailCodeRequest,
) -> Result<SendEmailCodeResponse, Error> {
    let make = |delivery| MadeCode::for_email(ctx, delivery);
    let code = match request.verification {
        Some(SendWanted::ReturnCode(_)) => make(Delivery::Return),
        Some(SendWanted::SendCode(send)) => make(Delivery::Send).with_url(send.url_template),
        None => make(Delivery::Send),
    };
    let verification_code = code.returned();
    let details = add_code(ctx, request.user_id, code, false).await?;
    Ok(SendEmailCodeResponse {
        details: Some(details),
        verification_code,
    })
}

async fn add_code(
    ctx: &Ctx,
    user_id: String,
    code: MadeCode,
    must_be_pending: bool,
) -> Result<Details, Error> {
    let caller = ctx.principal()?.clone();
    ctx.write(move |tx| {
        let mut email = load_email(tx, &user_id)?;
        load::check_self_or_writer(tx, &caller, &email.user)?;
        if must_be_pending && email.code.is_none() {
            return Err(error::V2_EMAIL_CODE_EMPTY.into());
        }
        email.add_code(code.new_code().clone());
        tx.save_email(&mut email)?;
        code.enqueue_email(tx, &email)?;
        Ok(details::changed_v2(&email.user))
    })
    .await
}

/// Verifies any user's e-mail address: whoever knows the code may do it.
pub(in crate::api) async fn verify_email(
    ctx: &Ctx,
    request: VerifyEmailRequest,
) -> Result<VerifyEmailResponse, Error> {
    let attempt = Attempt::new(ctx, request.verification_code);
    let details = ctx
        .write(move |tx| {
            let mut email = load_email(tx, &request.user_id)?;
            attempt.judge_email(tx, &mut email, error::V2_CODE_INVALID)?;
            Ok(details::changed_v2(&email.user))
        })
        .await?;
    Ok(VerifyEmailResponse {
        details: Some(details),
    })
}
