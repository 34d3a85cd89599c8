//! Search queries of v1 and v2 as conditions on users (contract/users.md §2 and §4).
//!
//! Both versions have the same queries under the same numbers, v2 four more; one macro translates
//! both. Which values the fields may have is declared in the contract and checked before. Called by
//! the operations of `list`.

use crate::{
    contract::pb::zitadel::user::{v1, v2},
    domain::{
        MetadataCondition, TextMatch, TextMethod, UserCondition, UserOrder, UserState, UserText,
    },
    error::{self, Error},
};

/// Deeper nesting is refused; the queries of a request itself are on level 0.
const DEEPEST_LEVEL: u8 = 20;

/// Queries in one request at most, of all levels: each may cost as much as a whole search.
const MOST_QUERIES: usize = 500;

macro_rules! translation {
    ($all:ident, $one:ident, $version:ident, $state:ident $(, $more:pat => $condition:expr)*) => {
        fn $all(
            queries: Vec<$version::SearchQuery>,
            level: u8,
            left: &mut usize,
        ) -> Result<Vec<UserCondition>, Error> {
            let conditions = queries.into_iter().map(|query| $one(query, level, left));
            conditions.collect()
        }

        fn $one(
            query: $version::SearchQuery,
            level: u8,
            left: &mut usize,
        ) -> Result<UserCondition, Error> {
            use $version::search_query::Query;
            if level > DEEPEST_LEVEL {
                return Err(error::USER_QUERY_TOO_DEEP.into());
            }
            *left = left.checked_sub(1).ok_or_else(|| {
                Error::invalid(format!("a search has {MOST_QUERIES} queries at most"))
            })?;
            Ok(match query.query.ok_or_else(empty)? {
                Query::UserNameQuery(q) => text(UserText::UserName, q.user_name, q.method),
                Query::FirstNameQuery(q) => text(UserText::FirstName, q.first_name, q.method),
                Query::LastNameQuery(q) => text(UserText::LastName, q.last_name, q.method),
                Query::NickNameQuery(q) => text(UserText::NickName, q.nick_name, q.method),
                Query::DisplayNameQuery(q) => text(UserText::DisplayName, q.display_name, q.method),
                Query::EmailQuery(q) => text(UserText::Email, q.email_address, q.method),
                Query::LoginNameQuery(q) => text(UserText::UserName, q.login_name, q.method),
                Query::StateQuery(q) => $state(q.state),
                Query::TypeQuery(q) => match q.r#type() {
                    $version::Type::Human => UserCondition::IsHuman(true),
                    $version::Type::Machine => UserCondition::IsHuman(false),
                    $version::Type::Unspecified => nobody(),
                },
                Query::InUserIdsQuery(q) => UserCondition::Ids(q.user_ids),
                Query::InUserEmailsQuery(q) => UserCondition::Emails(q.user_emails),
                Query::OrQuery(q) => UserCondition::Any($all(q.queries, level + 1, left)?),
                Query::AndQuery(q) => UserCondition::All($all(q.queries, level + 1, left)?),
                Query::NotQuery(q) => {
                    let query = *q.query.ok_or_else(empty)?;
                    UserCondition::Not(Box::new($one(query, level + 1, left)?))
                }
                $($more => $condition,)*
            })
        }
    };
}

translation!(all_v1, one_v1, v1, state_v1);
translation!(
    all_v2, one_v2, v2, state_v2,
    Query::OrganizationIdQuery(q) => UserCondition::Org(q.organization_id),
    Query::PhoneQuery(q) => UserCondition::Phone(matching(q.number, q.method)),
    Query::MetadataKeyFilter(q) => {
        UserCondition::Metadata(MetadataCondition::Key(matching(q.key, q.method)))
    },
    Query::MetadataValueFilter(q) => UserCondition::Metadata(match q.method() {
        v2::ByteFilterMethod::Equals => MetadataCondition::ValueIs(q.value),
        v2::ByteFilterMethod::NotEquals => MetadataCondition::ValueIsNot(q.value),
    })
);

/// The users whom all of the queries want.
///
/// # Errors
/// INVALID USER-zsQ97 below 20 levels, INVALID for an empty query and for more than 500.
pub(super) fn condition_v1(queries: Vec<v1::SearchQuery>) -> Result<UserCondition, Error> {
    let mut left = MOST_QUERIES;
    all_v1(queries, 0, &mut left).map(UserCondition::All)
}

/// As [`condition_v1`].
///
/// # Errors
/// As [`condition_v1`].
pub(super) fn condition_v2(queries: Vec<v2::SearchQuery>) -> Result<UserCondition, Error> {
    let mut left = MOST_QUERIES;
    all_v2(queries, 0, &mut left).map(UserCondition::All)
}

/// The order that a sorting column means; both versions number the columns the same.
pub(super) fn order(column: i32) -> Option<UserOrder> {
    use v2::UserFieldName as Column;
    match Column::try_from(column).unwrap_or_default() {
        Column::Unspecified => None,
        Column::UserName => Some(UserOrder::Text(UserText::UserName)),
        Column::FirstName => Some(UserOrder::Text(UserText::FirstName)),
        Column::LastName => Some(UserOrder::Text(UserText::LastName)),
        Column::NickName => Some(UserOrder::Text(UserText::NickName)),
        Column::DisplayName => Some(UserOrder::Text(UserText::DisplayName)),
        Column::Email => Some(UserOrder::Text(UserText::Email)),
        Column::State => Some(UserOrder::State),
        Column::Type => Some(UserOrder::Kind),
        Column::CreationDate => Some(UserOrder::CreatedAt),
    }
}

fn text(column: UserText, text: String, method: i32) -> UserCondition {
    UserCondition::Text(column, matching(text, method))
}

/// Both versions number the methods the same.
fn matching(text: String, method: i32) -> TextMatch {
    let method = TextMethod::from_number(method);
    TextMatch {
        text,
        comparison: method.comparison(),
        ignores_case: method.ignores_case(),
    }
}

fn state_v1(state: i32) -> UserCondition {
    UserState::from_number(state.into()).map_or_else(nobody, UserCondition::State)
}

fn state_v2(state: i32) -> UserCondition {
    match v2::UserState::try_from(state) {
        Ok(v2::UserState::Initial) => UserCondition::State(UserState::Initial),
        _ => state_v1(state),
    }
}

/// A condition that nobody meets, such as a state that no user has.
fn nobody() -> UserCondition {
    UserCondition::Any(Vec::new())
}

fn empty() -> Error {
    Error::invalid("invalid SearchQuery.Query: value is required")
}
