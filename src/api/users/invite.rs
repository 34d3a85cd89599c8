//! v2 `CreateInviteCode`, `ResendInviteCode` and `VerifyInviteCode`: a person is asked in by e-mail.

use super::load;
use crate::{
    api::{
        Ctx,
        codes::{Attempt, Delivery, MadeCode},
        details,
    },
    contract::pb::zitadel::{
        object::v2::Details,
        user::v2::{
            CreateInviteCodeRequest, CreateInviteCodeResponse, ResendInviteCodeRequest,
            ResendInviteCodeResponse, VerifyInviteCodeRequest, VerifyInviteCodeResponse,
            create_invite_code_request::Verification as Wanted,
        },
    },
    domain::{CodePurpose, Event, HumanEmail, MessagePurpose},
    error::{self, Error},
    store::ReadTx,
};

fn load_human(tx: &ReadTx<'_>, user_id: &str) -> Result<HumanEmail, Error> {
    let human = tx.human_email(user_id)?;
    human.ok_or_else(|| error::V2_INVITE_NOT_FOUND.into())
}

/// Makes an invitation code, in place of the one before, and sends or returns it.
pub(in crate::api) async fn create_invite_code(
    ctx: &Ctx,
    request: CreateInviteCodeRequest,
) -> Result<CreateInviteCodeResponse, Error> {
    let make = |delivery| MadeCode::for_invitation(ctx, delivery);
    let (code, application) = match request.verification {
        Some(Wanted::ReturnCode(_)) => (make(Delivery::Return), None),
        Some(Wanted::SendCode(send)) => {
            let code = make(Delivery::Send).with_url(send.url_template);
            (code, send.application_name)
        }
        None => (make(Delivery::Send), None),
    };
    let code = code.for_application(application.filter(|name| !name.is_empty()));
    let invite_code = code.returned();
    let details = invite(ctx, request.user_id, code, false).await?;
    Ok(CreateInviteCodeResponse {
        details: Some(details),
        invite_code,
    })
}

/// Sends a new code to a person who has been invited and has not answered.
pub(in crate::api) async fn resend_invite_code(
    ctx: &Ctx,
    request: ResendInviteCodeRequest,
) -> Result<ResendInviteCodeResponse, Error> {
    let code = MadeCode::for_invitation(ctx, Delivery::Send);
    let details = invite(ctx, request.user_id, code, true).await?;
    Ok(ResendInviteCodeResponse {
        details: Some(details),
    })
}

async fn invite(
    ctx: &Ctx,
    user_id: String,
    code: MadeCode,
    must_be_pending: bool,
) -> Result<Details, Error> {
    let caller = ctx.principal()?.clone();
    ctx.write(move |tx| {
        let mut human = load_human(tx, &user_id)?;
        load::check_writer(tx, &caller, &human.user)?;
        let row = human.user.row;
        if must_be_pending && tx.pending_code(row, CodePurpose::Invitation)?.is_none() {
            return Err(error::V2_INVITE_CODE_EMPTY.into());
        }
        let new = code.new_code();
        human.user.push(Event::InviteCodeAdded {
            expiry: new.expiry,
            url_template: new.url_template.clone(),
            code_returned: new.is_returned,
            application_name: code.application_name().map(str::to_owned),
            trigger_origin: new.trigger_origin.clone(),
        });
        tx.save_code(row, CodePurpose::Invitation, &new.pending)?;
        tx.save_user_events(&mut human.user)?;
        code.send(tx, row, MessagePurpose::Invitation, human.address)?;
        Ok(details::changed_v2(&human.user))
    })
    .await
}

/// Ends an invitation: whoever knows the code may do it.
pub(in crate::api) async fn verify_invite_code(
    ctx: &Ctx,
    request: VerifyInviteCodeRequest,
) -> Result<VerifyInviteCodeResponse, Error> {
    let attempt = Attempt::new(ctx, request.verification_code);
    let details = ctx
        .write(move |tx| {
            let mut user = load_human(tx, &request.user_id)?.user;
            attempt.judge_purpose(
                tx,
                &mut user,
                CodePurpose::Invitation,
                (Event::InviteCheckSucceeded, Event::InviteCheckFailed),
                error::V2_CODE_INVALID,
            )?;
            tx.save_user_events(&mut user)?;
            Ok(details::changed_v2(&user))
        })
        .await?;
    Ok(VerifyInviteCodeResponse {
        details: Some(details),
    })
}
