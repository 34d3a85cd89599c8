//! The domains of the context organization: `ListOrgDomains`, `AddOrgDomain`, `RemoveOrgDomain` and
//! `SetPrimaryOrgDomain`.
//!
//! A domain counts as verified when it is added, as by the reference's default policy: the contract has
//! no operation that would verify one. User names that end in it and exist already stay as they are.

use super::load;
use crate::{
    api::{Ctx, details, lists},
    contract::pb::zitadel::{
        management::v1::{
            AddOrgDomainRequest, AddOrgDomainResponse, ListOrgDomainsRequest,
            ListOrgDomainsResponse, RemoveOrgDomainRequest, RemoveOrgDomainResponse,
            SetPrimaryOrgDomainRequest, SetPrimaryOrgDomainResponse,
        },
        org::v1::{Domain, DomainSearchQuery, domain_search_query::Query},
        v1::ObjectDetails,
    },
    domain::{Event, List, Organization, TextMethod, parse_domain},
    error::{self, Error},
    store::{OrgDomain, WriteTx},
};

/// Lists the domains that all of the queries want.
pub(in crate::api) async fn list_org_domains(
    ctx: &Ctx,
    request: ListOrgDomainsRequest,
) -> Result<ListOrgDomainsResponse, Error> {
    let org = ctx.principal()?.org.clone();
    let page = lists::page_v1(request.query);
    let queries = request.queries;
    let row = org.row;
    let domains = ctx
        .services
        .store
        .read(move |tx| {
            let all = tx.domains_of(row)?;
            let wanted = all.into_iter().filter(|domain| is_wanted(domain, &queries));
            Ok(List::cut(wanted.collect(), page, tx.as_of()?))
        })
        .await?;
    Ok(ListOrgDomainsResponse {
        details: Some(lists::details_v1(&domains)),
        result: domains
            .items
            .into_iter()
            .map(|domain| shown(&org.id, domain))
            .collect(),
    })
}

fn is_wanted(domain: &OrgDomain, queries: &[DomainSearchQuery]) -> bool {
    queries.iter().all(|query| match &query.query {
        Some(Query::DomainNameQuery(query)) => {
            TextMethod::from_number(query.method).matches(&domain.domain, &query.name)
        }
        None => true,
    })
}

fn shown(org_id: &str, domain: OrgDomain) -> Domain {
    Domain {
        org_id: org_id.to_owned(),
        details: Some(ObjectDetails {
            sequence: domain.sequence.unsigned_abs(),
            creation_date: Some(details::wire_time(domain.created_at)),
            change_date: Some(details::wire_time(domain.changed_at)),
            resource_owner: org_id.to_owned(),
        }),
        domain_name: domain.domain,
        is_verified: domain.is_verified,
        is_primary: domain.is_primary,
        // None of them was shown to be the organization's by a file or a record.
        validation_type: 0,
    }
}

/// Gives the organization a domain.
pub(in crate::api) async fn add_org_domain(
    ctx: &Ctx,
    request: AddOrgDomainRequest,
) -> Result<AddOrgDomainResponse, Error> {
    let domain = parse_domain(&request.domain).ok_or(error::ORG_DOMAIN_INVALID)?;
    let details = change(ctx, move |tx, org| add_free(tx, org, &domain)).await?;
    Ok(AddOrgDomainResponse {
        details: Some(details),
    })
}

/// Takes a domain from the organization.
pub(in crate::api) async fn remove_org_domain(
    ctx: &Ctx,
    request: RemoveOrgDomainRequest,
) -> Result<RemoveOrgDomainResponse, Error> {
    let details = change(ctx, move |tx, org| {
        let domain = of_org(tx, org, &request.domain)?;
        if domain.is_primary {
            return Err(error::ORG_DOMAIN_IS_PRIMARY.into());
        }
        remove(tx, org, domain.domain)
    })
    .await?;
    Ok(RemoveOrgDomainResponse {
        details: Some(details),
    })
}

/// Makes a domain of the organization its primary one; nothing happens if it is already.
pub(in crate::api) async fn set_primary_org_domain(
    ctx: &Ctx,
    request: SetPrimaryOrgDomainRequest,
) -> Result<SetPrimaryOrgDomainResponse, Error> {
    let details = change(ctx, move |tx, org| {
        let domain = of_org(tx, org, &request.domain)?;
        if !domain.is_verified {
            return Err(error::ORG_DOMAIN_NOT_VERIFIED.into());
        }
        if domain.is_primary {
            return Ok(());
        }
        make_primary(tx, org, domain.domain)
    })
    .await?;
    Ok(SetPrimaryOrgDomainResponse {
        details: Some(details),
    })
}

/// Changes the context organization.
async fn change(
    ctx: &Ctx,
    change: impl FnOnce(&WriteTx<'_>, &mut Organization) -> Result<(), Error> + Send + 'static,
) -> Result<ObjectDetails, Error> {
    let row = ctx.principal()?.org.row;
    ctx.write(move |tx| {
        let mut org = load::in_row(tx, row, error::ORG_NOT_FOUND)?;
        change(tx, &mut org)?;
        tx.save_org(&mut org)?;
        Ok(details::full(&org.aggregate))
    })
    .await
}

fn of_org(tx: &WriteTx<'_>, org: &Organization, domain: &str) -> Result<OrgDomain, Error> {
    let domain = tx.domain_of(org.aggregate.row, &domain.trim().to_lowercase())?;
    domain.ok_or_else(|| error::ORG_DOMAIN_NOT_FOUND.into())
}

/// Gives an organization a domain that nobody has yet; [`WriteTx::save_org`] writes the events.
///
/// # Errors
/// EXISTS COMMAND-Bd2jj if somebody has it.
pub(super) fn add_free(
    tx: &WriteTx<'_>,
    org: &mut Organization,
    domain: &str,
) -> Result<(), Error> {
    if tx.owner_of_domain(domain)?.is_some() {
        return Err(error::ORG_DOMAIN_EXISTS.into());
    }
    add(tx, org, domain)
}

/// Gives an organization a domain; the caller has looked whether it is free.
pub(super) fn add(tx: &WriteTx<'_>, org: &mut Organization, domain: &str) -> Result<(), Error> {
    org.aggregate.push(Event::OrgDomainAdded {
        domain: domain.to_owned(),
    });
    org.aggregate.push(Event::OrgDomainVerified {
        domain: domain.to_owned(),
    });
    tx.insert_domain(&org.aggregate, domain)
}

/// Makes a domain of an organization its primary one.
pub(super) fn make_primary(
    tx: &WriteTx<'_>,
    org: &mut Organization,
    domain: String,
) -> Result<(), Error> {
    org.aggregate.push(Event::OrgDomainPrimarySet {
        domain: domain.clone(),
    });
    tx.make_domain_primary(&org.aggregate, &domain)?;
    org.primary_domain = domain;
    Ok(())
}

/// Takes a domain from an organization.
pub(super) fn remove(
    tx: &WriteTx<'_>,
    org: &mut Organization,
    domain: String,
) -> Result<(), Error> {
    tx.delete_domain(&domain)?;
    org.aggregate.push(Event::OrgDomainRemoved { domain });
    Ok(())
}
