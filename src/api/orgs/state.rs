//! Organizations out of use and in use again, for management and v2.

use super::load;
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::{management::v1 as management, org::v2},
    domain::{Aggregate, Organization, StateFault},
    error::{self, Entry, Error},
    store::ReadTx,
};

/// A change of the state, and the errors when there is no such organization or it is in that state.
#[derive(Clone, Copy)]
struct Transition {
    change: fn(&mut Organization) -> Result<(), StateFault>,
    not_found: &'static Entry,
    already: &'static Entry,
}

const DEACTIVATE: Transition = Transition {
    change: Organization::deactivate,
    not_found: error::ORG_DEACTIVATE_NOT_FOUND,
    already: error::ORG_DEACTIVATED,
};

const REACTIVATE: Transition = Transition {
    change: Organization::reactivate,
    not_found: error::ORG_REACTIVATE_NOT_FOUND,
    already: error::ORG_ACTIVE,
};

/// Deactivates the context organization.
pub(in crate::api) async fn deactivate_org(
    ctx: &Ctx,
    _request: management::DeactivateOrgRequest,
) -> Result<management::DeactivateOrgResponse, Error> {
    let org = go_in_context(ctx, DEACTIVATE).await?;
    Ok(management::DeactivateOrgResponse {
        details: Some(details::full(&org)),
    })
}

/// Activates the context organization again.
pub(in crate::api) async fn reactivate_org(
    ctx: &Ctx,
    _request: management::ReactivateOrgRequest,
) -> Result<management::ReactivateOrgResponse, Error> {
    let org = go_in_context(ctx, REACTIVATE).await?;
    Ok(management::ReactivateOrgResponse {
        details: Some(details::full(&org)),
    })
}

/// Deactivates an organization. Needs org.write in it.
pub(in crate::api) async fn deactivate_organization(
    ctx: &Ctx,
    request: v2::DeactivateOrganizationRequest,
) -> Result<v2::DeactivateOrganizationResponse, Error> {
    let org = go_by_id(ctx, request.organization_id, DEACTIVATE).await?;
    Ok(v2::DeactivateOrganizationResponse {
        change_date: Some(details::wire_time(org.changed_at)),
    })
}

/// Activates an organization again. Needs org.write in it.
pub(in crate::api) async fn activate_organization(
    ctx: &Ctx,
    request: v2::ActivateOrganizationRequest,
) -> Result<v2::ActivateOrganizationResponse, Error> {
    let org = go_by_id(ctx, request.organization_id, REACTIVATE).await?;
    Ok(v2::ActivateOrganizationResponse {
        change_date: Some(details::wire_time(org.changed_at)),
    })
}

async fn go_in_context(ctx: &Ctx, transition: Transition) -> Result<Aggregate, Error> {
    let row = ctx.principal()?.org.row;
    go(ctx, transition, move |tx| {
        load::in_row(tx, row, transition.not_found)
    })
    .await
}

async fn go_by_id(ctx: &Ctx, id: String, transition: Transition) -> Result<Aggregate, Error> {
    let caller = ctx.principal()?.clone();
    go(ctx, transition, move |tx| {
        load::permitted(tx, &id, transition.not_found, &caller, "org.write")
    })
    .await
}

async fn go(
    ctx: &Ctx,
    transition: Transition,
    find: impl FnOnce(&ReadTx<'_>) -> Result<Organization, Error> + Send + 'static,
) -> Result<Aggregate, Error> {
    ctx.write(move |tx| {
        let mut org = find(tx)?;
        (transition.change)(&mut org).map_err(|_| transition.already)?;
        tx.save_org(&mut org)?;
        Ok(org.aggregate)
    })
    .await
}
