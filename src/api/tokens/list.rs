//! `GetPersonalAccessTokenByIDs`, `ListPersonalAccessTokens` and its v2 form: never with the text of a
//! token.

use crate::{
    api::{
        Ctx,
        credentials::{self, by_time},
        details::wire_time,
        lists,
    },
    contract::pb::zitadel::{
        management::v1 as management,
        user::{
            v1::PersonalAccessToken,
            v2::{self, personal_access_tokens_search_filter::Filter},
        },
    },
    error::{self, Error},
    store::{Credential, CredentialCondition as Condition, CredentialKind},
};

/// Shows a token of a user of the context organization.
pub(in crate::api) async fn get_personal_access_token_by_ids(
    ctx: &Ctx,
    request: management::GetPersonalAccessTokenByIDsRequest,
) -> Result<management::GetPersonalAccessTokenByIDsResponse, Error> {
    let (user, token) = (request.user_id, Some(request.token_id));
    let page = lists::page_v1(None);
    let found = credentials::of_user(ctx, CredentialKind::Token, user, token, page).await?;
    let token = found.items.into_iter().next();
    Ok(management::GetPersonalAccessTokenByIDsResponse {
        token: Some(shown(token.ok_or(error::TOKEN_GET_NOT_FOUND)?)),
    })
}

/// Lists the tokens of a user of the context organization.
pub(in crate::api) async fn list_personal_access_tokens(
    ctx: &Ctx,
    request: management::ListPersonalAccessTokensRequest,
) -> Result<management::ListPersonalAccessTokensResponse, Error> {
    let page = lists::page_v1(request.query);
    let found =
        credentials::of_user(ctx, CredentialKind::Token, request.user_id, None, page).await?;
    Ok(management::ListPersonalAccessTokensResponse {
        details: Some(lists::details_v1(&found)),
        result: found.items.into_iter().map(shown).collect(),
    })
}

/// Lists the tokens that the caller may read.
pub(in crate::api) async fn list_personal_access_tokens_v2(
    ctx: &Ctx,
    request: v2::ListPersonalAccessTokensRequest,
) -> Result<v2::ListPersonalAccessTokensResponse, Error> {
    let page = lists::page_filter(request.pagination)?;
    let filters = request
        .filters
        .into_iter()
        .filter_map(|filter| filter.filter);
    let conditions = filters.map(|filter| match filter {
        Filter::TokenIdFilter(by) => Ok(Condition::Id(by.id)),
        Filter::UserIdFilter(by) => Ok(Condition::User(by.id)),
        Filter::OrganizationIdFilter(by) => Ok(Condition::Org(by.id)),
        Filter::CreatedDateFilter(by) => by_time(Condition::Created, by),
        Filter::ExpirationDateFilter(by) => by_time(Condition::Expires, by),
    });
    let conditions = conditions.collect::<Result<_, _>>()?;
    let order = credentials::order(request.sorting_column);
    let found = credentials::readable(ctx, CredentialKind::Token, conditions, order, page).await?;
    Ok(v2::ListPersonalAccessTokensResponse {
        pagination: Some(lists::pagination(&found, page)),
        result: found.items.into_iter().map(shown_v2).collect(),
    })
}

fn shown(token: Credential) -> PersonalAccessToken {
    PersonalAccessToken {
        details: Some(credentials::details(&token)),
        id: token.id,
        scopes: token.scopes.split(" ").map(str::to_owned).collect(),
        expiration_date: Some(wire_time(token.expires_at)),
    }
}

fn shown_v2(token: Credential) -> v2::PersonalAccessToken {
    v2::PersonalAccessToken {
        creation_date: Some(wire_time(token.created_at)),
        change_date: Some(wire_time(token.created_at)),
        id: token.id,
        user_id: token.user_id,
        organization_id: token.org_id,
        expiration_date: Some(wire_time(token.expires_at)),
    }
}
