//! Single organizations: `GetMyOrg`, `GetOrgByID`, `GetOrgByDomainGlobal`, `IsOrgUnique`, and the
//! history of one, `ListOrgChanges`.

use super::{load, shown};
use crate::{
    api::{Ctx, history},
    contract::pb::zitadel::{admin::v1 as admin, management::v1 as management},
    domain::Organization,
    error::{self, Error},
    store::ReadTx,
};

/// Shows the context organization.
pub(in crate::api) async fn get_my_org(
    ctx: &Ctx,
    _request: management::GetMyOrgRequest,
) -> Result<management::GetMyOrgResponse, Error> {
    let org = ctx.principal()?.org.row;
    let org = ctx
        .services
        .store
        .point(|tx| load::in_row(tx, org, error::ORG_NOT_FOUND))?;
    Ok(management::GetMyOrgResponse {
        org: Some(shown::org_v1(org)),
    })
}

/// Shows an organization.
pub(in crate::api) async fn get_org_by_id(
    ctx: &Ctx,
    request: admin::GetOrgByIdRequest,
) -> Result<admin::GetOrgByIdResponse, Error> {
    let org = ctx
        .services
        .store
        .point(|tx| load::by_id(tx, &request.id, error::ORG_NOT_FOUND))?;
    Ok(admin::GetOrgByIdResponse {
        org: Some(shown::org_v1(org)),
    })
}

/// Shows the organization whose primary domain is this.
pub(in crate::api) async fn get_org_by_domain_global(
    ctx: &Ctx,
    request: management::GetOrgByDomainGlobalRequest,
) -> Result<management::GetOrgByDomainGlobalResponse, Error> {
    let domain = request.domain.to_lowercase();
    let org = ctx
        .services
        .store
        .point(|tx| by_primary_domain(tx, &domain))?
        .ok_or(error::ORG_NOT_FOUND)?;
    Ok(management::GetOrgByDomainGlobalResponse {
        org: Some(shown::org_v1(org)),
    })
}

fn by_primary_domain(tx: &ReadTx<'_>, domain: &str) -> Result<Option<Organization>, Error> {
    let Some(owner) = tx.owner_of_domain(domain)? else {
        return Ok(None);
    };
    let org = tx.organization(owner)?;
    Ok(org.filter(|org| org.primary_domain == domain))
}

/// Says whether no organization has the name, and none the domain; what is empty is not looked for.
pub(in crate::api) async fn is_org_unique(
    ctx: &Ctx,
    request: admin::IsOrgUniqueRequest,
) -> Result<admin::IsOrgUniqueResponse, Error> {
    let name = request.name.trim();
    let domain = request.domain.trim().to_lowercase();
    if name.is_empty() && domain.is_empty() {
        return Err(error::ORG_UNIQUE_EMPTY.into());
    }
    let is_unique = ctx.services.store.point(|tx| {
        let has_name = !name.is_empty() && tx.org_name_is_taken(name)?;
        let has_domain = !domain.is_empty() && tx.owner_of_domain(&domain)?.is_some();
        Ok(!has_name && !has_domain)
    })?;
    Ok(admin::IsOrgUniqueResponse { is_unique })
}

/// Lists the events of the context organization.
pub(in crate::api) async fn list_org_changes(
    ctx: &Ctx,
    request: management::ListOrgChangesRequest,
) -> Result<management::ListOrgChangesResponse, Error> {
    let org = ctx.principal()?.org.row;
    let page = history::page(request.query);
    let store = &ctx.services.store;
    let events = store.read(move |tx| tx.org_changes(org, page)).await?;
    Ok(management::ListOrgChangesResponse {
        result: history::changes(events),
    })
}
