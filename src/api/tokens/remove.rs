//! `RemovePersonalAccessToken`: the token stops being good at once.

use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::management::v1::{
        RemovePersonalAccessTokenRequest, RemovePersonalAccessTokenResponse,
    },
    domain::Event,
    error::{self, Error},
};

/// Removes a token of a user of the context organization.
pub(in crate::api) async fn remove_personal_access_token(
    ctx: &Ctx,
    request: RemovePersonalAccessTokenRequest,
) -> Result<RemovePersonalAccessTokenResponse, Error> {
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let user = tx
                .user(&request.user_id)?
                .filter(|user| user.aggregate.owner == org);
            let mut user = user.ok_or(error::TOKEN_NOT_FOUND)?.aggregate;
            if !tx.has_token(user.row, &request.token_id)? {
                return Err(error::TOKEN_NOT_FOUND.into());
            }
            tx.delete_token(&request.token_id)?;
            user.push(Event::TokenRemoved {
                token_id: request.token_id,
            });
            tx.save_user_events(&mut user)?;
            Ok(details::full(&user))
        })
        .await?;
    Ok(RemovePersonalAccessTokenResponse {
        details: Some(details),
    })
}
