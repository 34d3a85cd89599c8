//! `RemovePersonalAccessToken` of management and v2: the token stops being good at once.

use crate::{
    api::{Ctx, details, users::load},
    contract::pb::zitadel::{
        management::v1::{RemovePersonalAccessTokenRequest, RemovePersonalAccessTokenResponse},
        user::v2,
    },
    domain::{Aggregate, Event},
    error::{self, Error},
    store::WriteTx,
};

/// Removes a token of a user of the context organization.
pub(in crate::api) async fn remove_personal_access_token(
    ctx: &Ctx,
    request: RemovePersonalAccessTokenRequest,
) -> Result<RemovePersonalAccessTokenResponse, Error> {
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let user = load::in_org(tx, &request.user_id, org, error::TOKEN_NOT_FOUND)?;
            let user = remove(tx, user.aggregate, request.token_id)?;
            Ok(details::full(&user))
        })
        .await?;
    Ok(RemovePersonalAccessTokenResponse {
        details: Some(details),
    })
}

/// Removes a token of a user of any organization in which the caller has user.write.
pub(in crate::api) async fn remove_personal_access_token_v2(
    ctx: &Ctx,
    request: v2::RemovePersonalAccessTokenRequest,
) -> Result<v2::RemovePersonalAccessTokenResponse, Error> {
    let caller = ctx.principal()?.clone();
    let removed_at = ctx
        .write(move |tx| {
            let user = load::anywhere(tx, &request.user_id, error::TOKEN_NOT_FOUND)?.aggregate;
            load::check_writer(tx, &caller, &user)?;
            Ok(remove(tx, user, request.token_id)?.changed_at)
        })
        .await?;
    Ok(v2::RemovePersonalAccessTokenResponse {
        deletion_date: Some(details::wire_time(removed_at)),
    })
}

fn remove(tx: &WriteTx<'_>, mut user: Aggregate, token_id: String) -> Result<Aggregate, Error> {
    if !tx.has_token(user.row, &token_id)? {
        return Err(error::TOKEN_NOT_FOUND.into());
    }
    tx.delete_token(&token_id)?;
    user.push(Event::TokenRemoved { token_id });
    tx.save_user_events(&mut user)?;
    Ok(user)
}
