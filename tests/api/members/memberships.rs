//! `ListUserMemberships` and `ListMyMemberships` (contract/users.md §2, §3).

use serde_json::{Value, json};

use crate::{
    clients::Answer,
    operations::{ADD_IAM_MEMBER, ADD_ORG_MEMBER, LIST_MY_MEMBERSHIPS, LIST_USER_MEMBERSHIPS},
    orgs::org_named,
    table::{Scene, Table, case, run_tables},
};

/// A machine with roles in two organizations and on the instance: its id and the organizations.
fn member(t: &Scene) -> (String, [String; 2]) {
    let machine = t.machine();
    let orgs = [t.org(), t.org()];
    for org in &orgs {
        let roles = json!({"userId": machine, "roles": ["ORG_OWNER"]});
        t.rest(&ADD_ORG_MEMBER, &t.admin.token, Some(org), roles)
            .ok();
    }
    let roles = json!({"userId": machine, "roles": ["IAM_OWNER_VIEWER"]});
    t.rest_as_admin(&ADD_IAM_MEMBER, roles).ok();
    (machine, orgs)
}

/// Where the memberships in a list are: an organization's id, or "iam".
#[track_caller]
fn places(answer: Answer) -> Vec<String> {
    let answer = answer.ok();
    let result = answer["result"].as_array().cloned().unwrap_or_default();
    let place = |membership: &Value| match &membership["orgId"] {
        Value::String(org) => org.clone(),
        _ => {
            assert_eq!(membership["iam"], true, "{membership}");
            "iam".to_owned()
        }
    };
    result.iter().map(place).collect()
}

/// The cases of `ListUserMemberships`.
pub const OF_USER: Table = Table {
    operation: &LIST_USER_MEMBERSHIPS,
    cases: &[
        case("a membership is shown with everything", |t| {
            let (name, machine) = (t.unique("org"), t.machine());
            let org = org_named(t, &name);
            let roles = json!({"userId": machine, "roles": ["ORG_OWNER", "ORG_USER_MANAGER"]});
            t.rest(&ADD_ORG_MEMBER, &t.admin.token, Some(&org), roles)
                .ok();
            let call = t.by(&t.admin.token).within(&org);
            let answer = call.call(json!({"userId": machine})).ok();
            assert_eq!(answer["details"]["totalResult"], "1");
            let added = &t.org_changes(&org)[5];
            assert_eq!(
                answer["result"],
                json!([{
                    "userId": machine,
                    "details": {
                        "sequence": "6",
                        "creationDate": added.date,
                        "changeDate": added.date,
                        "resourceOwner": org,
                    },
                    "roles": ["ORG_OWNER", "ORG_USER_MANAGER"],
                    "displayName": name,
                    "orgId": org,
                }])
            );
        }),
        case(
            "those in the context organization and on the instance",
            |t| {
                let (machine, [org, _]) = member(t);
                let call = t.by(&t.admin.token).within(&org);
                assert_eq!(places(call.call(json!({"userId": machine}))), ["iam", &org]);
                assert_eq!(places(t.call(json!({"userId": machine}))), ["iam"]);
            },
        ),
        case("an unknown user has none", |t| {
            assert!(places(t.call(json!({"userId": "1"}))).is_empty());
        }),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
        }),
    ],
};

/// The cases of `ListMyMemberships`.
pub const MINE: Table = Table {
    operation: &LIST_MY_MEMBERSHIPS,
    cases: &[
        case("those of the caller anywhere", |t| {
            let (machine, [one, other]) = member(t);
            let token = t.token_of_machine(&machine);
            let answer = t.by(&token).call(json!({}));
            assert_eq!(places(answer), ["iam", &one, &other]);
            let nobody = t.token_without_membership();
            assert!(places(t.by(&nobody).call(json!({}))).is_empty());
        }),
        case("queries and a page choose", |t| {
            let (machine, [one, other]) = member(t);
            let token = t.token_of_machine(&machine);
            let find = |request: Value| places(t.by(&token).call(request));
            let queried = |query: Value| find(json!({"queries": [query]}));
            assert_eq!(queried(json!({"orgQuery": {"orgId": one}})), [one.as_str()]);
            assert_eq!(queried(json!({"iamQuery": {"iam": true}})), ["iam"]);
            assert_eq!(queried(json!({"iamQuery": {}})), [one.as_str(), &other]);
            assert!(queried(json!({"projectQuery": {"projectId": "1"}})).is_empty());
            assert!(queried(json!({"projectGrantQuery": {"projectGrantId": "1"}})).is_empty());
            assert_eq!(find(json!({"query": {"limit": 1}})), ["iam"]);
            assert_eq!(find(json!({"query": {"offset": "2"}})), [other]);
        }),
        case("a query asks something, of 200 characters at most", |t| {
            t.call(json!({"queries": [{}]})).expect_invalid();
            let long = json!({"orgQuery": {"orgId": "a".repeat(201)}});
            t.call(json!({"queries": [long]})).expect_invalid();
        }),
    ],
};

run_tables! {
    list_user_memberships_agrees_with_its_table = OF_USER,
    list_my_memberships_agrees_with_its_table = MINE,
}
