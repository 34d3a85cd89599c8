//! `AddSMSProviderTwilio`, `UpdateSMSProviderTwilio` and `UpdateSMSProviderTwilioToken`.

use crate::{
    api::{
        Ctx, details,
        message_providers::{Family, differing, new, save, seal, unchanged},
    },
    contract::pb::zitadel::admin::v1::{
        AddSmsProviderTwilioRequest, AddSmsProviderTwilioResponse, UpdateSmsProviderTwilioRequest,
        UpdateSmsProviderTwilioResponse, UpdateSmsProviderTwilioTokenRequest,
        UpdateSmsProviderTwilioTokenResponse,
    },
    domain::Event,
    error::{self, Error},
    store::{ReadTx, SmsProvider, SmsProviderKind, TwilioSettings},
};

/// Adds an account; it is inactive at first.
pub(in crate::api) async fn add(
    ctx: &Ctx,
    request: AddSmsProviderTwilioRequest,
) -> Result<AddSmsProviderTwilioResponse, Error> {
    let settings = TwilioSettings {
        sid: request.sid,
        sender_number: request.sender_number,
        verify_service_sid: request.verify_service_sid,
    };
    let id = ctx.new_id();
    let kind = SmsProviderKind::Twilio(settings.clone());
    let mut provider = new(ctx, &id, request.description, kind, &request.token);
    let details = ctx
        .write(move |tx| {
            let event = Event::SmsConfigTwilioAdded {
                id: provider.id.clone(),
                description: provider.description.clone(),
                sid: settings.sid,
                sender_number: settings.sender_number,
                verify_service_sid: settings.verify_service_sid,
            };
            let object = save(tx, &mut provider, event)?;
            Ok(SmsProviderKind::details(&object))
        })
        .await?;
    Ok(AddSmsProviderTwilioResponse {
        details: Some(details),
        id,
    })
}

/// Changes an account; its token stays.
pub(in crate::api) async fn update(
    ctx: &Ctx,
    request: UpdateSmsProviderTwilioRequest,
) -> Result<UpdateSmsProviderTwilioResponse, Error> {
    let UpdateSmsProviderTwilioRequest {
        id, description, ..
    } = request;
    let wanted = TwilioSettings {
        sid: request.sid,
        sender_number: request.sender_number,
        verify_service_sid: request.verify_service_sid,
    };
    let details = ctx
        .write(move |tx| {
            let found = find(tx, &id)?;
            let (mut provider, old) = found.ok_or(error::SMS_TWILIO_UPDATE_NOT_FOUND)?;
            if old == wanted && provider.description == description {
                return Ok(unchanged(tx, &provider)?);
            }
            let event = Event::SmsConfigTwilioChanged {
                id,
                description: differing(&provider.description, &description),
                sid: differing(&old.sid, &wanted.sid),
                sender_number: differing(&old.sender_number, &wanted.sender_number),
                verify_service_sid: differing(&old.verify_service_sid, &wanted.verify_service_sid),
            };
            provider.description = description;
            provider.kind = SmsProviderKind::Twilio(wanted);
            Ok(details::full(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(UpdateSmsProviderTwilioResponse {
        details: Some(details),
    })
}

/// Gives an account another token.
pub(in crate::api) async fn update_token(
    ctx: &Ctx,
    request: UpdateSmsProviderTwilioTokenRequest,
) -> Result<UpdateSmsProviderTwilioTokenResponse, Error> {
    let id = request.id;
    let sealed = seal(ctx, &id, &request.token);
    let details = ctx
        .write(move |tx| {
            let found = find(tx, &id)?;
            let (mut provider, _) = found.ok_or(error::SMS_TOKEN_NOT_FOUND)?;
            provider.sealed_secret = sealed;
            let event = Event::SmsConfigTwilioTokenChanged { id };
            Ok(details::full(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(UpdateSmsProviderTwilioTokenResponse {
        details: Some(details),
    })
}

/// The account with an id.
fn find(tx: &ReadTx<'_>, id: &str) -> Result<Option<(SmsProvider, TwilioSettings)>, Error> {
    let provider = tx.sms_provider(id)?;
    Ok(provider.and_then(|provider| match provider.kind.clone() {
        SmsProviderKind::Twilio(settings) => Some((provider, settings)),
        SmsProviderKind::Http { .. } => None,
    }))
}
