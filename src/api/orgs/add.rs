//! `AddOrg`: an organization with its own domain; the caller becomes its owner.

use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::management::v1::{AddOrgRequest, AddOrgResponse},
    domain::{Event, Organization, domain_label},
    error::{self, Error},
    store::{Membership, WriteTx},
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
            let roles = vec!["ORG_OWNER".to_owned()];
            org.aggregate.push(Event::OrgMemberAdded {
                roles: roles.clone(),
                user_id: caller.user_id,
            });
            tx.save_org(&mut org)?;
            let membership = Membership {
                org: Some(org.aggregate.row),
                roles,
                created_at: tx.stamp.now,
            };
            tx.save_membership(caller.user, &membership, org.aggregate.sequence)?;
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
    // A name without a letter or digit makes no label; the id does.
    let label = Some(domain_label(&name))
        .filter(|label| !label.is_empty())
        .unwrap_or_else(|| id.clone());
    let domain = format!("{label}.{instance_domain}").to_lowercase();
    if tx.org_name_is_taken(&name)? || tx.domain_is_taken(&domain)? {
        return Err(error::ORG_NAME_TAKEN.into());
    }
    let mut org = tx.insert_org(id, name.clone())?;
    tx.insert_primary_domain(org.aggregate.row, &domain)?;
    org.aggregate.push(Event::OrgAdded { name });
    org.aggregate.push(Event::OrgDomainAdded {
        domain: domain.clone(),
    });
    org.aggregate.push(Event::OrgDomainVerified {
        domain: domain.clone(),
    });
    org.aggregate.push(Event::OrgDomainPrimarySet { domain });
    tx.save_org(&mut org)?;
    Ok(org)
}
