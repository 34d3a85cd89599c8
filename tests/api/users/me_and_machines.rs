//! `RemoveMyUser`, `ListMyUserChanges` and `UpdateMachine` (contract/users.md §2, §3).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{
        ADD_ORG_MEMBER, GET_MY_USER, GET_USER_BY_ID_V1, LIST_MY_USER_CHANGES, REMOVE_MY_USER,
        UPDATE_MACHINE,
    },
    table::{Table, case, run_tables},
};

/// The cases of `RemoveMyUser`.
pub const REMOVE_MY: Table = Table {
    operation: &REMOVE_MY_USER,
    cases: &[
        case("the caller is gone, and its tokens with it", |t| {
            let user = t.human();
            let request = json!({"userId": user, "roles": ["ORG_USER_SELF_MANAGER"]});
            t.rest_as_admin(&ADD_ORG_MEMBER, request).ok();
            let token = t.token_of(&user);
            let answer = t.by(&token).call(json!({})).ok();
            t.expect_change(&answer, &user, "user.removed");
            t.rest(&GET_MY_USER, &token, None, json!({}))
                .fails(Kind::Unauthenticated, "AUTH-7fs1e");
        }),
        case("user.self.delete is needed", |t| {
            t.by(&t.token_without_membership())
                .call(json!({}))
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
            t.by(&viewer)
                .call(json!({}))
                .fails(Kind::Denied, "AUTH-5mWD2");
        }),
    ],
};

/// The cases of `ListMyUserChanges`.
pub const LIST_MY_CHANGES: Table = Table {
    operation: &LIST_MY_USER_CHANGES,
    cases: &[case("the caller sees its own history, newest first", |t| {
        let user = t.human();
        let token = t.token_of(&user);
        let answer = t.by(&token).call(json!({})).ok();
        let keys: Vec<_> = answer["result"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| change["eventType"]["key"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            keys,
            [
                "EventTypes.user.pat.added",
                "EventTypes.user.human.email.verified",
                "EventTypes.user.human.added",
            ]
        );
        let query = json!({"asc": true, "limit": 1, "sequence": "1"});
        let answer = t.by(&token).call(json!({"query": query})).ok();
        assert_eq!(answer["result"][0]["sequence"], "2");
        assert_eq!(answer["result"].as_array().unwrap().len(), 1);
    })],
};

/// The cases of `UpdateMachine`.
pub const MACHINE: Table = Table {
    operation: &UPDATE_MACHINE,
    cases: &[
        case("name, description and token type change", |t| {
            let machine = t.machine();
            let request = json!({
                "userId": machine,
                "name": "Analytical Engine",
                "description": "punched cards",
                "accessTokenType": "ACCESS_TOKEN_TYPE_JWT",
            });
            let answer = t.call(request.clone()).ok();
            t.expect_change(&answer, &machine, "user.machine.changed");
            let shown = t
                .rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": machine}))
                .ok();
            assert_eq!(
                shown["user"]["machine"],
                json!({
                    "name": "Analytical Engine",
                    "description": "punched cards",
                    "accessTokenType": "ACCESS_TOKEN_TYPE_JWT",
                })
            );
            t.call(request).fails(Kind::Precondition, "COMMAND-2n8vs");
        }),
        case("an unknown user and a person are not found", |t| {
            for user in ["1", &t.human(), &t.machine_in(&t.org())] {
                // The name that machines here have already.
                t.call(json!({"userId": user, "name": "Difference Engine"}))
                    .fails(Kind::NotFound, "COMMAND-5M0od");
            }
        }),
        case(
            "a name has 1 to 200, a description at most 500 characters",
            |t| {
                let machine = t.machine();
                t.call(json!({"userId": machine})).expect_invalid();
                t.call(json!({"userId": machine, "name": "a".repeat(201)}))
                    .expect_invalid();
                t.call(json!({"userId": machine, "name": "a", "description": "a".repeat(501)}))
                    .expect_invalid();
            },
        ),
    ],
};

run_tables! {
    remove_my_user_agrees_with_its_table = REMOVE_MY,
    list_my_user_changes_agrees_with_its_table = LIST_MY_CHANGES,
    update_machine_agrees_with_its_table = MACHINE,
}
