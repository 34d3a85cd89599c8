//! `ListUserChanges` and `ListMyUserChanges`: a user's history, newest first unless asked otherwise.

use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::{
        auth::v1::{ListMyUserChangesRequest, ListMyUserChangesResponse},
        change::v1::{Change, ChangeQuery},
        management::v1::{ListUserChangesRequest, ListUserChangesResponse},
        v1::LocalizedMessage,
    },
    error::Error,
    store::{EventPage, StoredEvent},
};

/// Events in one answer at most, also when no limit is asked for: a history grows without end, and a
/// caller goes on with the sequence.
const MOST_EVENTS: u32 = 1000;

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
    let ChangeQuery {
        sequence,
        limit,
        asc,
    } = query.unwrap_or_default();
    let page = EventPage {
        after_sequence: i64::try_from(sequence).unwrap_or(i64::MAX),
        limit: if limit == 0 {
            MOST_EVENTS
        } else {
            limit.min(MOST_EVENTS)
        },
        is_ascending: asc,
    };
    let events = ctx
        .services
        .store
        .read(move |tx| tx.user_changes(&user_id, org, page))
        .await?;
    Ok(events.into_iter().map(change).collect())
}

fn change(event: StoredEvent) -> Change {
    let key = format!("EventTypes.{}", event.name);
    let (display_name, login_name) = event.editor_names.unwrap_or_default();
    Change {
        change_date: Some(details::wire_time(event.created_at)),
        event_type: Some(LocalizedMessage {
            localized_message: key.clone(),
            key,
        }),
        sequence: u64::try_from(event.sequence).unwrap_or(0),
        editor_id: event.editor,
        editor_display_name: display_name,
        resource_owner_id: event.owner_id,
        editor_preferred_login_name: login_name,
        editor_avatar_url: String::new(),
    }
}
