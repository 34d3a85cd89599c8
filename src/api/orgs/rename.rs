//! `UpdateOrg` and v2 `UpdateOrganization`: another name, and with it the domain that was made of it.

use super::{domains, load};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::{management::v1 as management, org::v2},
    domain::{Event, Organization, generated_domain},
    error::{self, Error},
    store::WriteTx,
};

/// Gives the context organization another name.
pub(in crate::api) async fn update_org(
    ctx: &Ctx,
    request: management::UpdateOrgRequest,
) -> Result<management::UpdateOrgResponse, Error> {
    let name = checked(&request.name)?;
    let row = ctx.principal()?.org.row;
    let instance_domain = ctx.services.instance_domain.clone();
    let details = ctx
        .write(move |tx| {
            let mut org = load::in_row(tx, row, error::ORG_CHANGE_NOT_FOUND)?;
            rename(tx, &mut org, name, &instance_domain)?;
            Ok(details::full(&org.aggregate))
        })
        .await?;
    Ok(management::UpdateOrgResponse {
        details: Some(details),
    })
}

/// Gives an organization another name. Needs org.write in it.
pub(in crate::api) async fn update_organization(
    ctx: &Ctx,
    request: v2::UpdateOrganizationRequest,
) -> Result<v2::UpdateOrganizationResponse, Error> {
    let caller = ctx.principal()?.clone();
    let instance_domain = ctx.services.instance_domain.clone();
    let changed_at = ctx
        .write(move |tx| {
            let mut org = load::permitted(
                tx,
                &request.organization_id,
                error::ORG_CHANGE_NOT_FOUND,
                &caller,
                "org.write",
            )?;
            rename(tx, &mut org, checked(&request.name)?, &instance_domain)?;
            Ok(org.aggregate.changed_at)
        })
        .await?;
    Ok(v2::UpdateOrganizationResponse {
        change_date: Some(details::wire_time(changed_at)),
    })
}

fn checked(name: &str) -> Result<String, Error> {
    let name = name.trim();
    if name.is_empty() {
        return Err(error::ORG_INVALID.into());
    }
    Ok(name.to_owned())
}

fn rename(
    tx: &WriteTx<'_>,
    org: &mut Organization,
    name: String,
    instance_domain: &str,
) -> Result<(), Error> {
    if org.name == name {
        return Err(error::ORG_NOT_CHANGED.into());
    }
    // Another case of its own name is not taken.
    let is_same_key = org.name.to_lowercase() == name.to_lowercase();
    if !is_same_key && tx.org_name_is_taken(&name)? {
        return Err(error::ORG_NAME_TAKEN.into());
    }
    org.aggregate.push(Event::OrgChanged { name: name.clone() });
    let id = &org.aggregate.id;
    let old = generated_domain(&org.name, id, instance_domain);
    let new = generated_domain(&name, id, instance_domain);
    org.name = name;
    if old != new {
        replace_domain(tx, org, &old, new)?;
    }
    tx.save_org(org)
}

/// The domain made of the old name gives way to the one made of the new name, if it is still there.
fn replace_domain(
    tx: &WriteTx<'_>,
    org: &mut Organization,
    old: &str,
    new: String,
) -> Result<(), Error> {
    let Some(old) = tx.domain_of(org.aggregate.row, old)? else {
        return Ok(());
    };
    match tx.owner_of_domain(&new)? {
        None => domains::add(tx, org, &new)?,
        Some(owner) if owner == org.aggregate.row => {}
        Some(_) => return Err(error::ORG_NAME_TAKEN.into()),
    }
    if old.is_primary {
        domains::make_primary(tx, org, new)?;
    }
    domains::remove(tx, org, old.domain)
}
