//! v2 `SetUserMetadata`, `ListUserMetadata` and `DeleteUserMetadata`.

use super::{load, metadata};
use crate::{
    api::{Ctx, details, lists},
    contract::pb::zitadel::{
        metadata::v2::{Metadata, MetadataSearchFilter, metadata_search_filter::Filter},
        user::v2::{
            DeleteUserMetadataRequest, DeleteUserMetadataResponse, ListUserMetadataRequest,
            ListUserMetadataResponse, SetUserMetadataRequest, SetUserMetadataResponse,
        },
    },
    domain::{List, TextMethod},
    error::{self, Error},
    store,
};

/// Keeps values with a user of any organization in which the caller has user.write, all or none.
pub(in crate::api) async fn set_user_metadata(
    ctx: &Ctx,
    request: SetUserMetadataRequest,
) -> Result<SetUserMetadataResponse, Error> {
    let entries: Vec<_> = request
        .metadata
        .into_iter()
        .map(|entry| (entry.key, entry.value))
        .collect();
    if entries.is_empty() {
        return Err(error::METADATA_NO_DATA.into());
    }
    let caller = ctx.principal()?.clone();
    let set_at = ctx
        .write(move |tx| {
            let user = load::anywhere(tx, &request.user_id, error::METADATA_USER_NOT_FOUND)?;
            let mut user = user.aggregate;
            load::check_writer(tx, &caller, &user)?;
            metadata::set(tx, &mut user, &entries)?;
            Ok(user.changed_at)
        })
        .await?;
    Ok(SetUserMetadataResponse {
        set_date: Some(details::wire_time(set_at)),
    })
}

/// Forgets values of a user of any organization in which the caller has user.write, all or none.
pub(in crate::api) async fn delete_user_metadata(
    ctx: &Ctx,
    request: DeleteUserMetadataRequest,
) -> Result<DeleteUserMetadataResponse, Error> {
    if request.keys.is_empty() {
        return Err(error::METADATA_NO_DATA.into());
    }
    let caller = ctx.principal()?.clone();
    let removed_at = ctx
        .write(move |tx| {
            let user = load::anywhere(tx, &request.user_id, error::METADATA_USER_NOT_FOUND)?;
            let mut user = user.aggregate;
            load::check_writer(tx, &caller, &user)?;
            metadata::remove(tx, &mut user, &request.keys)?;
            Ok(user.changed_at)
        })
        .await?;
    Ok(DeleteUserMetadataResponse {
        deletion_date: Some(details::wire_time(removed_at)),
    })
}

/// Lists the values of the caller, or of a user of an organization in which the caller has user.read.
pub(in crate::api) async fn list_user_metadata(
    ctx: &Ctx,
    request: ListUserMetadataRequest,
) -> Result<ListUserMetadataResponse, Error> {
    let page = lists::page_filter(request.pagination)?;
    let caller = ctx.principal()?.clone();
    let filters = request.filters;
    let list = ctx
        .services
        .store
        .read(move |tx| {
            let as_of = tx.as_of()?;
            let Some(user) = tx.user(&request.user_id)? else {
                return Ok(List::cut(Vec::new(), page, as_of));
            };
            load::check_self_or_reader(tx, &caller, &user.aggregate)?;
            let mut found = tx.metadata_of(user.aggregate.row)?;
            found.retain(|metadata| {
                filters
                    .iter()
                    .all(|filter| is_wanted(filter, &metadata.key))
            });
            if !page.is_ascending {
                found.reverse();
            }
            Ok(List::cut(found, page, as_of).map(shown))
        })
        .await?;
    Ok(ListUserMetadataResponse {
        pagination: Some(lists::pagination(&list, page)),
        metadata: list.items,
    })
}

fn shown(metadata: store::Metadata) -> Metadata {
    Metadata {
        creation_date: Some(details::wire_time(metadata.created_at)),
        change_date: Some(details::wire_time(metadata.changed_at)),
        key: metadata.key,
        value: metadata.value,
    }
}

fn is_wanted(filter: &MetadataSearchFilter, key: &str) -> bool {
    match &filter.filter {
        Some(Filter::KeyFilter(by)) => TextMethod::from_number(by.method).matches(key, &by.key),
        None => true,
    }
}
