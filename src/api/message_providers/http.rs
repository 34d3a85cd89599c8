//! Add and change an endpoint that gets the messages as JSON.
//!
//! What it gets is signed (contract/providers.md §4); the key is made here and shown to administrators.

use super::{HttpFamily, differing, new, save, seal, unchanged};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::admin::v1::{
        AddEmailProviderHttpRequest, AddEmailProviderHttpResponse, UpdateEmailProviderHttpRequest,
        UpdateEmailProviderHttpResponse,
    },
    domain::{CodePolicy, SecretGenerator},
    error::Error,
};

/// Characters of a signing key: letters and digits.
const KEY_LENGTH: u32 = 36;

/// Adds an endpoint; it is inactive at first.
pub(in crate::api) async fn add<Kind: HttpFamily>(
    ctx: &Ctx,
    request: AddEmailProviderHttpRequest,
) -> Result<AddEmailProviderHttpResponse, Error> {
    let AddEmailProviderHttpRequest {
        endpoint,
        description,
    } = request;
    let id = ctx.new_id();
    let signing_key = new_signing_key();
    let kind = Kind::http(endpoint.clone());
    let mut provider = new(ctx, &id, description, kind, &signing_key);
    let details = ctx
        .write(move |tx| {
            let (id, description) = (provider.id.clone(), provider.description.clone());
            let event = Kind::http_added(id, description, endpoint);
            Ok(Kind::details(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(AddEmailProviderHttpResponse {
        details: Some(details),
        id,
        signing_key,
    })
}

/// Changes an endpoint, and its signing key if that is to end now.
pub(in crate::api) async fn update<Kind: HttpFamily>(
    ctx: &Ctx,
    request: UpdateEmailProviderHttpRequest,
) -> Result<UpdateEmailProviderHttpResponse, Error> {
    let signing_key = match request.expiration_signing_key {
        None => None,
        Some(end) if end.seconds == 0 && end.nanos == 0 => Some(new_signing_key()),
        Some(_) => return Err(Error::invalid(Kind::KEY_END)),
    };
    let UpdateEmailProviderHttpRequest {
        id,
        endpoint,
        description,
        ..
    } = request;
    let sealed = signing_key.as_ref().map(|key| seal(ctx, &id, key));
    let details = ctx
        .write(move |tx| {
            let found = Kind::find(tx, &id)?;
            let mut provider = found.ok_or(Kind::NOT_FOUND)?;
            let old = provider.kind.endpoint();
            let old = old.ok_or(Kind::NOT_FOUND)?;
            let new_endpoint = differing(old, &endpoint);
            let new_description = differing(&provider.description, &description);
            if new_endpoint.is_none() && new_description.is_none() && sealed.is_none() {
                return Ok(unchanged(tx, &provider)?);
            }
            provider.kind = Kind::http(endpoint);
            provider.description = description;
            if let Some(sealed) = sealed {
                provider.sealed_secret = sealed;
            }
            let event = Kind::http_changed(id, new_description, new_endpoint);
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
