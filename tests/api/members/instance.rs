//! Admin `AddIAMMember`, `UpdateIAMMember` and `RemoveIAMMember` (contract/orgs-and-auth.md §1).

use serde_json::{Value, json};

use super::may_read;
use crate::{
    clients::Kind,
    operations::{ADD_IAM_MEMBER, GET_MY_INSTANCE, REMOVE_IAM_MEMBER, UPDATE_IAM_MEMBER},
    table::{Case, Scene, Table, case, run_tables},
};

fn member(t: &Scene, role: &str) -> String {
    let machine = t.machine();
    let request = json!({"userId": machine, "roles": [role]});
    t.rest_as_admin(&ADD_IAM_MEMBER, request).ok();
    machine
}

#[track_caller]
fn expect_details(t: &Scene, answer: &Value, members: &[&str]) {
    let details = answer["details"].as_object().unwrap();
    let names: Vec<_> = details.keys().collect();
    assert_eq!(names, members, "{answer}");
    let instance = t.rest_as_admin(&GET_MY_INSTANCE, json!({})).ok();
    assert_eq!(details["resourceOwner"], instance["instance"]["id"]);
}

const LIMITS: Case = case("a user id has 1 to 200 characters", |t| {
    t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
    if !t.encoding.uses_rest_path() {
        t.call(json!({})).expect_invalid();
    }
});

/// The cases of `AddIAMMember`.
pub const ADD: Table = Table {
    operation: &ADD_IAM_MEMBER,
    cases: &[
        case("a user gets the permissions of the roles everywhere", |t| {
            let (org, machine) = (t.org(), t.machine());
            let token = t.token_of_machine(&machine);
            assert!(!may_read(t, &token, &org));
            let request = json!({"userId": machine, "roles": ["IAM_OWNER_VIEWER"]});
            let answer = t.call(request).ok();
            expect_details(t, &answer, &["creationDate", "resourceOwner", "sequence"]);
            assert!(may_read(t, &token, &org) && may_read(t, &token, t.org_id()));
        }),
        case("each role of the instance can be given", |t| {
            for role in [
                "IAM_OWNER",
                "IAM_OWNER_VIEWER",
                "IAM_ORG_MANAGER",
                "IAM_USER_MANAGER",
                "IAM_ADMIN_IMPERSONATOR",
                "IAM_END_USER_IMPERSONATOR",
                "IAM_LOGIN_CLIENT",
            ] {
                t.call(json!({"userId": t.machine(), "roles": [role]})).ok();
            }
        }),
        case(
            "no roles, and those of organizations, are refused first",
            |t| {
                t.call(json!({"userId": "1"}))
                    .fails(Kind::Invalid, "INSTANCE-4m0fS");
                for role in [
                    "ORG_OWNER",
                    "SELF_MANAGEMENT_GLOBAL",
                    "IAM_NOBODY",
                    "iam_owner",
                    "",
                ] {
                    t.call(json!({"userId": "1", "roles": ["IAM_OWNER", role]}))
                        .fails(Kind::Invalid, "INSTANCE-4m0fS");
                }
            },
        ),
        case("an unknown or removed user is a failed precondition", |t| {
            let removed = t.machine();
            t.remove(&removed);
            for user in ["1", &removed] {
                t.call(json!({"userId": user, "roles": ["IAM_OWNER"]}))
                    .fails(Kind::Precondition, "INSTA-GSXOn");
            }
        }),
        case("a member exists once", |t| {
            let machine = member(t, "IAM_OWNER_VIEWER");
            t.call(json!({"userId": machine, "roles": ["IAM_OWNER"]}))
                .fails(Kind::Exists, "INSTA-pFDwe");
        }),
        case(
            "a member of an organization can be one of the instance",
            |t| {
                let machine = t.machine();
                let roles = json!({"userId": machine, "roles": ["ORG_OWNER"]});
                t.rest_as_admin(&crate::operations::ADD_ORG_MEMBER, roles)
                    .ok();
                t.call(json!({"userId": machine, "roles": ["IAM_OWNER"]}))
                    .ok();
            },
        ),
        LIMITS,
    ],
};

/// The cases of `UpdateIAMMember`.
pub const UPDATE: Table = Table {
    operation: &UPDATE_IAM_MEMBER,
    cases: &[
        case("the new roles take the place of the old ones", |t| {
            let machine = member(t, "IAM_OWNER_VIEWER");
            let token = t.token_of_machine(&machine);
            assert!(may_read(t, &token, t.org_id()));
            let request = json!({"userId": machine, "roles": ["IAM_ADMIN_IMPERSONATOR"]});
            let answer = t.call(request).ok();
            let names = ["changeDate", "creationDate", "resourceOwner", "sequence"];
            expect_details(t, &answer, &names);
            assert!(!may_read(t, &token, t.org_id()));
        }),
        case("at least one role is needed", |t| {
            t.call(json!({"userId": "1"}))
                .fails(Kind::Invalid, "INSTANCE-LiaZi");
        }),
        case("unknown roles are refused", |t| {
            for role in ["ORG_OWNER", "IAM_NOBODY"] {
                t.call(json!({"userId": "1", "roles": [role]}))
                    .fails(Kind::Invalid, "INSTANCE-3m9fs");
            }
        }),
        case("who is no member is not found", |t| {
            let in_org = t.machine();
            let roles = json!({"userId": in_org, "roles": ["ORG_OWNER"]});
            t.rest_as_admin(&crate::operations::ADD_ORG_MEMBER, roles)
                .ok();
            for user in ["1", &t.machine(), &in_org] {
                t.call(json!({"userId": user, "roles": ["IAM_OWNER"]}))
                    .fails(Kind::NotFound, "INSTANCE-D8JxR");
            }
        }),
        case("the same roles are refused", |t| {
            let machine = member(t, "IAM_OWNER_VIEWER");
            t.call(json!({"userId": machine, "roles": ["IAM_OWNER_VIEWER"]}))
                .fails(Kind::Precondition, "INSTANCE-LiaZi");
        }),
        LIMITS,
    ],
};

/// The cases of `RemoveIAMMember`.
pub const REMOVE: Table = Table {
    operation: &REMOVE_IAM_MEMBER,
    cases: &[
        case("all roles on the instance are gone", |t| {
            let machine = member(t, "IAM_OWNER_VIEWER");
            let token = t.token_of_machine(&machine);
            let answer = t.call(json!({"userId": machine})).ok();
            let names = ["changeDate", "creationDate", "resourceOwner", "sequence"];
            expect_details(t, &answer, &names);
            assert!(!may_read(t, &token, t.org_id()));
        }),
        case("who is no member is removed without an error", |t| {
            for user in ["1", &t.machine()] {
                let answer = t.call(json!({"userId": user})).ok();
                assert_eq!(answer, json!({"details": {}}));
            }
        }),
        case("a removed member can be added again", |t| {
            let machine = member(t, "IAM_OWNER_VIEWER");
            t.call(json!({"userId": machine})).ok();
            let request = json!({"userId": machine, "roles": ["IAM_OWNER_VIEWER"]});
            t.rest_as_admin(&ADD_IAM_MEMBER, request).ok();
        }),
        LIMITS,
    ],
};

run_tables! {
    add_iam_member_agrees_with_its_table = ADD,
    update_iam_member_agrees_with_its_table = UPDATE,
    remove_iam_member_agrees_with_its_table = REMOVE,
}

#[test]
fn the_log_says_when_nobody_owns_the_instance_any_more() {
    let app = crate::app::App::start("");
    let user = app.admin.user.clone();
    app.rest_as_admin(&REMOVE_IAM_MEMBER, json!({"userId": user}))
        .ok();
    assert!(app.log().contains("IAM_OWNER"), "{}", app.log());
}
