//! `GetMachineKeyByIDs`, `ListMachineKeys` and v2 `ListKeys`: never with the keys themselves.

use crate::{
    api::{
        Ctx,
        credentials::{self, by_time},
        details::wire_time,
        lists,
    },
    contract::pb::zitadel::{
        authn::v1::{Key, KeyType},
        management::v1 as management,
        user::v2::{self, keys_search_filter::Filter},
    },
    error::{self, Error},
    store::{Credential, CredentialCondition as Condition, CredentialKind},
};

/// Shows a key of a user of the context organization.
pub(in crate::api) async fn get_machine_key_by_ids(
    ctx: &Ctx,
    request: management::GetMachineKeyByIDsRequest,
) -> Result<management::GetMachineKeyByIDsResponse, Error> {
    let (user, key) = (request.user_id, Some(request.key_id));
    let page = lists::page_v1(None);
    let found = credentials::of_user(ctx, CredentialKind::Key, user, key, page).await?;
    let key = found.items.into_iter().next();
    Ok(management::GetMachineKeyByIDsResponse {
        key: Some(shown(key.ok_or(error::KEY_GET_NOT_FOUND)?)),
    })
}

/// Lists the keys of a user of the context organization.
pub(in crate::api) async fn list_machine_keys(
    ctx: &Ctx,
    request: management::ListMachineKeysRequest,
) -> Result<management::ListMachineKeysResponse, Error> {
    let page = lists::page_v1(request.query);
    let found = credentials::of_user(ctx, CredentialKind::Key, request.user_id, None, page).await?;
    Ok(management::ListMachineKeysResponse {
        details: Some(lists::details_v1(&found)),
        result: found.items.into_iter().map(shown).collect(),
    })
}

/// Lists the keys that the caller may read.
pub(in crate::api) async fn list_keys_v2(
    ctx: &Ctx,
    request: v2::ListKeysRequest,
) -> Result<v2::ListKeysResponse, Error> {
    let page = lists::page_filter(request.pagination)?;
    let filters = request
        .filters
        .into_iter()
        .filter_map(|filter| filter.filter);
    let conditions = filters.map(|filter| match filter {
        Filter::KeyIdFilter(by) => Ok(Condition::Id(by.id)),
        Filter::UserIdFilter(by) => Ok(Condition::User(by.id)),
        Filter::OrganizationIdFilter(by) => Ok(Condition::Org(by.id)),
        Filter::CreatedDateFilter(by) => by_time(Condition::Created, by),
        Filter::ExpirationDateFilter(by) => by_time(Condition::Expires, by),
    });
    let conditions = conditions.collect::<Result<_, _>>()?;
    let order = credentials::order(request.sorting_column);
    let found = credentials::readable(ctx, CredentialKind::Key, conditions, order, page).await?;
    Ok(v2::ListKeysResponse {
        pagination: Some(lists::pagination(&found, page)),
        result: found.items.into_iter().map(shown_v2).collect(),
    })
}

fn shown(key: Credential) -> Key {
    Key {
        details: Some(credentials::details(&key)),
        id: key.id,
        r#type: KeyType::Json.into(),
        expiration_date: Some(wire_time(key.expires_at)),
    }
}

fn shown_v2(key: Credential) -> v2::Key {
    v2::Key {
        creation_date: Some(wire_time(key.created_at)),
        change_date: Some(wire_time(key.created_at)),
        id: key.id,
        user_id: key.user_id,
        organization_id: key.org_id,
        expiration_date: Some(wire_time(key.expires_at)),
    }
}
