//! `ListOrgs`, `ListMyProjectOrgs` and v2 `ListOrganizations` (contract/orgs-and-auth.md §1).

use serde_json::{Value, json};

use super::{org, org_named};
use crate::{
    clients::{Answer, Kind},
    operations::{
        ADD_IAM_MEMBER, ADD_ORG_DOMAIN, DEACTIVATE_ORGANIZATION, LIST_MY_PROJECT_ORGS,
        LIST_ORGANIZATIONS, LIST_ORGS, REMOVE_ORG,
    },
    table::{Case, Scene, Table, case, run_tables},
};

/// The ids in a list, in order.
#[track_caller]
fn ids(answer: Answer) -> Vec<String> {
    let answer = answer.ok();
    let result = answer["result"].as_array().cloned().unwrap_or_default();
    let id = |org: &Value| org["id"].as_str().unwrap().to_owned();
    result.iter().map(id).collect()
}

/// Three organizations whose names begin the same: the beginning, and the ids by name.
fn three(t: &Scene) -> (String, [String; 3]) {
    let beginning = t.unique("Köln");
    let made = ["b", "C", "a"].map(|end| org_named(t, &format!("{beginning} {end}")));
    let [b, c, a] = made;
    (beginning, [a, b, c])
}

fn named(name: &str, method: &str) -> Value {
    let method = format!("TEXT_QUERY_METHOD_{method}");
    json!({"nameQuery": {"name": name, "method": method}})
}

const NAMES: Case = case("names are compared in each way", |t| {
    let (beginning, [a, b, c]) = three(t);
    // As many queries as a request may have.
    let mut many = vec![named(&beginning, "STARTS_WITH"); 500];
    assert_eq!(ids(t.call(json!({"queries": many}))).len(), 3);
    many.push(named(&beginning, "STARTS_WITH"));
    t.call(json!({"queries": many})).expect_invalid();
    let find = |name: &str, method: &str| ids(t.call(json!({"queries": [named(name, method)]})));
    let (own, upper) = (format!("{beginning} b"), beginning.to_uppercase());
    assert_eq!(find(&own, "EQUALS"), [b.as_str()]);
    assert!(find(&own.to_uppercase(), "EQUALS").is_empty());
    assert_eq!(
        find(&own.to_uppercase(), "EQUALS_IGNORE_CASE"),
        [b.as_str()]
    );
    // In the order of their age.
    let all = [b.as_str(), &c, &a];
    assert_eq!(find(&beginning, "STARTS_WITH"), all);
    assert!(find(&upper, "STARTS_WITH").is_empty());
    assert_eq!(find(&upper, "STARTS_WITH_IGNORE_CASE"), all);
    assert_eq!(find(&beginning[1..], "CONTAINS"), all);
    assert_eq!(find(&upper[1..], "CONTAINS_IGNORE_CASE"), all);
    let end = &own[1..];
    assert_eq!(find(end, "ENDS_WITH"), [b.as_str()]);
    assert_eq!(
        find(&end.to_uppercase(), "ENDS_WITH_IGNORE_CASE"),
        [b.as_str()]
    );
});

const QUERIES: Case = case("domain, state and id, all of them together", |t| {
    let (beginning, [a, b, c]) = three(t);
    let domain = format!("{}.example.com", t.unique("d"));
    let request = json!({"domain": domain});
    t.rest(&ADD_ORG_DOMAIN, &t.admin.token, Some(&a), request)
        .ok();
    t.rest_as_admin(&DEACTIVATE_ORGANIZATION, json!({"organizationId": c}))
        .ok();
    let prefix = if t.operation_is(&LIST_ORGANIZATIONS) {
        "ORGANIZATION_STATE"
    } else {
        "ORG_STATE"
    };
    let find = |query: Value| {
        let queries = [named(&beginning, "STARTS_WITH"), query];
        ids(t.call(json!({"queries": queries})))
    };
    let own = org(t, &b)["primaryDomain"].clone();
    for (query, found) in [
        (json!({"domainQuery": {"domain": domain}}), vec![&a]),
        (json!({"domainQuery": {"domain": own}}), vec![&b]),
        (
            json!({"domainQuery": {"domain": "EXAMPLE", "method": "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE"}}),
            vec![&a],
        ),
        (
            json!({"stateQuery": {"state": format!("{prefix}_INACTIVE")}}),
            vec![&c],
        ),
        (
            json!({"stateQuery": {"state": format!("{prefix}_ACTIVE")}}),
            vec![&b, &a],
        ),
        (
            json!({"stateQuery": {"state": format!("{prefix}_REMOVED")}}),
            vec![],
        ),
        (json!({"idQuery": {"id": a}}), vec![&a]),
        (json!({"idQuery": {"id": t.org_id()}}), vec![]),
    ] {
        assert_eq!(
            find(query.clone()).iter().collect::<Vec<_>>(),
            found,
            "{query}"
        );
    }
});

const PAGES: Case = case("pages, sorted by name if wanted", |t| {
    let (beginning, [a, b, c]) = three(t);
    let prefix = if t.operation_is(&LIST_ORGANIZATIONS) {
        "ORGANIZATION_FIELD_NAME_NAME"
    } else {
        "ORG_FIELD_NAME_NAME"
    };
    let request = |query: Value, column: &str| {
        let queries = [named(&beginning, "STARTS_WITH")];
        json!({"query": query, "queries": queries, "sortingColumn": column})
    };
    let sorted = |query: Value| ids(t.call(request(query, prefix)));
    assert_eq!(sorted(json!({"asc": true})), [a.as_str(), &b, &c]);
    assert_eq!(sorted(json!({})), [c.as_str(), &b, &a]);
    assert_eq!(sorted(json!({"asc": true, "limit": 2})), [a.as_str(), &b]);
    assert_eq!(
        sorted(json!({"asc": true, "limit": 2, "offset": "2"})),
        [c.as_str()]
    );
    assert!(sorted(json!({"offset": "3"})).is_empty());
    let answer = t.call(request(json!({"limit": 1}), prefix)).ok();
    assert_eq!(answer["details"]["totalResult"], "3");
    assert!(answer["details"].get("processedSequence").is_some());
});

const REMOVED: Case = case("removed ones are not there", |t| {
    let (beginning, [a, b, c]) = three(t);
    t.rest_as_admin(&REMOVE_ORG, json!({"orgId": c})).ok();
    let queries = [named(&beginning, "STARTS_WITH")];
    assert_eq!(ids(t.call(json!({"queries": queries}))), [b, a]);
});

const LIMITS: Case = case("a query asks something, of 200 characters at most", |t| {
    t.call(json!({"queries": [{}]})).expect_invalid();
    let long = "a".repeat(201);
    for query in [
        json!({"nameQuery": {"name": long}}),
        json!({"domainQuery": {"domain": long}}),
        json!({"idQuery": {"id": long}}),
    ] {
        t.call(json!({"queries": [query]})).expect_invalid();
    }
});

/// The cases of `ListOrgs`.
pub const LIST_V1: Table = Table {
    operation: &LIST_ORGS,
    cases: &[
        case("an organization is shown as GetOrgByID does it", |t| {
            let id = t.org();
            let request = json!({"queries": [{"idQuery": {"id": id}}]});
            assert_eq!(t.call(request).ok()["result"][0], org(t, &id));
        }),
        NAMES,
        QUERIES,
        PAGES,
        REMOVED,
        LIMITS,
        case("roles in an organization do not permit it", |t| {
            let owner = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
            t.by(&owner)
                .call(json!({}))
                .fails(Kind::Denied, "AUTH-5mWD2");
        }),
    ],
};

/// The cases of `ListMyProjectOrgs`.
pub const LIST_MINE: Table = Table {
    operation: &LIST_MY_PROJECT_ORGS,
    cases: &[
        case("those with a role of the caller, whatever the role", |t| {
            let id = t.org();
            let token = t.token_with_roles(&id, &["ORG_PROJECT_CREATOR"]);
            assert_eq!(ids(t.by(&token).call(json!({}))), [id.as_str()]);
            let nobody = t.token_without_membership();
            assert!(ids(t.by(&nobody).call(json!({}))).is_empty());
        }),
        case("all of them for a member of the instance", |t| {
            let (machine, id) = (t.machine(), t.org());
            let member = json!({"userId": machine, "roles": ["IAM_USER_MANAGER"]});
            t.rest_as_admin(&ADD_IAM_MEMBER, member).ok();
            let request = json!({"queries": [{"idQuery": {"id": id}}]});
            let token = t.token_of_machine(&machine);
            assert_eq!(ids(t.by(&token).call(request)), [id]);
        }),
        NAMES,
        QUERIES,
        PAGES,
        REMOVED,
        LIMITS,
    ],
};

/// The cases of `ListOrganizations`.
pub const LIST: Table = Table {
    operation: &LIST_ORGANIZATIONS,
    cases: &[
        case("an organization is shown with everything", |t| {
            let id = t.org();
            let request = json!({"queries": [{"idQuery": {"id": id}}]});
            let shown = t.call(request).ok()["result"][0].clone();
            let v1 = org(t, &id);
            for name in ["id", "name", "primaryDomain", "details"] {
                assert_eq!(shown[name], v1[name], "{name}");
            }
            assert_eq!(shown["state"], "ORGANIZATION_STATE_ACTIVE");
        }),
        case("only those in which the caller has org.read", |t| {
            let (readable, other) = (t.org(), t.org());
            let reader = t.machine();
            for (org, role) in [
                (&readable, "ORG_OWNER_VIEWER"),
                (&other, "ORG_PROJECT_CREATOR"),
            ] {
                let member = json!({"userId": reader, "roles": [role]});
                t.rest(
                    &crate::operations::ADD_ORG_MEMBER,
                    &t.admin.token,
                    Some(org),
                    member,
                )
                .ok();
            }
            let token = t.token_of_machine(&reader);
            assert_eq!(ids(t.by(&token).call(json!({}))), [readable]);
            let nobody = t.token_without_membership();
            assert!(ids(t.by(&nobody).call(json!({}))).is_empty());
        }),
        case("the default organization", |t| {
            let request = json!({"queries": [{"defaultQuery": {}}]});
            assert_eq!(ids(t.call(request)), [t.org_id()]);
        }),
        NAMES,
        QUERIES,
        PAGES,
        REMOVED,
        LIMITS,
        case("an empty name is refused", |t| {
            t.call(json!({"queries": [{"nameQuery": {}}]}))
                .expect_invalid();
        }),
    ],
};

run_tables! {
    list_orgs_agrees_with_its_table = LIST_V1,
    list_my_project_orgs_agrees_with_its_table = LIST_MINE,
    list_organizations_agrees_with_its_table = LIST,
}
