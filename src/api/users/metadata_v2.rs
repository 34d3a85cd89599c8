//! v2 `SetUserMetadata`, `ListUserMetadata` and `DeleteUserMetadata`.

use super::{load, metadata};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::{
        filter::v2::PaginationResponse,
        metadata::v2::{Metadata, MetadataSearchFilter, metadata_search_filter::Filter},
        user::v2::{
            DeleteUserMetadataRequest, DeleteUserMetadataResponse, ListUserMetadataRequest,
            ListUserMetadataResponse, SetUserMetadataRequest, SetUserMetadataResponse,
        },
    },
    domain::TextMethod,
    error::{self, Error},
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
    let page = request.pagination.unwrap_or_default();
    let limit = match page.limit {
        0 => 100,
        limit if limit > 1000 => return Err(error::LIST_LIMIT_EXCEEDED.into()),
        limit => limit,
    };
    let caller = ctx.principal()?.clone();
    let filters = request.filters;
    let mut found = ctx
        .services
        .store
        .read(move |tx| {
            let Some(user) = tx.user(&request.user_id)? else {
                return Ok(Vec::new());
            };
            load::check_self_or_reader(tx, &caller, &user.aggregate)?;
            let all = tx.metadata_of(user.aggregate.row)?.into_iter();
            Ok(all
                .filter(|metadata| {
                    filters
                        .iter()
                        .all(|filter| is_wanted(filter, &metadata.key))
                })
                .map(|metadata| Metadata {
                    creation_date: Some(details::wire_time(metadata.created_at)),
                    change_date: Some(details::wire_time(metadata.changed_at)),
                    key: metadata.key,
                    value: metadata.value,
                })
                .collect())
        })
        .await?;
    if !page.asc {
        found.reverse();
    }
    let total_result = found.len() as u64;
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let metadata = found
        .into_iter()
        .skip(offset)
        .take(limit as usize)
        .collect();
    Ok(ListUserMetadataResponse {
        pagination: Some(PaginationResponse {
            total_result,
            applied_limit: limit.into(),
        }),
        metadata,
    })
}

fn is_wanted(filter: &MetadataSearchFilter, key: &str) -> bool {
    match &filter.filter {
        Some(Filter::KeyFilter(by)) => TextMethod::from_number(by.method).matches(key, &by.key),
        None => true,
    }
}
