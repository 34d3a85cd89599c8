//! `ListUsers` of management and v2, `GetUserByLoginNameGlobal` and `IsUserUnique`.

use super::{search, shown};
use crate::{
    api::{Ctx, lists},
    auth as access,
    contract::pb::zitadel::{management::v1 as management, user::v2},
    domain::{Comparison, TextMatch, UserCondition, UserText},
    error::{self, Error},
    store::{ReadTx, UserScope, UserSearch},
};

/// Lists the users of the context organization that all of the queries want.
pub(in crate::api) async fn list_users(
    ctx: &Ctx,
    request: management::ListUsersRequest,
) -> Result<management::ListUsersResponse, Error> {
    let search = UserSearch {
        scope: UserScope::Orgs {
            orgs: vec![ctx.principal()?.org.row],
            and_user: None,
        },
        condition: search::condition_v1(request.queries)?,
        order: search::order(request.sorting_column),
        page: lists::page_v1(request.query),
    };
    let store = &ctx.services.store;
    let users = store.read(move |tx| tx.search_users(&search)).await?;
    Ok(management::ListUsersResponse {
        details: Some(lists::details_v1(&users)),
        result: users.items.into_iter().map(shown::user_v1).collect(),
        ..management::ListUsersResponse::default()
    })
}

/// Lists the users of all organizations in which the caller has user.read, and the caller, as far as
/// all of the queries want them.
pub(in crate::api) async fn list_users_v2(
    ctx: &Ctx,
    request: v2::ListUsersRequest,
) -> Result<v2::ListUsersResponse, Error> {
    let caller = ctx.principal()?.clone();
    let condition = search::condition_v2(request.queries)?;
    let order = search::order(request.sorting_column);
    let page = lists::page_v2(request.query);
    let find = move |tx: &ReadTx<'_>| {
        let scope = match access::orgs_with(tx, &caller, "user.read")? {
            None => UserScope::Everyone,
            Some(orgs) => UserScope::Orgs {
                and_user: (!orgs.contains(&caller.home.row)).then_some(caller.user),
                orgs,
            },
        };
        tx.search_users(&UserSearch {
            scope,
            condition,
            order,
            page,
        })
    };
    let users = ctx.services.store.read(find).await?;
    Ok(v2::ListUsersResponse {
        details: Some(lists::details_v2(&users)),
        result: users.items.into_iter().map(shown::user_v2).collect(),
        ..v2::ListUsersResponse::default()
    })
}

/// Shows the user of any organization with a login name, which is its user name.
pub(in crate::api) async fn get_user_by_login_name_global(
    ctx: &Ctx,
    request: management::GetUserByLoginNameGlobalRequest,
) -> Result<management::GetUserByLoginNameGlobalResponse, Error> {
    let user = ctx.services.store.point(|tx| {
        let id = tx.user_id_by_name(&request.login_name)?;
        id.map_or(Ok(None), |id| tx.user(&id))
    })?;
    let user = user.ok_or(error::USER_NOT_FOUND)?;
    Ok(management::GetUserByLoginNameGlobalResponse {
        user: Some(shown::user_v1(user)),
    })
}

/// Says whether no user of the instance has the user name and the address, whatever their case.
pub(in crate::api) async fn is_user_unique(
    ctx: &Ctx,
    request: management::IsUserUniqueRequest,
) -> Result<management::IsUserUniqueResponse, Error> {
    let given = [
        (UserText::UserName, request.user_name),
        (UserText::Email, request.email),
    ];
    let conditions =
        given
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(column, text)| {
                let wanted = TextMatch {
                    text,
                    comparison: Comparison::Equals,
                    ignores_case: true,
                };
                UserCondition::Text(column, wanted)
            });
    let wanted = UserCondition::All(conditions.collect());
    let is_unique = !ctx.services.store.point(|tx| tx.has_user(&wanted))?;
    Ok(management::IsUserUniqueResponse { is_unique })
}
