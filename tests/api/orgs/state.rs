//! Organizations deactivated and activated again, v1 and v2 (contract/orgs-and-auth.md §1).

use serde_json::{Value, json};

use super::{expect_org_change, expect_permission, org, within};
use crate::{
    clients::{Answer, Kind},
    operations::{
        ACTIVATE_ORGANIZATION, DEACTIVATE_ORG, DEACTIVATE_ORGANIZATION, GET_MY_USER, Operation,
        REACTIVATE_ORG,
    },
    table::{Scene, Table, case, run_tables},
};

fn go(t: &Scene, id: &str) -> Answer {
    within(t, id, t.fitting(json!({"organizationId": id})))
}

fn before(t: &Scene, operation: &Operation, id: &str) {
    t.rest(operation, &t.admin.token, Some(id), json!({})).ok();
}

#[track_caller]
fn expect_date(t: &Scene, answer: &Value, id: &str, event: &str) {
    let changes = t.org_changes(id);
    let last = &changes[changes.len() - 1];
    assert_eq!(last.event, event);
    assert_eq!(*answer, json!({"changeDate": last.date}));
}

/// The cases of `DeactivateOrg`.
pub const DEACTIVATE_V1: Table = Table {
    operation: &DEACTIVATE_ORG,
    cases: &[
        case("an active organization becomes inactive", |t| {
            let id = t.org();
            let answer = go(t, &id).ok();
            expect_org_change(t, &answer, &id, "org.deactivated");
            assert_eq!(org(t, &id)["state"], "ORG_STATE_INACTIVE");
        }),
        case("tokens work on, so that it can be activated again", |t| {
            let id = t.org();
            let owner = t.token_with_roles(&id, &["ORG_OWNER"]);
            t.by(&owner).within(&id).call(json!({})).ok();
            t.rest(&GET_MY_USER, &owner, Some(&id), json!({})).ok();
            t.rest(&REACTIVATE_ORG, &owner, Some(&id), json!({})).ok();
        }),
        case("an inactive one is inactive already", |t| {
            let id = t.org();
            before(t, &DEACTIVATE_ORG, &id);
            go(t, &id).fails(Kind::Precondition, "EVENT-Dbs2g");
        }),
    ],
};

/// The cases of `ReactivateOrg`.
pub const REACTIVATE_V1: Table = Table {
    operation: &REACTIVATE_ORG,
    cases: &[
        case("an inactive organization becomes active", |t| {
            let id = t.org();
            before(t, &DEACTIVATE_ORG, &id);
            let answer = go(t, &id).ok();
            expect_org_change(t, &answer, &id, "org.reactivated");
            assert_eq!(org(t, &id)["state"], "ORG_STATE_ACTIVE");
        }),
        case("an active one is active already", |t| {
            go(t, &t.org()).fails(Kind::Precondition, "EVENT-bfnrh");
        }),
    ],
};

/// The cases of `DeactivateOrganization`.
pub const DEACTIVATE: Table = Table {
    operation: &DEACTIVATE_ORGANIZATION,
    cases: &[
        case("an active organization becomes inactive", |t| {
            let id = t.org();
            let answer = go(t, &id).ok();
            expect_date(t, &answer, &id, "org.deactivated");
            assert_eq!(org(t, &id)["state"], "ORG_STATE_INACTIVE");
        }),
        case("an unknown organization is not found", |t| {
            t.call(json!({"organizationId": "1"}))
                .fails(Kind::NotFound, "ORG-oL9nT");
        }),
        case("it needs org.write in the organization", |t| {
            expect_permission(t, json!({}), "ORG_SETTINGS_MANAGER");
        }),
        case("an inactive one is inactive already", |t| {
            let id = t.org();
            before(t, &DEACTIVATE_ORG, &id);
            go(t, &id).fails(Kind::Precondition, "EVENT-Dbs2g");
        }),
        case("an id has 1 to 200 characters", |t| {
            t.call(json!({"organizationId": "a".repeat(201)}))
                .expect_invalid();
        }),
    ],
};

/// The cases of `ActivateOrganization`.
pub const ACTIVATE: Table = Table {
    operation: &ACTIVATE_ORGANIZATION,
    cases: &[
        case("an inactive organization becomes active", |t| {
            let id = t.org();
            before(t, &DEACTIVATE_ORG, &id);
            let answer = go(t, &id).ok();
            expect_date(t, &answer, &id, "org.reactivated");
            assert_eq!(org(t, &id)["state"], "ORG_STATE_ACTIVE");
        }),
        case("an unknown organization is not found", |t| {
            t.call(json!({"organizationId": "1"}))
                .fails(Kind::NotFound, "ORG-Dgf3g");
        }),
        case("who may not learns nothing of the state", |t| {
            let reader = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
            t.by(&reader)
                .call(json!({"organizationId": t.org_id()}))
                .fails(Kind::Denied, "AUTH-AWfge");
        }),
        case("an active one is active already", |t| {
            go(t, &t.org()).fails(Kind::Precondition, "EVENT-bfnrh");
        }),
        case("an id has 1 to 200 characters", |t| {
            t.call(json!({"organizationId": "a".repeat(201)}))
                .expect_invalid();
        }),
    ],
};

run_tables! {
    deactivate_org_agrees_with_its_table = DEACTIVATE_V1,
    reactivate_org_agrees_with_its_table = REACTIVATE_V1,
    deactivate_organization_agrees_with_its_table = DEACTIVATE,
    activate_organization_agrees_with_its_table = ACTIVATE,
}
