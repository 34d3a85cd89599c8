//! Revocation (RFC 7009): a client gives a token back that it got.

use super::{Fault, Parameters, client};
use crate::{api::Ctx, auth::good_token, store::Stamp};

/// Ends an access token of the client, or one with which the client acts as another user. Any other
/// token, also one that does not exist, is left alone without a word, as the standard asks.
///
/// # Errors
/// `invalid_client` without a client, `unauthorized_client` for a bad one, `invalid_request` without
/// a token.
pub async fn revoke(ctx: &Ctx, request: &Parameters) -> Result<(), Fault> {
    let client = client::authenticated(ctx, request)?.aggregate;
    let text = request.required("token")?;
    let token = ctx
        .services
        .store
        .point(|tx| good_token(tx, text, ctx.now))?;
    let Some((token, access)) = token.and_then(|token| Some((token.clone(), token.access?))) else {
        return Ok(());
    };
    let holder = access.actor.map_or(token.user, |(row, _)| row);
    if holder != client.row {
        return Ok(());
    }
    let stamp = Stamp {
        now: ctx.now,
        editor: client.id,
        actor: None,
    };
    let gone = move |tx: &crate::store::WriteTx<'_>| Ok(tx.delete_access_token(&token.id)?);
    Ok(ctx.services.store.write(stamp, gone).await?)
}
