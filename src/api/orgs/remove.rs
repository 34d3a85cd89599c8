//! `RemoveOrg` of management and admin, and v2 `DeleteOrganization`: an organization with everything
//! in it.
//!
//! Its users go first, as `RemoveUser` would remove them, a bounded number in each transaction, so that
//! others need not wait for a large organization to go. A small one goes in a single transaction. A
//! removal that is interrupted has removed some users; the next call goes on. The caller goes last, so that
//! it can make that call.

use super::load;
use crate::{
    api::{Ctx, details, users},
    auth::Principal,
    contract::pb::zitadel::{admin::v1 as admin, management::v1 as management, org::v2},
    domain::{Aggregate, Event, Organization, User},
    error::{self, Error},
    store::{ReadTx, WriteTx},
};

/// Users removed in one transaction.
const USERS_AT_ONCE: u32 = 200;

/// Removes the context organization.
pub(in crate::api) async fn remove_my_org(
    ctx: &Ctx,
    _request: management::RemoveOrgRequest,
) -> Result<management::RemoveOrgResponse, Error> {
    let row = ctx.principal()?.org.row;
    let org = remove(ctx, move |tx| {
        load::in_row(tx, row, error::ORG_REMOVE_NOT_FOUND)
    })
    .await?;
    Ok(management::RemoveOrgResponse {
        details: Some(details::full(&org)),
    })
}

/// Removes an organization.
pub(in crate::api) async fn remove_org(
    ctx: &Ctx,
    request: admin::RemoveOrgRequest,
) -> Result<admin::RemoveOrgResponse, Error> {
    let org = remove(ctx, move |tx| {
        load::by_id(tx, &request.org_id, error::ORG_REMOVE_NOT_FOUND)
    })
    .await?;
    Ok(admin::RemoveOrgResponse {
        details: Some(details::full(&org)),
    })
}

/// Removes an organization. Needs org.delete in it.
pub(in crate::api) async fn delete_organization(
    ctx: &Ctx,
    request: v2::DeleteOrganizationRequest,
) -> Result<v2::DeleteOrganizationResponse, Error> {
    let caller = ctx.principal()?.clone();
    let org = remove(ctx, move |tx| {
        let id = &request.organization_id;
        let not_found = error::ORG_REMOVE_NOT_FOUND;
        load::permitted(tx, id, not_found, &caller, "org.delete")
    })
    .await?;
    Ok(v2::DeleteOrganizationResponse {
        deletion_date: Some(details::wire_time(org.changed_at)),
    })
}

/// How far a removal has come.
enum Progress {
    /// There are more users in the organization of this row.
    More(i64),
    Done(Aggregate),
}

/// Finds the organization once, with all that the caller needs for it: removing its users may take
/// that from the caller.
async fn remove(
    ctx: &Ctx,
    find: impl FnOnce(&ReadTx<'_>) -> Result<Organization, Error> + Send + 'static,
) -> Result<Aggregate, Error> {
    let caller = ctx.principal()?.clone();
    let first_caller = caller.clone();
    let mut progress = ctx
        .write(move |tx| {
            let org = find(tx)?;
            Ok(step(tx, org.aggregate.row, &first_caller)?)
        })
        .await?;
    loop {
        match progress {
            Progress::Done(org) => return Ok(org),
            Progress::More(row) => {
                let caller = caller.clone();
                progress = ctx.write(move |tx| Ok(step(tx, row, &caller)?)).await?;
            }
        }
    }
}

fn step(tx: &WriteTx<'_>, row: i64, caller: &Principal) -> Result<Progress, Error> {
    if tx.instance()?.default_org.row == row {
        return Err(error::ORG_DEFAULT.into());
    }
    if tx.project_org()? == Some(row) {
        return Err(error::ORG_HOLDS_PROJECT.into());
    }
    let users = tx.some_users_of(row, caller.user, USERS_AT_ONCE)?;
    for id in &users {
        if let Some(user) = tx.user(id)? {
            users::remove_with_memberships(tx, user)?;
        }
    }
    if users.len() == USERS_AT_ONCE as usize {
        return Ok(Progress::More(row));
    }
    let is_in_it = |user: &User| user.aggregate.owner == row;
    if let Some(user) = tx.user(&caller.user_id)?.filter(is_in_it) {
        users::remove_with_memberships(tx, user)?;
    }
    // Only now, because memberships of its users in it have just told so in its history.
    let mut org = load::in_row(tx, row, error::ORG_REMOVE_NOT_FOUND)?;
    org.aggregate.push(Event::OrgRemoved);
    tx.remove_org(&mut org)?;
    Ok(Progress::Done(org.aggregate))
}
