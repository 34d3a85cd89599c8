//! Add and change an endpoint that gets the messages as JSON.
//!
//! What it gets is signed (contract/providers.md §4); the key is made here and shown to administrators.
//! Secrets in the URL itself are sealed with the key and never told in events. A login in it is not shown;
//! an endpoint that is given back as it is shown stays.

use super::{HttpFamily, differing, new, open, save, unchanged};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::admin::v1::{
        AddEmailProviderHttpRequest, AddEmailProviderHttpResponse, UpdateEmailProviderHttpRequest,
        UpdateEmailProviderHttpResponse,
    },
    domain::{CodePolicy, SecretGenerator},
    error::Error,
    masked_url::{is_masked, masked, without_login},
    store::EndpointSecret,
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
    let secret = EndpointSecret {
        signing_key: new_signing_key(),
        endpoint,
    };
    let endpoint = masked(&secret.endpoint).into_owned();
    let kind = Kind::http(endpoint.clone());
    let mut provider = new(ctx, &id, description, kind, &secret.text(&endpoint));
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
        signing_key: secret.signing_key,
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
    let (keys, new_key) = (ctx.services.keys.clone(), signing_key.clone());
    let details = ctx
        .write(move |tx| {
            let found = Kind::find(tx, &id)?;
            let mut provider = found.ok_or(Kind::NOT_FOUND)?;
            let old = provider.kind.endpoint();
            let old = old.ok_or(Kind::NOT_FOUND)?;
            let old = EndpointSecret::parse(&open(&keys, &provider).unwrap_or_default(), old);
            let new = EndpointSecret {
                signing_key: new_key.unwrap_or_else(|| old.signing_key.clone()),
                endpoint: match endpoint == without_login(&old.endpoint) {
                    true => old.endpoint.clone(),
                    false => endpoint,
                },
            };
            if is_masked(&new.endpoint) {
                return Err(Error::invalid(Kind::MASKED).into());
            }
            let new_description = differing(&provider.description, &description);
            if new == old && new_description.is_none() {
                return Ok(unchanged(tx, &provider)?);
            }
            let endpoint = masked(&new.endpoint).into_owned();
            let new_endpoint = (new.endpoint != old.endpoint).then(|| endpoint.clone());
            // One that cannot be opened stays so, until it gets a new key.
            if new != old && !new.signing_key.is_empty() {
                let secret = new.text(&endpoint);
                provider.sealed_secret = keys.seal_setting(&id, secret.as_bytes());
            }
            provider.kind = Kind::http(endpoint);
            provider.description = description;
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
