//! `AddOrg`: an organization with its own domain; the caller becomes its owner.

use super::domains;
use crate::{
    api::{Ctx, details, members},
    contract::pb::zitadel::management::v1::{AddOrgRequest, AddOrgResponse},
    domain::{Event, Organization, generated_domain},
    error::{self, Error},
    store::WriteTx,
};

/// Makes an organization.
pub(in crate::api) async fn add_org(
    ctx: &Ctx,
    request: AddOrgRequest,
) -> Result<AddOrgResponse, Error> {
    let name = request.name.trim().to_owned();
    if name.is_empty() {
        return Err(error::ORG_INVALID.into());
    }
    let id = ctx.new_id();
    let caller = ctx.principal()?.clone();
    let instance_domain = ctx.services.instance_domain.clone();
    let org = ctx
        .write(move |tx| {
            let mut org = create_org(tx, id, name, &instance_domain)?;
            let roles = vec![members::OWNER.to_owned()];
            members::join(tx, &mut org, (caller.user, caller.user_id), roles)?;
            Ok(org.aggregate)
        })
        .await?;
    Ok(AddOrgResponse {
        details: Some(details::created(&org)),
        id: org.id,
    })
}

/// Makes an organization without members, with its verified primary domain.
///
/// # Errors
/// EXISTS when the name, or the domain that follows from it, is taken.
pub(in crate::api) fn create_org(
    tx: &WriteTx<'_>,
    id: String,
    name: String,
    instance_domain: &str,
) -> Result<Organization, Error> {
    let domain = generated_domain(&name, &id, instance_domain);
    if tx.org_name_is_taken(&name)? || tx.owner_of_domain(&domain)?.is_some() {
        return Err(error::ORG_NAME_TAKEN.into());
    }
    let mut org = tx.insert_org(id, name.clone())?;
    org.aggregate.push(Event::OrgAdded { name });
    domains::add(tx, &mut org, &domain)?;
    domains::make_primary(tx, &mut org, domain)?;
    tx.save_org(&mut org)?;
    Ok(org)
}
