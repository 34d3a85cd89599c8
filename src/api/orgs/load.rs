//! How each API finds the organization that a command is about, and who may change it.

use crate::{
    auth::{self, Principal},
    domain::Organization,
    error::{Entry, Error},
    store::ReadTx,
};

/// v1: the organization in a row, the context's as a rule.
pub(super) fn in_row(
    tx: &ReadTx<'_>,
    org: i64,
    not_found: &'static Entry,
) -> Result<Organization, Error> {
    tx.organization(org)?.ok_or_else(|| not_found.into())
}

/// The organization with an id, whoever asks.
pub(super) fn by_id(
    tx: &ReadTx<'_>,
    id: &str,
    not_found: &'static Entry,
) -> Result<Organization, Error> {
    let org = tx.org_by_id(id)?.ok_or(not_found)?;
    in_row(tx, org.row, not_found)
}

/// v2: the organization with an id, for who has a permission in it.
pub(super) fn permitted(
    tx: &ReadTx<'_>,
    id: &str,
    not_found: &'static Entry,
    caller: &Principal,
    permission: &str,
) -> Result<Organization, Error> {
    let org = by_id(tx, id, not_found)?;
    auth::check_in_org(tx, caller, org.aggregate.row, permission)?;
    Ok(org)
}
