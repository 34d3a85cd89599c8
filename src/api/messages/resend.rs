//! `ResendMessage`: an operator sends an SMS again.
//!
//! What is queued is tried at once. Of what is over the text is forgotten, so a new code is made for
//! whoever still waits for one at that number.

use super::show::id;
use crate::{
    api::{
        Ctx,
        codes::{Delivery, NextCode},
    },
    contract::pb::belfry::v1::{ResendMessageRequest, ResendMessageResponse},
    domain::{Channel, MessageId, MessagePurpose, MessageState},
    error::{self, Error},
    store::{Refusal, WriteTx},
};

/// Sends a message again.
pub(in crate::api) async fn resend(
    ctx: &Ctx,
    request: ResendMessageRequest,
) -> Result<ResendMessageResponse, Error> {
    let old = id(&request.id)?;
    if ctx
        .services
        .store
        .point(|tx| tx.found_message(old))?
        .is_none()
    {
        return Err(error::MESSAGE_NOT_FOUND.into());
    }
    let provider = Some(request.provider).filter(|name| !name.is_empty());
    if let Some(name) = provider.clone() {
        let known = ctx.services.gateway.ask(move |gateway| {
            let mut providers = gateway.providers().into_iter();
            providers.any(|provider| provider.name == name)
        });
        if !known.await? {
            return Err(error::PROVIDER_NOT_FOUND.into());
        }
    }
    let code = NextCode::new(ctx, Delivery::Send);
    let sent = ctx.write(move |tx| again(tx, old, provider, code)).await?;
    Ok(ResendMessageResponse {
        id: sent.to_string(),
    })
}

fn again(
    tx: &WriteTx<'_>,
    old: MessageId,
    provider: Option<String>,
    code: NextCode,
) -> Result<MessageId, Refusal> {
    let message = tx.found_message(old)?.ok_or(error::MESSAGE_NOT_FOUND)?;
    if message.channel == Channel::Email || message.purpose != MessagePurpose::VerifyPhone {
        return Err(error::MESSAGE_IS_EMAIL.into());
    }
    match message.state {
        MessageState::Sending => return Err(error::MESSAGE_IS_SENDING.into()),
        MessageState::Queued => {
            tx.hurry_message(old, provider.as_deref())?;
            return Ok(old);
        }
        _ => {}
    }
    let mut phone = tx
        .human_phone(&message.user)?
        .ok_or(error::MESSAGE_NOT_WANTED)?;
    let is_same = phone
        .number
        .as_ref()
        .is_some_and(|number| number.as_str() == message.recipient);
    if !is_same || phone.is_verified {
        return Err(error::MESSAGE_NOT_WANTED.into());
    }
    let code = code.of(tx, &phone).ok_or(error::MESSAGE_NOT_WANTED)?;
    if code.is_for_test_number() {
        return Err(error::MESSAGE_NOT_WANTED.into());
    }
    let code = code.in_place_of(old, provider);
    let id = code.new_code().pending.id;
    code.add_to(&mut phone);
    tx.save_phone(&mut phone)?;
    code.enqueue(tx, &phone)?;
    Ok(id)
}
