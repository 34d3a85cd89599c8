//! Organizations on the wire, as each API shows them.

use crate::{
    api::details,
    contract::pb::zitadel::org::{v1, v2},
    domain::{OrgState, Organization},
};

/// As the v1 services show an organization.
pub(super) fn org_v1(org: Organization) -> v1::Org {
    let state = match org.state {
        OrgState::Active => v1::OrgState::Active,
        OrgState::Inactive => v1::OrgState::Inactive,
        OrgState::Removed => v1::OrgState::Removed,
    };
    v1::Org {
        details: Some(details::full(&org.aggregate)),
        id: org.aggregate.id,
        state: state.into(),
        name: org.name,
        primary_domain: org.primary_domain,
    }
}

/// As v2 shows an organization.
pub(super) fn org_v2(org: Organization) -> v2::Organization {
    let state = match org.state {
        OrgState::Active => v2::OrganizationState::Active,
        OrgState::Inactive => v2::OrganizationState::Inactive,
        OrgState::Removed => v2::OrganizationState::Removed,
    };
    v2::Organization {
        details: Some(details::read_v2(&org.aggregate)),
        id: org.aggregate.id,
        state: state.into(),
        name: org.name,
        primary_domain: org.primary_domain,
    }
}
