//! Lists of keys and personal access tokens: how a request becomes a search, and who may read what.
//!
//! Management shows those of a user of the context organization, v2 those that the caller may read:
//! of the organizations where the caller has user.read, and the caller's own.

use crate::{
    api::Ctx,
    auth::{self, Principal},
    contract::pb::zitadel::{
        filter::v2::{TimestampFilter, TimestampFilterMethod},
        v1::ObjectDetails,
    },
    domain::{List, Page},
    error::Error,
    store::{
        Comparison, Credential, CredentialCondition, CredentialKind, CredentialOrder,
        CredentialSearch, ReadTx, UserScope,
    },
};

use super::{details::wire_time, expiration};

/// The keys or tokens of one user of the context organization, or the one of them with an id.
pub(super) async fn of_user(
    ctx: &Ctx,
    kind: CredentialKind,
    user_id: String,
    id: Option<String>,
    page: Page,
) -> Result<List<Credential>, Error> {
    let org = ctx.principal()?.org.row;
    let mut conditions = vec![CredentialCondition::User(user_id)];
    conditions.extend(id.map(CredentialCondition::Id));
    let search = CredentialSearch {
        kind,
        scope: UserScope::Orgs {
            orgs: vec![org],
            and_user: None,
        },
        conditions,
        order: None,
        page,
    };
    ctx.services
        .store
        .read(move |tx| tx.credentials(&search))
        .await
}

/// The keys or tokens that meet some conditions, of those that the caller may read.
pub(super) async fn readable(
    ctx: &Ctx,
    kind: CredentialKind,
    conditions: Vec<CredentialCondition>,
    order: Option<CredentialOrder>,
    page: Page,
) -> Result<List<Credential>, Error> {
    let caller: Principal = ctx.principal()?.clone();
    let read = move |tx: &ReadTx<'_>| {
        let scope = match auth::orgs_with(tx, &caller, "user.read")? {
            None => UserScope::Everyone,
            Some(orgs) => UserScope::Orgs {
                orgs,
                and_user: Some(caller.user),
            },
        };
        tx.credentials(&CredentialSearch {
            kind,
            scope,
            conditions,
            order,
            page,
        })
    };
    ctx.services.store.read(read).await
}

/// The details of v1: those of the event that made it.
pub(super) fn details(credential: &Credential) -> ObjectDetails {
    ObjectDetails {
        sequence: credential.sequence.unsigned_abs(),
        creation_date: Some(wire_time(credential.created_at)),
        change_date: Some(wire_time(credential.created_at)),
        resource_owner: credential.org_id.clone(),
    }
}

/// The column with that number in both v2 enums.
pub(super) fn order(column: Option<i32>) -> Option<CredentialOrder> {
    match column.unwrap_or_default() {
        1 => Some(CredentialOrder::Created),
        2 => Some(CredentialOrder::Id),
        3 => Some(CredentialOrder::User),
        4 => Some(CredentialOrder::Org),
        5 => Some(CredentialOrder::Expires),
        _ => None,
    }
}

/// A filter by an instant; one without an instant compares with 1970.
///
/// # Errors
/// INVALID for a time outside of the years 1 to 9999.
pub(super) fn by_time(
    of: fn(Comparison, crate::clock::Timestamp) -> CredentialCondition,
    filter: TimestampFilter,
) -> Result<CredentialCondition, Error> {
    let how = match filter.method() {
        TimestampFilterMethod::Equals => Comparison::Equal,
        TimestampFilterMethod::After => Comparison::After,
        TimestampFilterMethod::AfterOrEquals => Comparison::AfterOrEqual,
        TimestampFilterMethod::Before => Comparison::Before,
        TimestampFilterMethod::BeforeOrEquals => Comparison::BeforeOrEqual,
    };
    let when = expiration::instant(filter.timestamp.unwrap_or_default());
    let when = when.ok_or_else(|| {
        Error::invalid("invalid TimestampFilter.Timestamp: value is not a valid timestamp")
    })?;
    Ok(of(how, when))
}
