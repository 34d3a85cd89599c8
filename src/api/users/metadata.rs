//! Notes that other systems keep with a user, in management and auth (contract/users.md §2, "Metadata").

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::load;
use crate::{
    api::{Ctx, details, lists},
    contract::pb::zitadel::{
        auth::v1 as auth,
        management::v1 as management,
        metadata::v1::{self as wire, MetadataQuery, metadata_query::Query},
        v1::{ListDetails, ListQuery, ObjectDetails},
    },
    domain::{Aggregate, Event, List, TextMethod, User},
    error::{self, Error},
    store::{Metadata, ReadTx, WriteTx},
};

/// Keys and values of one user together: a list without a limit holds all of them in memory.
const MOST_BYTES: i64 = 16 << 20;

/// Keeps a value with a user of the context organization.
pub(in crate::api) async fn set_user_metadata(
    ctx: &Ctx,
    request: management::SetUserMetadataRequest,
) -> Result<management::SetUserMetadataResponse, Error> {
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let mut user = user_in_org(tx, &request.id, org)?.aggregate;
            set(tx, &mut user, &[(request.key, request.value)])?;
            Ok(details::created(&user))
        })
        .await?;
    Ok(management::SetUserMetadataResponse {
        id: String::new(),
        details: Some(details),
    })
}

/// Keeps several values with a user of the context organization, all or none.
pub(in crate::api) async fn bulk_set_user_metadata(
    ctx: &Ctx,
    request: management::BulkSetUserMetadataRequest,
) -> Result<management::BulkSetUserMetadataResponse, Error> {
    let entries: Vec<_> = request
        .metadata
        .into_iter()
        .map(|entry| (entry.key, entry.value))
        .collect();
    if entries.is_empty() {
        return Err(error::METADATA_NO_DATA.into());
    }
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let mut user = user_in_org(tx, &request.id, org)?.aggregate;
            set(tx, &mut user, &entries)?;
            Ok(details::full(&user))
        })
        .await?;
    Ok(management::BulkSetUserMetadataResponse {
        details: Some(details),
    })
}

/// Shows a value of a user of the context organization.
pub(in crate::api) async fn get_user_metadata(
    ctx: &Ctx,
    request: management::GetUserMetadataRequest,
) -> Result<management::GetUserMetadataResponse, Error> {
    let org = ctx.principal()?.org.row;
    let metadata = get_in_org(ctx, &request.id, org, &request.key)?;
    Ok(management::GetUserMetadataResponse {
        metadata: Some(metadata),
    })
}

/// Shows a value of the caller.
pub(in crate::api) async fn get_my_metadata(
    ctx: &Ctx,
    request: auth::GetMyMetadataRequest,
) -> Result<auth::GetMyMetadataResponse, Error> {
    let caller = ctx.principal()?;
    let metadata = get_in_org(ctx, &caller.user_id, caller.home.row, &request.key)?;
    Ok(auth::GetMyMetadataResponse {
        metadata: Some(metadata),
    })
}

fn get_in_org(ctx: &Ctx, user_id: &str, org: i64, key: &str) -> Result<wire::Metadata, Error> {
    ctx.services.store.point(|tx| {
        let user = load::in_org(tx, user_id, org, error::METADATA_GET_NOT_FOUND)?;
        let metadata = tx.metadata(user.aggregate.row, key)?;
        let metadata = metadata.ok_or(error::METADATA_GET_NOT_FOUND)?;
        Ok(shown(metadata, &user.aggregate.owner_id))
    })
}

/// Lists the values of a user of the context organization.
pub(in crate::api) async fn list_user_metadata(
    ctx: &Ctx,
    request: management::ListUserMetadataRequest,
) -> Result<management::ListUserMetadataResponse, Error> {
    let org = ctx.principal()?.org.row;
    let (details, result) =
        list_in_org(ctx, request.id, org, request.query, request.queries).await?;
    Ok(management::ListUserMetadataResponse {
        details: Some(details),
        result,
    })
}

/// Lists the values of the caller.
pub(in crate::api) async fn list_my_metadata(
    ctx: &Ctx,
    request: auth::ListMyMetadataRequest,
) -> Result<auth::ListMyMetadataResponse, Error> {
    let caller = ctx.principal()?;
    let (user_id, org) = (caller.user_id.clone(), caller.home.row);
    let (details, result) = list_in_org(ctx, user_id, org, request.query, request.queries).await?;
    Ok(auth::ListMyMetadataResponse {
        details: Some(details),
        result,
    })
}

async fn list_in_org(
    ctx: &Ctx,
    user_id: String,
    org: i64,
    query: Option<ListQuery>,
    queries: Vec<MetadataQuery>,
) -> Result<(ListDetails, Vec<wire::Metadata>), Error> {
    let page = lists::page_v1(query);
    let list = ctx
        .services
        .store
        .read(move |tx| {
            let as_of = tx.as_of()?;
            let user = tx
                .user(&user_id)?
                .filter(|user| user.aggregate.owner == org);
            let Some(user) = user else {
                return Ok(List::cut(Vec::new(), page, as_of));
            };
            let all = tx.metadata_of(user.aggregate.row)?.into_iter();
            let matching = all.filter(|metadata| {
                queries.iter().all(|query| match &query.query {
                    Some(Query::KeyQuery(by)) => {
                        TextMethod::from_number(by.method).matches(&metadata.key, &by.key)
                    }
                    None => true,
                })
            });
            let owner = user.aggregate.owner_id;
            let shown = matching.map(|metadata| shown(metadata, &owner));
            Ok(List::cut(shown.collect(), page, as_of))
        })
        .await?;
    Ok((lists::details_v1(&list), list.items))
}

/// Forgets a value of a user of the context organization.
pub(in crate::api) async fn remove_user_metadata(
    ctx: &Ctx,
    request: management::RemoveUserMetadataRequest,
) -> Result<management::RemoveUserMetadataResponse, Error> {
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let mut user = user_in_org(tx, &request.id, org)?.aggregate;
            if !tx.delete_metadata(user.row, &request.key)? {
                return Err(error::METADATA_REMOVE_NOT_FOUND.into());
            }
            user.push(Event::MetadataRemoved { key: request.key });
            tx.save_user_events(&mut user)?;
            Ok(details::full(&user))
        })
        .await?;
    Ok(management::RemoveUserMetadataResponse {
        details: Some(details),
    })
}

/// Forgets several values of a user of the context organization, all or none.
pub(in crate::api) async fn bulk_remove_user_metadata(
    ctx: &Ctx,
    request: management::BulkRemoveUserMetadataRequest,
) -> Result<management::BulkRemoveUserMetadataResponse, Error> {
    if request.keys.is_empty() {
        return Err(error::METADATA_NO_DATA.into());
    }
    let org = ctx.principal()?.org.row;
    let details: ObjectDetails = ctx
        .write(move |tx| {
            let mut user = user_in_org(tx, &request.id, org)?.aggregate;
            remove(tx, &mut user, &request.keys)?;
            Ok(details::full(&user))
        })
        .await?;
    Ok(management::BulkRemoveUserMetadataResponse {
        details: Some(details),
    })
}

fn user_in_org(tx: &ReadTx<'_>, user_id: &str, org: i64) -> Result<User, Error> {
    load::in_org(tx, user_id, org, error::METADATA_USER_NOT_FOUND)
}

/// Whether every entry can be kept.
///
/// # Errors
/// INVALID META-2m00f for an entry without a key or a value.
pub(super) fn check(entries: &[(String, Vec<u8>)]) -> Result<(), Error> {
    let is_whole = |(key, value): &(String, Vec<u8>)| !key.trim().is_empty() && !value.is_empty();
    if !entries.iter().all(is_whole) {
        return Err(error::METADATA_INVALID.into());
    }
    Ok(())
}

/// Keeps values; each is an event, whether it differs or not.
pub(super) fn set(
    tx: &WriteTx<'_>,
    user: &mut Aggregate,
    entries: &[(String, Vec<u8>)],
) -> Result<(), Error> {
    check(entries)?;
    keep(tx, user, entries)?;
    if tx.metadata_bytes(user.row)? > MOST_BYTES {
        return Err(Error::invalid(
            "A user keeps at most 16 MiB of metadata: remove some first",
        ));
    }
    tx.save_user_events(user)
}

/// Keeps values that were checked; their events are not yet saved.
pub(super) fn keep(
    tx: &WriteTx<'_>,
    user: &mut Aggregate,
    entries: &[(String, Vec<u8>)],
) -> Result<(), Error> {
    for (key, value) in entries {
        user.push(Event::MetadataSet {
            key: key.clone(),
            value: STANDARD.encode(value),
        });
        let sequence = user.sequence + user.pending.len() as i64;
        tx.save_metadata(user.row, key, value, sequence)?;
    }
    Ok(())
}

/// Forgets values; one that is not there is an error.
pub(super) fn remove(tx: &WriteTx<'_>, user: &mut Aggregate, keys: &[String]) -> Result<(), Error> {
    for key in keys {
        if key.trim().is_empty() {
            return Err(error::METADATA_BULK_REMOVE_INVALID.into());
        }
        if !tx.delete_metadata(user.row, key)? {
            return Err(error::METADATA_BULK_REMOVE_NOT_FOUND.into());
        }
        user.push(Event::MetadataRemoved { key: key.clone() });
    }
    tx.save_user_events(user)
}

fn shown(metadata: Metadata, owner_id: &str) -> wire::Metadata {
    wire::Metadata {
        details: Some(ObjectDetails {
            sequence: u64::try_from(metadata.sequence).unwrap_or(0),
            creation_date: Some(details::wire_time(metadata.created_at)),
            change_date: Some(details::wire_time(metadata.changed_at)),
            resource_owner: owner_id.to_owned(),
        }),
        key: metadata.key,
        value: metadata.value,
    }
}
