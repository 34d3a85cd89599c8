//! `ListOrgMembers` and `ListIAMMembers`.

use crate::{
    api::{Ctx, details, lists},
    contract::pb::zitadel::{
        admin::v1 as admin,
        management::v1 as management,
        member::v1::{Member, MemberFieldColumnName as Column, SearchQuery, search_query::Query},
        user::v1::Type,
        v1::{ListDetails, ObjectDetails},
    },
    domain::{MemberCondition, MemberOrder, TextMatch},
    error::Error,
    store::{FoundMember, MemberSearch},
};

/// Lists the members of the context organization that all of the queries want.
pub(in crate::api) async fn list_org_members(
    ctx: &Ctx,
    request: management::ListOrgMembersRequest,
) -> Result<management::ListOrgMembersResponse, Error> {
    let org = ctx.principal()?.org.clone();
    let search = MemberSearch {
        org: Some(org.row),
        conditions: request.queries.into_iter().filter_map(condition).collect(),
        order: None,
        page: lists::page_v1(request.query),
    };
    let (details, result) = members(ctx, search, org.id).await?;
    Ok(management::ListOrgMembersResponse {
        details: Some(details),
        result,
    })
}

/// Lists the members of the instance that all of the queries want.
pub(in crate::api) async fn list_iam_members(
    ctx: &Ctx,
    request: admin::ListIamMembersRequest,
) -> Result<admin::ListIamMembersResponse, Error> {
    let search = MemberSearch {
        org: None,
        conditions: request.queries.into_iter().filter_map(condition).collect(),
        order: order(request.sorting_column),
        page: lists::page_v1(request.query),
    };
    let instance = ctx.services.store.point(|tx| tx.instance())?;
    let (details, result) = members(ctx, search, instance.aggregate.id).await?;
    Ok(admin::ListIamMembersResponse {
        details: Some(details),
        result,
    })
}

async fn members(
    ctx: &Ctx,
    search: MemberSearch,
    owner: String,
) -> Result<(ListDetails, Vec<Member>), Error> {
    let store = &ctx.services.store;
    let members = store.read(move |tx| tx.search_members(&search)).await?;
    let details = lists::details_v1(&members);
    let shown = members
        .items
        .into_iter()
        .map(|member| shown(member, &owner));
    Ok((details, shown.collect()))
}

fn condition(query: SearchQuery) -> Option<MemberCondition> {
    // The rules have just demanded a member.
    Some(match query.query? {
        Query::FirstNameQuery(query) => {
            MemberCondition::FirstName(TextMatch::new(query.first_name, query.method))
        }
        Query::LastNameQuery(query) => {
            MemberCondition::LastName(TextMatch::new(query.last_name, query.method))
        }
        Query::EmailQuery(query) => {
            MemberCondition::Email(TextMatch::new(query.email, query.method))
        }
        Query::UserIdQuery(query) => MemberCondition::UserId(query.user_id),
    })
}

fn order(column: i32) -> Option<MemberOrder> {
    match Column::try_from(column) {
        Ok(Column::MemberFieldNameUserId) => Some(MemberOrder::UserId),
        Ok(Column::MemberFieldNameCreationDate) => Some(MemberOrder::CreatedAt),
        Ok(Column::MemberFieldNameChangeDate) => Some(MemberOrder::ChangedAt),
        Ok(Column::MemberFieldNameUserResourceOwner) => Some(MemberOrder::UserOrg),
        Ok(Column::MemberFieldNameUnspecified) | Err(_) => None,
    }
}

fn shown(member: FoundMember, owner: &str) -> Member {
    let kind = if member.is_human {
        Type::Human
    } else {
        Type::Machine
    };
    Member {
        user_id: member.user_id,
        details: Some(ObjectDetails {
            sequence: member.sequence.unsigned_abs(),
            creation_date: Some(details::wire_time(member.created_at)),
            change_date: Some(details::wire_time(member.changed_at)),
            resource_owner: owner.to_owned(),
        }),
        roles: member.roles,
        preferred_login_name: member.user_name,
        email: member.email,
        first_name: member.first_name,
        last_name: member.last_name,
        display_name: member.display_name,
        avatar_url: String::new(),
        user_type: kind.into(),
        user_resource_owner: member.user_org_id,
    }
}
