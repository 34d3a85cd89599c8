//! `RemoveOrg` of management and admin, and v2 `DeleteOrganization` (contract/orgs-and-auth.md §1).

use serde_json::{Value, json};

use super::{expect_permission, org_named, within};
use crate::{
    app::App,
    clients::{Answer, Kind},
    operations::{
        ADD_HUMAN_USER, ADD_MACHINE_USER, ADD_ORG_DOMAIN, ADD_ORG_MEMBER,
        ADD_PERSONAL_ACCESS_TOKEN, DELETE_ORGANIZATION, GET_MY_USER, GET_ORG_BY_ID, GET_USER_BY_ID,
        LIST_EVENTS, LIST_MY_MEMBERSHIPS, LIST_USERS, REMOVE_MY_ORG, REMOVE_ORG, SET_DEFAULT_ORG,
    },
    table::{Case, Scene, Table, case, run_tables},
};

/// Removes an organization with the table's operation, whichever way that is told which.
fn remove(t: &Scene, id: &str) -> Answer {
    let request = t.fitting(json!({"organizationId": id, "orgId": id}));
    if t.operation_is(&REMOVE_MY_ORG) && request == json!({}) {
        return within(t, id, request);
    }
    t.call(request)
}

/// A machine of an organization, with a token.
fn machine_in(app: &App, org: &str) -> (String, String) {
    let text = |answer: Value, name: &str| answer[name].as_str().unwrap().to_owned();
    let admin = &app.admin.token;
    let request = json!({"userName": app.unique("machine"), "name": "Engine"});
    let answer = app.rest(&ADD_MACHINE_USER, admin, Some(org), request).ok();
    let id = text(answer, "userId");
    let request = json!({"userId": id});
    let answer = app.rest(&ADD_PERSONAL_ACCESS_TOKEN, admin, Some(org), request);
    (id, text(answer.ok(), "token"))
}

/// The history of an organization that is gone, oldest first, by the admin service.
fn history(app: &App, org: &str) -> Vec<String> {
    let request = json!({"aggregateId": org, "asc": true});
    let answer = app.rest_as_admin(&LIST_EVENTS, request).ok();
    let events = answer["events"].as_array().unwrap().iter();
    events
        .map(|event| event["type"]["type"].as_str().unwrap().to_owned())
        .collect()
}

const EVERYTHING_GOES: Case = case("its users, tokens, names and domains go with it", |t| {
    let name = t.unique("gone");
    let id = org_named(t, &name);
    let (machine, token) = machine_in(t, &id);
    let person = t.unique("person");
    let human = t.human_in(&id, json!({"username": person}));
    let domain = format!("{}.example.com", t.unique("d"));
    let admin = &t.admin.token;
    let request = json!({"domain": domain});
    t.rest(&ADD_ORG_DOMAIN, admin, Some(&id), request.clone())
        .ok();

    remove(t, &id).ok();

    t.rest_as_admin(&GET_ORG_BY_ID, json!({"id": id}))
        .fails(Kind::NotFound, "QUERY-iTTGJ");
    for user in [&machine, &human] {
        t.rest_as_admin(&GET_USER_BY_ID, json!({"userId": user}))
            .fails(Kind::NotFound, "QUERY-Dfbg2");
    }
    t.rest(&GET_MY_USER, &token, None, json!({}))
        .fails(Kind::Unauthenticated, "AUTH-7fs1e");
    t.rest(&GET_MY_USER, admin, Some(&id), json!({}))
        .fails(Kind::Denied, "AUTH-Bs7Ds");
    assert_eq!(history(t, &id).last().unwrap(), "org.removed");
    // All names are free again.
    let again = org_named(t, &name);
    t.rest(&ADD_ORG_DOMAIN, admin, Some(&again), request).ok();
    t.human_of(json!({"username": person}));
});

const MEMBERSHIPS_GO: Case = case("memberships of and in it go with it", |t| {
    let id = t.org();
    let (member, guest) = (t.org(), t.machine());
    let (machine, _) = machine_in(t, &id);
    let token = t.token_of_machine(&guest);
    let roles = |user: &str| json!({"userId": user, "roles": ["ORG_OWNER"]});
    let admin = &t.admin.token;
    t.rest(&ADD_ORG_MEMBER, admin, Some(&member), roles(&machine))
        .ok();
    t.rest(&ADD_ORG_MEMBER, admin, Some(&id), roles(&machine))
        .ok();
    t.rest(&ADD_ORG_MEMBER, admin, Some(&id), roles(&guest))
        .ok();

    remove(t, &id).ok();

    let answer = t.rest(&LIST_MY_MEMBERSHIPS, &token, None, json!({})).ok();
    assert!(answer.get("result").is_none(), "{answer}");
    let cascade = "org.member.cascade.removed";
    assert_eq!(t.org_changes(&member).last().unwrap().event, cascade);
    assert!(history(t, &id).iter().any(|event| event == cascade));
});

const DEFAULT_STAYS: Case = case("the default organization cannot be removed", |t| {
    remove(t, t.org_id()).fails(Kind::Precondition, "COMMA-wG9p1");
});

const FIRST_STAYS: Case = case(
    "the organization of the first run stays also when another is the default",
    |t| {
        let t = &t.alone();
        let other = t.org();
        t.rest_as_admin(&SET_DEFAULT_ORG, json!({"orgId": other}))
            .ok();
        remove(t, t.org_id()).fails(Kind::Precondition, "COMMA-AF3JW");
        remove(t, &other).fails(Kind::Precondition, "COMMA-wG9p1");
    },
);

/// The cases of management `RemoveOrg`.
pub const REMOVE_MINE: Table = Table {
    operation: &REMOVE_MY_ORG,
    cases: &[
        case("the answer has the details of a change", |t| {
            let id = t.org();
            let answer = remove(t, &id).ok();
            expect_details(&answer, &id);
        }),
        EVERYTHING_GOES,
        MEMBERSHIPS_GO,
        case("its own owner may, and is gone then", |t| {
            let id = t.org();
            let (owner, token) = machine_in(t, &id);
            let roles = json!({"userId": owner, "roles": ["ORG_OWNER"]});
            t.rest(&ADD_ORG_MEMBER, &t.admin.token, Some(&id), roles)
                .ok();
            t.by(&token).call(json!({})).ok();
            t.by(&token)
                .call(json!({}))
                .fails(Kind::Unauthenticated, "AUTH-7fs1e");
        }),
        DEFAULT_STAYS,
        FIRST_STAYS,
    ],
};

/// The cases of admin `RemoveOrg`.
pub const REMOVE: Table = Table {
    operation: &REMOVE_ORG,
    cases: &[
        case("the answer has the details of a change", |t| {
            let id = t.org();
            let answer = remove(t, &id).ok();
            expect_details(&answer, &id);
        }),
        EVERYTHING_GOES,
        MEMBERSHIPS_GO,
        DEFAULT_STAYS,
        FIRST_STAYS,
        UNKNOWN,
        case("an id has 1 to 200 characters", |t| {
            t.call(json!({"orgId": "a".repeat(201)})).expect_invalid();
        }),
    ],
};

/// The cases of `DeleteOrganization`.
pub const DELETE: Table = Table {
    operation: &DELETE_ORGANIZATION,
    cases: &[
        case("the answer has the time of the removal", |t| {
            let answer = remove(t, &t.org()).ok();
            let names: Vec<_> = answer.as_object().unwrap().keys().collect();
            assert_eq!(names, ["deletionDate"]);
        }),
        EVERYTHING_GOES,
        MEMBERSHIPS_GO,
        UNKNOWN,
        case("it needs org.delete in the organization", |t| {
            expect_permission(t, json!({}), "ORG_OWNER");
        }),
        case(
            "who may not learns nothing of what cannot be removed",
            |t| {
                let reader = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
                t.by(&reader)
                    .call(json!({"organizationId": t.org_id()}))
                    .fails(Kind::Denied, "AUTH-AWfge");
            },
        ),
        DEFAULT_STAYS,
        FIRST_STAYS,
        case("an id has 1 to 200 characters", |t| {
            t.call(json!({"organizationId": "a".repeat(201)}))
                .expect_invalid();
        }),
    ],
};

const UNKNOWN: Case = case("an unknown or removed one is not found", |t| {
    let removed = t.org();
    remove(t, &removed).ok();
    for id in ["1", &removed] {
        remove(t, id).fails(Kind::NotFound, "COMMA-aps2n");
    }
});

#[track_caller]
fn expect_details(answer: &Value, id: &str) {
    let details = answer["details"].as_object().unwrap();
    let names: Vec<_> = details.keys().collect();
    let all = ["changeDate", "creationDate", "resourceOwner", "sequence"];
    assert_eq!(names, all);
    assert_eq!(details["resourceOwner"], id);
    assert_eq!(details["sequence"], "6");
}

run_tables! {
    remove_org_of_management_agrees_with_its_table = REMOVE_MINE,
    remove_org_agrees_with_its_table = REMOVE,
    delete_organization_agrees_with_its_table = DELETE,
}

#[test]
fn an_organization_with_more_users_than_fit_a_transaction_goes() {
    let app = App::start("");
    let id = app.org();
    for _ in 0..405 {
        let human = app.new_human(json!({"organization": {"orgId": id}}));
        app.rest_as_admin(&ADD_HUMAN_USER, human).ok();
    }
    app.rest_as_admin(&REMOVE_ORG, json!({"orgId": id})).ok();
    let answer = app.rest_as_admin(&LIST_USERS, json!({})).ok();
    // Nobody but the administrator.
    assert_eq!(answer["details"]["totalResult"], "1");
}
