//! `ListOrgs` of admin, `ListMyProjectOrgs` of auth and v2 `ListOrganizations`.

use super::shown;
use crate::{
    api::{Ctx, lists},
    auth as access,
    contract::pb::zitadel::{admin::v1 as admin, auth::v1 as auth, org},
    domain::{OrgCondition, OrgOrder, OrgState, TextMatch},
    error::Error,
    store::{OrgSearch, ReadTx},
};

/// Lists the organizations that all of the queries want.
pub(in crate::api) async fn list_orgs(
    ctx: &Ctx,
    request: admin::ListOrgsRequest,
) -> Result<admin::ListOrgsResponse, Error> {
    let search = OrgSearch {
        within: None,
        conditions: request
            .queries
            .into_iter()
            .filter_map(condition_v1)
            .collect(),
        order: order(request.sorting_column),
        page: lists::page_v1(request.query),
    };
    let store = &ctx.services.store;
    let orgs = store.read(move |tx| tx.search_orgs(&search)).await?;
    Ok(admin::ListOrgsResponse {
        details: Some(lists::details_v1(&orgs)),
        result: orgs.items.into_iter().map(shown::org_v1).collect(),
        ..admin::ListOrgsResponse::default()
    })
}

/// Lists the organizations in which the caller has a role: all of them for a member of the instance.
pub(in crate::api) async fn list_my_project_orgs(
    ctx: &Ctx,
    request: auth::ListMyProjectOrgsRequest,
) -> Result<auth::ListMyProjectOrgsResponse, Error> {
    let user = ctx.principal()?.user;
    let conditions = request
        .queries
        .into_iter()
        .filter_map(condition_v1)
        .collect();
    let order = order(request.sorting_column);
    let page = lists::page_v1(request.query);
    let find = move |tx: &ReadTx<'_>| {
        let memberships = tx.memberships_of(user)?;
        tx.search_orgs(&OrgSearch {
            // One in the instance, without an organization, makes it all of them.
            within: memberships
                .iter()
                .map(|membership| membership.org)
                .collect(),
            conditions,
            order,
            page,
        })
    };
    let orgs = ctx.services.store.read(find).await?;
    Ok(auth::ListMyProjectOrgsResponse {
        details: Some(lists::details_v1(&orgs)),
        result: orgs.items.into_iter().map(shown::org_v1).collect(),
    })
}

/// Lists the organizations in which the caller has org.read, as far as all of the queries want them.
pub(in crate::api) async fn list_organizations(
    ctx: &Ctx,
    request: org::v2::ListOrganizationsRequest,
) -> Result<org::v2::ListOrganizationsResponse, Error> {
    let caller = ctx.principal()?.clone();
    let conditions = request
        .queries
        .into_iter()
        .filter_map(condition_v2)
        .collect();
    let order = order(request.sorting_column);
    let page = lists::page_v2(request.query);
    let find = move |tx: &ReadTx<'_>| {
        tx.search_orgs(&OrgSearch {
            within: access::orgs_with(tx, &caller, "org.read")?,
            conditions,
            order,
            page,
        })
    };
    let orgs = ctx.services.store.read(find).await?;
    Ok(org::v2::ListOrganizationsResponse {
        details: Some(lists::details_v2(&orgs)),
        result: orgs.items.into_iter().map(shown::org_v2).collect(),
        ..org::v2::ListOrganizationsResponse::default()
    })
}

/// Both versions number the columns the same; the second is v2's only.
fn order(column: i32) -> Option<OrgOrder> {
    match column {
        1 => Some(OrgOrder::Name),
        2 => Some(OrgOrder::CreatedAt),
        _ => None,
    }
}

fn condition_v1(query: org::v1::OrgQuery) -> Option<OrgCondition> {
    use org::v1::org_query::Query;
    // The rules have just demanded a member.
    Some(match query.query? {
        Query::NameQuery(query) => OrgCondition::Name(TextMatch::new(query.name, query.method)),
        Query::DomainQuery(query) => {
            OrgCondition::Domain(TextMatch::new(query.domain, query.method))
        }
        Query::StateQuery(query) => state(query.state),
        Query::IdQuery(query) => OrgCondition::Id(query.id),
    })
}

fn condition_v2(query: org::v2::SearchQuery) -> Option<OrgCondition> {
    use org::v2::search_query::Query;
    Some(match query.query? {
        Query::NameQuery(query) => OrgCondition::Name(TextMatch::new(query.name, query.method)),
        Query::DomainQuery(query) => {
            OrgCondition::Domain(TextMatch::new(query.domain, query.method))
        }
        Query::StateQuery(query) => state(query.state),
        Query::IdQuery(query) => OrgCondition::Id(query.id),
        Query::DefaultQuery(_) => OrgCondition::IsDefault,
    })
}

/// Both versions number the states as they are stored.
fn state(number: i32) -> OrgCondition {
    OrgCondition::State(OrgState::from_number(number.into()))
}
