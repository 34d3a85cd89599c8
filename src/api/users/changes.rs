//! `ListUserChanges` and `ListMyUserChanges`: a user's history, newest first unless asked otherwise.

use crate::{
    api::{Ctx, history},
    contract::pb::zitadel::{
        auth::v1::{ListMyUserChangesRequest, ListMyUserChangesResponse},
        change::v1::{Change, ChangeQuery},
        management::v1::{ListUserChangesRequest, ListUserChangesResponse},
    },
    error::Error,
};

/// Lists the events of a user while it belonged to the context organization.
pub(in crate::api) async fn list_user_changes(
    ctx: &Ctx,
    request: ListUserChangesRequest,
) -> Result<ListUserChangesResponse, Error> {
    let org = ctx.principal()?.org.row;
    let result = changes(ctx, request.user_id, org, request.query).await?;
    Ok(ListUserChangesResponse { result })
}

/// Lists the events of the caller.
pub(in crate::api) async fn list_my_user_changes(
    ctx: &Ctx,
    request: ListMyUserChangesRequest,
) -> Result<ListMyUserChangesResponse, Error> {
    let caller = ctx.principal()?;
    let (user_id, org) = (caller.user_id.clone(), caller.home.row);
    let result = changes(ctx, user_id, org, request.query).await?;
    Ok(ListMyUserChangesResponse { result })
}

async fn changes(
    ctx: &Ctx,
    user_id: String,
    org: i64,
    query: Option<ChangeQuery>,
) -> Result<Vec<Change>, Error> {
    let page = history::page(query);
    let store = &ctx.services.store;
    let events = store
        .read(move |tx| tx.user_changes(&user_id, org, page))
        .await?;
    Ok(history::changes(events))
}
