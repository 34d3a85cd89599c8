//! E-mail addresses in management and auth: shown, changed, verified; and the initialization, which
//! begins with an e-mail.

use super::{creation, load, shown};
use crate::{
    api::{
        Ctx,
        codes::{Attempt, Delivery, MadeCode},
        details,
    },
    contract::pb::zitadel::{
        auth::v1 as auth, management::v1 as management, user::v1, v1::ObjectDetails,
    },
    domain::{CodePurpose, Event, HumanEmail, MessagePurpose, UserState, Verification},
    error::{self, Entry, Error},
    store::ReadTx,
};

/// Shows the e-mail address of a human of the context organization.
pub(in crate::api) async fn get_human_email(
    ctx: &Ctx,
    request: management::GetHumanEmailRequest,
) -> Result<management::GetHumanEmailResponse, Error> {
    let (details, email) = get_in_org(ctx, &request.user_id, ctx.principal()?.org.row)?;
    Ok(management::GetHumanEmailResponse {
        details: Some(details),
        email: Some(email),
    })
}

/// Shows the caller's e-mail address.
pub(in crate::api) async fn get_my_email(
    ctx: &Ctx,
    _request: auth::GetMyEmailRequest,
) -> Result<auth::GetMyEmailResponse, Error> {
    let caller = ctx.principal()?;
    let (details, email) = get_in_org(ctx, &caller.user_id, caller.home.row)?;
    Ok(auth::GetMyEmailResponse {
        details: Some(details),
        email: Some(email),
    })
}

fn get_in_org(ctx: &Ctx, user_id: &str, org: i64) -> Result<(ObjectDetails, v1::Email), Error> {
    ctx.services.store.point(|tx| {
        let user = load::in_org(tx, user_id, org, error::EMAIL_GET_NOT_FOUND)?;
        let human = user.human().ok_or(error::EMAIL_GET_NOT_HUMAN)?;
        Ok((details::full(&user.aggregate), shown::email_v1(human)))
    })
}

/// Changes the e-mail address of a human of the context organization.
pub(in crate::api) async fn update_human_email(
    ctx: &Ctx,
    request: management::UpdateHumanEmailRequest,
) -> Result<management::UpdateHumanEmailResponse, Error> {
    let address = creation::email_address(&request.email)?;
    let org = ctx.principal()?.org.row;
    let details = change_in_org(
        ctx,
        request.user_id,
        org,
        address,
        request.is_email_verified,
    )
    .await?;
    Ok(management::UpdateHumanEmailResponse {
        details: Some(details),
    })
}

/// Changes the caller's e-mail address; it has to be verified with the code that is sent.
pub(in crate::api) async fn set_my_email(
    ctx: &Ctx,
    request: auth::SetMyEmailRequest,
) -> Result<auth::SetMyEmailResponse, Error> {
    let address = creation::email_address(&request.email)?;
    let caller = ctx.principal()?;
    let (user_id, org) = (caller.user_id.clone(), caller.home.row);
    let details = change_in_org(ctx, user_id, org, address, false).await?;
    Ok(auth::SetMyEmailResponse {
        details: Some(details),
    })
}

async fn change_in_org(
    ctx: &Ctx,
    user_id: String,
    org: i64,
    address: String,
    is_verified: bool,
) -> Result<ObjectDetails, Error> {
    let code = (!is_verified).then(|| MadeCode::for_email(ctx, Delivery::Send));
    ctx.write(move |tx| {
        let mut email = email_in_org(tx, &user_id, org, error::EMAIL_CHANGE_NOT_FOUND)?;
        if email.state == UserState::Initial {
            return Err(error::EMAIL_CHANGE_NOT_INITIALISED.into());
        }
        if is_verified && !email.is_verified && email.address == address {
            email.verify();
        } else {
            let verification = code
                .as_ref()
                .map_or(Verification::Verified, MadeCode::verification);
            email
                .change(address, Some(verification))
                .map_err(|_| error::EMAIL_NOT_CHANGED)?;
        }
        tx.save_email(&mut email)?;
        if let Some(code) = code {
            code.enqueue_email(tx, &email)?;
        }
        Ok(details::full(&email.user))
    })
    .await
}

fn email_in_org(
    tx: &ReadTx<'_>,
    user_id: &str,
    org: i64,
    not_found: &'static Entry,
) -> Result<HumanEmail, Error> {
    let email = tx
        .human_email(user_id)?
        .filter(|email| email.user.owner == org);
    email.ok_or_else(|| not_found.into())
}

/// Sends a new code to an unverified address of the context organization.
pub(in crate::api) async fn resend_human_email_verification(
    ctx: &Ctx,
    request: management::ResendHumanEmailVerificationRequest,
) -> Result<management::ResendHumanEmailVerificationResponse, Error> {
    let details = resend_in_org(ctx, request.user_id, ctx.principal()?.org.row).await?;
    Ok(management::ResendHumanEmailVerificationResponse {
        details: Some(details),
    })
}

/// Sends a new code to the caller's unverified address.
pub(in crate::api) async fn resend_my_email_verification(
    ctx: &Ctx,
    _request: auth::ResendMyEmailVerificationRequest,
) -> Result<auth::ResendMyEmailVerificationResponse, Error> {
    let caller = ctx.principal()?;
    let details = resend_in_org(ctx, caller.user_id.clone(), caller.home.row).await?;
    Ok(auth::ResendMyEmailVerificationResponse {
        details: Some(details),
    })
}

async fn resend_in_org(ctx: &Ctx, user_id: String, org: i64) -> Result<ObjectDetails, Error> {
    let code = MadeCode::for_email(ctx, Delivery::Send);
    ctx.write(move |tx| {
        let mut email = email_in_org(tx, &user_id, org, error::EMAIL_RESEND_NOT_FOUND)?;
        if email.state == UserState::Initial {
            return Err(error::EMAIL_RESEND_NOT_INITIALISED.into());
        }
        if email.is_verified {
            return Err(error::EMAIL_RESEND_VERIFIED.into());
        }
        email.add_code(code.new_code().clone());
        tx.save_email(&mut email)?;
        code.enqueue_email(tx, &email)?;
        Ok(details::full(&email.user))
    })
    .await
}

/// Verifies the caller's e-mail address.
pub(in crate::api) async fn verify_my_email(
    ctx: &Ctx,
    request: auth::VerifyMyEmailRequest,
) -> Result<auth::VerifyMyEmailResponse, Error> {
    let attempt = Attempt::new(ctx, request.code);
    let caller = ctx.principal()?.clone();
    let details = ctx
        .write(move |tx| {
            let (id, org) = (&caller.user_id, caller.home.row);
            let mut email = email_in_org(tx, id, org, error::EMAIL_VERIFY_CODE_NOT_FOUND)?;
            if email.code.is_none() {
                return Err(error::EMAIL_VERIFY_CODE_NOT_FOUND.into());
            }
            attempt.judge_email(tx, &mut email, error::EMAIL_VERIFY_CODE_INVALID)?;
            Ok(details::full(&email.user))
        })
        .await?;
    Ok(auth::VerifyMyEmailResponse {
        details: Some(details),
    })
}

/// Sends a new initialization code, to another address if one is given.
pub(in crate::api) async fn resend_human_initialization(
    ctx: &Ctx,
    request: management::ResendHumanInitializationRequest,
) -> Result<management::ResendHumanInitializationResponse, Error> {
    let address = match request.email.trim() {
        "" => None,
        address => Some(creation::email_address(address)?),
    };
    let org = ctx.principal()?.org.row;
    let code = MadeCode::for_initialization(ctx);
    let details = ctx
        .write(move |tx| {
            let not_found = error::INITIALIZATION_NOT_FOUND;
            let mut email = email_in_org(tx, &request.user_id, org, not_found)?;
            if email.state != UserState::Initial {
                return Err(error::INITIALIZATION_DONE.into());
            }
            if let Some(address) = address {
                // The address that is there already is no fault here.
                let _ = email.change(address, None);
            }
            let new = code.new_code();
            email.user.push(Event::InitializationCodeAdded {
                expiry: new.expiry,
                trigger_origin: new.trigger_origin.clone(),
            });
            tx.save_code(email.user.row, CodePurpose::Initialization, &new.pending)?;
            tx.save_email(&mut email)?;
            code.send(
                tx,
                email.user.row,
                MessagePurpose::Initialization,
                email.address.clone(),
            )?;
            Ok(details::full(&email.user))
        })
        .await?;
    Ok(management::ResendHumanInitializationResponse {
        details: Some(details),
    })
}
