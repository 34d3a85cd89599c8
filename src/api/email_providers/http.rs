//! `AddEmailProviderHTTP` and `UpdateEmailProviderHTTP`: an endpoint that gets the e-mails as JSON.
//!
//! What it gets is signed (contract/providers.md §4); the key is made here and shown to administrators.

use super::{save, seen_as_object};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::admin::v1::{
        AddEmailProviderHttpRequest, AddEmailProviderHttpResponse, UpdateEmailProviderHttpRequest,
        UpdateEmailProviderHttpResponse,
    },
    domain::{CodePolicy, Event, SecretGenerator},
    error::{self, Error},
    store::{EmailProvider, EmailProviderKind},
};

/// Characters of a signing key: letters and digits.
const KEY_LENGTH: u32 = 36;

/// Adds an endpoint; it is inactive at first.
pub(in crate::api) async fn add(
    ctx: &Ctx,
    request: AddEmailProviderHttpRequest,
) -> Result<AddEmailProviderHttpResponse, Error> {
    let id = ctx.new_id();
    let signing_key = new_signing_key();
    let mut provider = EmailProvider {
        sealed_secret: ctx.services.keys.seal_setting(&id, signing_key.as_bytes()),
        id: id.clone(),
        description: request.description,
        is_active: false,
        kind: EmailProviderKind::Http {
            endpoint: request.endpoint.clone(),
        },
        sequence: 0,
        created_at: ctx.now,
        changed_at: ctx.now,
    };
    let details = ctx
        .write(move |tx| {
            let event = Event::SmtpConfigHttpAdded {
                id: provider.id.clone(),
                description: provider.description.clone(),
                endpoint: request.endpoint,
            };
            Ok(details::full(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(AddEmailProviderHttpResponse {
        details: Some(details),
        id,
        signing_key,
    })
}

/// Changes an endpoint, and its signing key if that is to end now.
pub(in crate::api) async fn update(
    ctx: &Ctx,
    request: UpdateEmailProviderHttpRequest,
) -> Result<UpdateEmailProviderHttpResponse, Error> {
    let signing_key = match request.expiration_signing_key {
        None => None,
        Some(end) if end.seconds == 0 && end.nanos == 0 => Some(new_signing_key()),
        Some(_) => {
            return Err(Error::invalid(
                "invalid UpdateEmailProviderHTTPRequest.ExpirationSigningKey: value must equal 0s",
            ));
        }
    };
    let UpdateEmailProviderHttpRequest {
        id,
        endpoint,
        description,
        ..
    } = request;
    let keys = &ctx.services.keys;
    let sealed = signing_key
        .as_ref()
        .map(|key| keys.seal_setting(&id, key.as_bytes()));
    let details = ctx
        .write(move |tx| {
            let found = tx.email_provider(&id)?;
            let mut provider = found.ok_or(error::SMTP_HTTP_UPDATE_NOT_FOUND)?;
            let EmailProviderKind::Http { endpoint: old } = &provider.kind else {
                return Err(error::SMTP_HTTP_UPDATE_NOT_FOUND.into());
            };
            let differing = |old: &str, new: &str| (old != new).then(|| new.to_owned());
            let new_endpoint = differing(old, &endpoint);
            let new_description = differing(&provider.description, &description);
            if new_endpoint.is_none() && new_description.is_none() && sealed.is_none() {
                let object = seen_as_object(&provider, tx.instance()?.aggregate);
                return Ok(details::full(&object));
            }
            provider.kind = EmailProviderKind::Http { endpoint };
            provider.description = description;
            if let Some(sealed) = sealed {
                provider.sealed_secret = sealed;
            }
            let event = Event::SmtpConfigHttpChanged {
                id,
                description: new_description,
                endpoint: new_endpoint,
            };
            Ok(details::full(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(UpdateEmailProviderHttpResponse {
        details: Some(details),
        signing_key,
    })
}

fn new_signing_key() -> String {
    let policy = CodePolicy::new(SecretGenerator {
        length: KEY_LENGTH,
        expiry: None,
        lower_letters: true,
        upper_letters: true,
        digits: true,
        symbols: false,
    });
    policy.generate(&mut rand::rng()).expose().to_owned()
}
