//! `UpdateOrg` and v2 `UpdateOrganization` (contract/orgs-and-auth.md §1).

use serde_json::json;

use super::{events_from, expect_org_change, expect_permission, org, org_named, within};
use crate::{
    clients::Kind,
    operations::{ADD_ORG_DOMAIN, SET_PRIMARY_ORG_DOMAIN, UPDATE_ORG, UPDATE_ORGANIZATION},
    table::{Case, Scene, Table, case, run_tables},
};

/// The request that gives an organization a name, and the organization's header.
fn rename(t: &Scene, id: &str, name: &str) -> crate::clients::Answer {
    let request = json!({"organizationId": id, "name": name});
    within(t, id, t.fitting(request))
}

const ALONG: Case = case("the domain made of the name goes along", |t| {
    let (old, new) = (t.unique("old"), t.unique("New Name"));
    let id = org_named(t, &old);
    rename(t, &id, &new).ok();
    let shown = org(t, &id);
    assert_eq!(shown["name"], new);
    let domain = format!("{}.localhost", new.to_lowercase().replace(' ', "-"));
    assert_eq!(shown["primaryDomain"], domain);
    assert_eq!(
        events_from(t, &id, 6),
        [
            "org.changed",
            "org.domain.added",
            "org.domain.verified",
            "org.domain.primary.set",
            "org.domain.removed",
        ]
    );
    // Name and domain are free for others.
    org_named(t, &old);
});

const OWN_DOMAIN: Case = case("a primary domain of its own stays", |t| {
    let id = t.org();
    let domain = format!("{}.example.com", t.unique("d"));
    let request = json!({"domain": domain});
    for operation in [&ADD_ORG_DOMAIN, &SET_PRIMARY_ORG_DOMAIN] {
        t.rest(operation, &t.admin.token, Some(&id), request.clone())
            .ok();
    }
    rename(t, &id, &t.unique("renamed")).ok();
    assert_eq!(org(t, &id)["primaryDomain"], domain);
});

const OWN_CASE: Case = case("another case of its own name changes the name alone", |t| {
    let name = t.unique("case");
    let id = org_named(t, &name);
    rename(t, &id, &name.to_uppercase()).ok();
    assert_eq!(org(t, &id)["name"], name.to_uppercase());
    assert_eq!(events_from(t, &id, 6), ["org.changed"]);
});

const SAME: Case = case("the same name is refused", |t| {
    let name = t.unique("same");
    let id = org_named(t, &name);
    for name in [name.clone(), format!(" {name} ")] {
        rename(t, &id, &name).fails(Kind::Precondition, "ORG-4VSdf");
    }
});

const TAKEN: Case = case(
    "a taken name or domain is refused, and nothing happens",
    |t| {
        let (name, id) = (t.unique("taken"), t.org());
        org_named(t, &name);
        // The last makes the same domain.
        for name in [name.clone(), name.to_uppercase(), format!("{name}&")] {
            rename(t, &id, &name).fails(Kind::Exists, "V3-DKcYh");
        }
        assert!(events_from(t, &id, 6).is_empty());
    },
);

/// The cases of `UpdateOrg`.
pub const UPDATE_V1: Table = Table {
    operation: &UPDATE_ORG,
    cases: &[
        case("the answer has the details of a change", |t| {
            let id = t.org();
            let answer = rename(t, &id, &t.unique("renamed")).ok();
            expect_org_change(t, &answer, &id, "org.domain.removed");
        }),
        ALONG,
        OWN_DOMAIN,
        OWN_CASE,
        case("a name of blanks is refused first", |t| {
            rename(t, &t.org(), "  ").fails(Kind::Invalid, "EVENT-Mf9sd");
        }),
        SAME,
        TAKEN,
        case("a name has 1 to 200 characters", |t| {
            let id = t.org();
            within(t, &id, json!({})).expect_invalid();
            rename(t, &id, &"é".repeat(201)).expect_invalid();
        }),
    ],
};

/// The cases of `UpdateOrganization`.
pub const UPDATE: Table = Table {
    operation: &UPDATE_ORGANIZATION,
    cases: &[
        case("the answer has the time of the change", |t| {
            let id = t.org();
            let answer = rename(t, &id, &t.unique("renamed")).ok();
            let date = &t.org_changes(&id)[5].date;
            assert_eq!(answer, json!({"changeDate": date}));
        }),
        ALONG,
        OWN_DOMAIN,
        OWN_CASE,
        case("an unknown organization is not found first", |t| {
            t.call(json!({"organizationId": "1", "name": " "}))
                .fails(Kind::NotFound, "ORG-1MRds");
        }),
        case("it needs org.write in the organization", |t| {
            expect_permission(t, json!({"name": t.unique("renamed")}), "ORG_OWNER");
        }),
        case("a name of blanks is refused", |t| {
            rename(t, &t.org(), "  ").fails(Kind::Invalid, "EVENT-Mf9sd");
        }),
        SAME,
        TAKEN,
        case("id and name have 1 to 200 characters", |t| {
            t.call(json!({"organizationId": "1"})).expect_invalid();
            t.call(json!({"organizationId": "a".repeat(201), "name": "a"}))
                .expect_invalid();
            t.call(json!({"organizationId": "1", "name": "é".repeat(201)}))
                .expect_invalid();
        }),
    ],
};

run_tables! {
    update_org_agrees_with_its_table = UPDATE_V1,
    update_organization_agrees_with_its_table = UPDATE,
}
