//! `GetMyOrg`, `GetOrgByID`, `GetOrgByDomainGlobal`, `IsOrgUnique`, `GetDefaultOrg` and
//! `ListOrgChanges` (contract/orgs-and-auth.md §1).

use serde_json::{Value, json};

use super::{org_named, within};
use crate::{
    clients::Kind,
    operations::{
        ADD_ORG_DOMAIN, GET_DEFAULT_ORG, GET_MY_ORG, GET_ORG_BY_DOMAIN_GLOBAL, GET_ORG_BY_ID,
        IS_ORG_UNIQUE, LIST_ORG_CHANGES, REMOVE_ORG,
    },
    table::{Scene, Table, case, run_tables},
};

#[track_caller]
fn expect_org(t: &Scene, answer: &Value, id: &str, name: &str) {
    let org = &answer["org"];
    assert_eq!(org["id"], id);
    assert_eq!(org["name"], name);
    assert_eq!(org["state"], "ORG_STATE_ACTIVE");
    assert_eq!(org["primaryDomain"], format!("{name}.localhost").as_str());
    let changes = t.org_changes(id);
    let last = &changes[changes.len() - 1];
    let details = json!({
        "sequence": last.sequence,
        "creationDate": changes[0].date,
        "changeDate": last.date,
        "resourceOwner": id,
    });
    assert_eq!(org["details"], details);
}

/// The cases of `GetMyOrg`.
pub const GET_MINE: Table = Table {
    operation: &GET_MY_ORG,
    cases: &[case("the context organization is shown", |t| {
        let name = t.unique("org");
        let id = org_named(t, &name);
        expect_org(t, &within(t, &id, json!({})).ok(), &id, &name);
        assert_eq!(t.call(json!({})).ok()["org"]["id"], t.org_id());
    })],
};

/// The cases of `GetOrgByID`.
pub const GET: Table = Table {
    operation: &GET_ORG_BY_ID,
    cases: &[
        case("an organization is shown with everything", |t| {
            let name = t.unique("org");
            let id = org_named(t, &name);
            expect_org(t, &t.call(json!({"id": id})).ok(), &id, &name);
        }),
        case("an unknown or removed one is not found", |t| {
            let removed = t.org();
            t.rest_as_admin(&REMOVE_ORG, json!({"orgId": removed})).ok();
            for id in ["1", &removed] {
                t.call(json!({"id": id}))
                    .fails(Kind::NotFound, "QUERY-iTTGJ");
            }
        }),
        case("an id has 1 to 200 characters", |t| {
            t.call(json!({"id": "a".repeat(201)})).expect_invalid();
        }),
    ],
};

/// The cases of `GetOrgByDomainGlobal`.
pub const GET_BY_DOMAIN: Table = Table {
    operation: &GET_ORG_BY_DOMAIN_GLOBAL,
    cases: &[
        case("a primary domain finds, whatever its case", |t| {
            let name = t.unique("org");
            let id = org_named(t, &name);
            let domain = format!("{name}.localhost");
            for domain in [domain.clone(), domain.to_uppercase()] {
                expect_org(t, &t.call(json!({"domain": domain})).ok(), &id, &name);
            }
        }),
        case("another domain does not", |t| {
            let (id, domain) = (t.org(), format!("{}.example.com", t.unique("d")));
            let request = json!({"domain": domain});
            t.rest(&ADD_ORG_DOMAIN, &t.admin.token, Some(&id), request.clone())
                .ok();
            t.call(request).fails(Kind::NotFound, "QUERY-iTTGJ");
            t.call(json!({"domain": "nobody.example.com"}))
                .fails(Kind::NotFound, "QUERY-iTTGJ");
        }),
        case("a domain has 1 to 200 characters", |t| {
            t.call(json!({})).expect_invalid();
            t.call(json!({"domain": "a".repeat(201)})).expect_invalid();
        }),
    ],
};

/// The cases of `IsOrgUnique`.
pub const IS_UNIQUE: Table = Table {
    operation: &IS_ORG_UNIQUE,
    cases: &[
        case("a name and a domain that nobody has are unique", |t| {
            let name = t.unique("free");
            for request in [
                json!({"name": name}),
                json!({"domain": format!("{name}.com")}),
                json!({"name": name, "domain": format!("{name}.com")}),
            ] {
                assert_eq!(t.call(request).ok(), json!({"isUnique": true}));
            }
        }),
        case(
            "either of them being taken is enough, whatever the case",
            |t| {
                let name = t.unique("org");
                org_named(t, &name);
                let (domain, free) = (format!("{name}.localhost"), t.unique("free"));
                for request in [
                    json!({"name": name}),
                    json!({"name": name.to_uppercase()}),
                    json!({"domain": domain}),
                    json!({"domain": domain.to_uppercase()}),
                    json!({"name": name, "domain": free}),
                    json!({"name": free, "domain": domain}),
                ] {
                    t.call(request).expect_empty();
                }
            },
        ),
        case("something must be asked", |t| {
            t.call(json!({})).fails(Kind::Invalid, "QUERY-DGqfd");
            t.call(json!({"name": " "}))
                .fails(Kind::Invalid, "QUERY-DGqfd");
        }),
        case("both have 200 characters at most", |t| {
            for name in ["name", "domain"] {
                t.call(json!({name: "a".repeat(201)})).expect_invalid();
            }
        }),
    ],
};

/// The cases of `GetDefaultOrg`.
pub const GET_DEFAULT: Table = Table {
    operation: &GET_DEFAULT_ORG,
    cases: &[case("the organization of the first run is shown", |t| {
        let answer = t.call(json!({})).ok();
        assert_eq!(answer["org"]["id"], t.org_id());
        assert_eq!(answer["org"]["name"], "Belfry");
        assert_eq!(answer["org"]["primaryDomain"], "belfry.localhost");
    })],
};

/// The cases of `ListOrgChanges`.
pub const CHANGES: Table = Table {
    operation: &LIST_ORG_CHANGES,
    cases: &[
        case("a change tells what, when, where and by whom", |t| {
            let org = t.org();
            let answer = within(t, &org, json!({})).ok();
            assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
            let newest = &answer["result"][0];
            assert_eq!(newest["eventType"]["key"], "EventTypes.org.member.added");
            assert_eq!(newest["sequence"], "5");
            assert_eq!(newest["resourceOwnerId"], org);
            assert_eq!(newest["editorId"], t.admin.user.as_str());
            assert_eq!(newest["editorPreferredLoginName"], "admin");
            assert!(newest["changeDate"].as_str().unwrap().ends_with('Z'));
        }),
        case("newest first unless told otherwise, and only a part", |t| {
            let org = t.org();
            let sequences = |query| {
                let answer = within(t, &org, json!({"query": query})).ok();
                let result = answer["result"].as_array().cloned().unwrap_or_default();
                let sequence = |change: Value| change["sequence"].as_str().unwrap().to_owned();
                result.into_iter().map(sequence).collect::<Vec<_>>()
            };
            assert_eq!(sequences(json!({})), ["5", "4", "3", "2", "1"]);
            assert_eq!(sequences(json!({"asc": true, "limit": 2})), ["1", "2"]);
            assert_eq!(sequences(json!({"sequence": "3"})), ["5", "4"]);
            assert!(sequences(json!({"sequence": "5"})).is_empty());
        }),
    ],
};

run_tables! {
    get_my_org_agrees_with_its_table = GET_MINE,
    get_org_by_id_agrees_with_its_table = GET,
    get_org_by_domain_global_agrees_with_its_table = GET_BY_DOMAIN,
    is_org_unique_agrees_with_its_table = IS_UNIQUE,
    get_default_org_agrees_with_its_table = GET_DEFAULT,
    list_org_changes_agrees_with_its_table = CHANGES,
}
