//! `ListUserMemberships` and `ListMyMemberships`: where a user has which roles.

use crate::{
    api::{Ctx, details, instance, lists},
    contract::pb::zitadel::{
        auth::v1 as auth,
        management::v1 as management,
        user::v1::{Membership, MembershipQuery, membership::Type, membership_query::Query},
        v1::{ListDetails, ListQuery, ObjectDetails},
    },
    domain::List,
    error::Error,
    store::FoundMembership,
};

/// Lists what a user of any organization is in the context organization and on the instance.
pub(in crate::api) async fn list_user_memberships(
    ctx: &Ctx,
    request: management::ListUserMembershipsRequest,
) -> Result<management::ListUserMembershipsResponse, Error> {
    let context = ctx.principal()?.org.id.clone();
    let (details, result) = memberships(
        ctx,
        request.user_id,
        request.query,
        request.queries,
        move |membership| membership.org.as_ref().is_none_or(|(id, _)| *id == context),
    )
    .await?;
    Ok(management::ListUserMembershipsResponse {
        details: Some(details),
        result,
    })
}

/// Lists what the caller is anywhere.
pub(in crate::api) async fn list_my_memberships(
    ctx: &Ctx,
    request: auth::ListMyMembershipsRequest,
) -> Result<auth::ListMyMembershipsResponse, Error> {
    let caller = ctx.principal()?.user_id.clone();
    let (details, result) =
        memberships(ctx, caller, request.query, request.queries, |_| true).await?;
    Ok(auth::ListMyMembershipsResponse {
        details: Some(details),
        result,
    })
}

async fn memberships(
    ctx: &Ctx,
    user_id: String,
    query: Option<ListQuery>,
    queries: Vec<MembershipQuery>,
    is_visible: impl Fn(&FoundMembership) -> bool + Send + 'static,
) -> Result<(ListDetails, Vec<Membership>), Error> {
    let page = lists::page_v1(query);
    let id = user_id.clone();
    let (memberships, instance_id) = ctx
        .services
        .store
        .read(move |tx| {
            let mut all = tx.found_memberships(&id)?;
            all.retain(|membership| is_visible(membership) && is_wanted(membership, &queries));
            let memberships = List::cut(all, page, tx.as_of()?);
            Ok((memberships, tx.instance()?.aggregate.id))
        })
        .await?;
    let details = lists::details_v1(&memberships);
    let shown = memberships
        .items
        .into_iter()
        .map(|membership| shown(&user_id, membership, &instance_id));
    Ok((details, shown.collect()))
}

/// Belfry has no projects, so that nobody is a member of one.
fn is_wanted(membership: &FoundMembership, queries: &[MembershipQuery]) -> bool {
    queries.iter().all(|query| match &query.query {
        Some(Query::OrgQuery(query)) => membership
            .org
            .as_ref()
            .is_some_and(|(id, _)| *id == query.org_id),
        Some(Query::IamQuery(query)) => membership.org.is_none() == query.iam,
        Some(Query::ProjectQuery(_) | Query::ProjectGrantQuery(_)) => false,
        None => true,
    })
}

fn shown(user_id: &str, membership: FoundMembership, instance_id: &str) -> Membership {
    let (owner, display_name, kind) = match membership.org {
        Some((id, name)) => (id.clone(), name, Type::OrgId(id)),
        None => (
            instance_id.to_owned(),
            instance::NAME.to_owned(),
            Type::Iam(true),
        ),
    };
    Membership {
        user_id: user_id.to_owned(),
        details: Some(ObjectDetails {
            sequence: membership.sequence.unsigned_abs(),
            creation_date: Some(details::wire_time(membership.created_at)),
            change_date: Some(details::wire_time(membership.changed_at)),
            resource_owner: owner,
        }),
        roles: membership.roles,
        display_name,
        r#type: Some(kind),
    }
}
