//! The domains of an organization (contract/orgs-and-auth.md §1).

use serde_json::{Value, json};

use super::{events_from, expect_org_change, org, org_named, within};
use crate::{
    clients::Kind,
    operations::{
        ADD_HUMAN_USER, ADD_ORG_DOMAIN, LIST_ORG_DOMAINS, REMOVE_ORG_DOMAIN, SET_PRIMARY_ORG_DOMAIN,
    },
    table::{Scene, Table, case, run_tables},
};

fn domain(t: &Scene) -> String {
    format!("{}.example.com", t.unique("d"))
}

/// An organization with one more domain; both.
fn with_domain(t: &Scene) -> (String, String) {
    let (id, domain) = (t.org(), domain(t));
    let request = json!({"domain": domain});
    t.rest(&ADD_ORG_DOMAIN, &t.admin.token, Some(&id), request)
        .ok();
    (id, domain)
}

/// The cases of `ListOrgDomains`.
pub const LIST: Table = Table {
    operation: &LIST_ORG_DOMAINS,
    cases: &[
        case("a domain is shown with everything", |t| {
            let name = t.unique("org");
            let id = org_named(t, &name);
            let answer = within(t, &id, json!({})).ok();
            assert_eq!(answer["details"]["totalResult"], "1");
            let changes = t.org_changes(&id);
            assert_eq!(
                answer["result"],
                json!([{
                    "orgId": id,
                    "details": {
                        "sequence": "4",
                        "creationDate": changes[3].date,
                        "changeDate": changes[3].date,
                        "resourceOwner": id,
                    },
                    "domainName": format!("{name}.localhost"),
                    "isVerified": true,
                    "isPrimary": true,
                }])
            );
        }),
        case("a name in each way of comparing and a page choose", |t| {
            let (id, domain) = with_domain(t);
            let names = |request: Value| {
                let answer = within(t, &id, request).ok();
                let result = answer["result"].as_array().cloned().unwrap_or_default();
                result
                    .into_iter()
                    .map(|found| found["domainName"].as_str().unwrap().to_owned())
                    .collect::<Vec<_>>()
            };
            let upper = domain.to_uppercase();
            let queried = |name: &str, method: &str| {
                let method = format!("TEXT_QUERY_METHOD_{method}");
                names(json!({"queries": [{"domainNameQuery": {"name": name, "method": method}}]}))
            };
            for (name, method) in [
                (domain.as_str(), "EQUALS"),
                (&upper, "EQUALS_IGNORE_CASE"),
                (&domain[..4], "STARTS_WITH"),
                (&upper[..4], "STARTS_WITH_IGNORE_CASE"),
                ("example", "CONTAINS"),
                ("EXAMPLE", "CONTAINS_IGNORE_CASE"),
                ("example.com", "ENDS_WITH"),
                ("EXAMPLE.COM", "ENDS_WITH_IGNORE_CASE"),
            ] {
                assert_eq!(queried(name, method), [domain.as_str()], "{method}");
            }
            assert!(queried(&upper, "EQUALS").is_empty());
            assert_eq!(names(json!({})).len(), 2);
            assert_eq!(names(json!({"query": {"limit": 1}})).len(), 1);
            assert_eq!(names(json!({"query": {"offset": "1"}})).len(), 1);
            assert!(names(json!({"query": {"offset": "2"}})).is_empty());
        }),
        case("a query asks something, of 200 characters at most", |t| {
            t.call(json!({"queries": [{}]})).expect_invalid();
            let long = json!({"domainNameQuery": {"name": "a".repeat(201)}});
            t.call(json!({"queries": [long]})).expect_invalid();
        }),
    ],
};

/// The cases of `AddOrgDomain`.
pub const ADD: Table = Table {
    operation: &ADD_ORG_DOMAIN,
    cases: &[
        case("a domain is added, in lower case, and verified", |t| {
            let (id, domain) = (t.org(), domain(t));
            let request = json!({"domain": format!(" {} ", domain.to_uppercase())});
            let answer = within(t, &id, request).ok();
            expect_org_change(t, &answer, &id, "org.domain.verified");
            assert_eq!(
                events_from(t, &id, 6),
                ["org.domain.added", "org.domain.verified"]
            );
            assert_ne!(org(t, &id)["primaryDomain"], domain);
        }),
        case(
            "other organizations may no longer use it in user names",
            |t| {
                let (id, domain) = (t.org(), domain(t));
                within(t, &id, json!({"domain": domain})).ok();
                let username = format!("{}@{domain}", t.unique("u"));
                let human = t.new_human(json!({"username": username}));
                t.rest_as_admin(&ADD_HUMAN_USER, human)
                    .fails(Kind::Invalid, "COMMAND-SFd21");
                t.human_in(&id, json!({"username": username}));
            },
        ),
        case("what is no host name is refused first", |t| {
            for domain in [" ", "a b.com", "a@b.com", ".com", "-a.com", "a..com"] {
                t.call(json!({"domain": domain}))
                    .fails(Kind::Invalid, "ORG-r3h4J");
            }
        }),
        case("a domain of anybody is refused", |t| {
            let (id, domain) = with_domain(t);
            for org in [id.as_str(), t.org_id()] {
                within(t, org, json!({"domain": domain})).fails(Kind::Exists, "COMMAND-Bd2jj");
            }
        }),
        case("a domain has 1 to 200 characters", |t| {
            t.call(json!({})).expect_invalid();
            t.call(json!({"domain": "a".repeat(201)})).expect_invalid();
        }),
    ],
};

/// The cases of `RemoveOrgDomain`.
pub const REMOVE: Table = Table {
    operation: &REMOVE_ORG_DOMAIN,
    cases: &[
        case("a domain goes, and is free for others", |t| {
            let (id, domain) = with_domain(t);
            let answer = within(t, &id, json!({"domain": domain})).ok();
            expect_org_change(t, &answer, &id, "org.domain.removed");
            let request = json!({"domain": domain});
            t.rest(&ADD_ORG_DOMAIN, &t.admin.token, Some(&t.org()), request)
                .ok();
        }),
        case("a domain of nobody or of another is not found", |t| {
            let (other, domain) = with_domain(t);
            let primary = org(t, &other)["primaryDomain"].clone();
            for domain in ["nobody.example.com", &domain, primary.as_str().unwrap()] {
                within(t, &t.org(), json!({"domain": domain})).fails(Kind::NotFound, "ORG-GDfA4");
            }
        }),
        case("the primary domain stays", |t| {
            let id = t.org();
            let primary = org(t, &id)["primaryDomain"].clone();
            within(t, &id, json!({"domain": primary})).fails(Kind::Precondition, "ORG-Sjdi3");
        }),
        case("a domain has 1 to 200 characters", |t| {
            t.call(json!({"domain": "a".repeat(201)})).expect_invalid();
        }),
    ],
};

/// The cases of `SetPrimaryOrgDomain`.
pub const SET_PRIMARY: Table = Table {
    operation: &SET_PRIMARY_ORG_DOMAIN,
    cases: &[
        case("a domain becomes the only primary one", |t| {
            let (id, domain) = with_domain(t);
            let before = org(t, &id)["primaryDomain"].clone();
            let answer = within(t, &id, json!({"domain": domain})).ok();
            expect_org_change(t, &answer, &id, "org.domain.primary.set");
            assert_eq!(org(t, &id)["primaryDomain"], domain);
            t.rest(
                &REMOVE_ORG_DOMAIN,
                &t.admin.token,
                Some(&id),
                json!({"domain": before}),
            )
            .ok();
        }),
        case("the primary one stays it, without an event", |t| {
            let id = t.org();
            let primary = org(t, &id)["primaryDomain"].clone();
            let answer = within(t, &id, json!({"domain": primary})).ok();
            expect_org_change(t, &answer, &id, "org.member.added");
        }),
        case("a domain of nobody or of another is not found", |t| {
            let (_, domain) = with_domain(t);
            for domain in ["nobody.example.com", &domain] {
                within(t, &t.org(), json!({"domain": domain})).fails(Kind::NotFound, "ORG-GDfA4");
            }
        }),
        case("a domain has 1 to 200 characters", |t| {
            t.call(json!({"domain": "a".repeat(201)})).expect_invalid();
        }),
    ],
};

run_tables! {
    list_org_domains_agrees_with_its_table = LIST,
    add_org_domain_agrees_with_its_table = ADD,
    remove_org_domain_agrees_with_its_table = REMOVE,
    set_primary_org_domain_agrees_with_its_table = SET_PRIMARY,
}
