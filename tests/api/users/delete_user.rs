//! v2 `DeleteUser` (contract/users.md §4).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{ADD_ORG_MEMBER, DELETE_USER, GET_USER_BY_ID},
    table::{Table, case},
};

/// The cases of `DeleteUser`.
pub const TABLE: Table = Table {
    operation: &DELETE_USER,
    cases: &[
        case("a user is gone, and the history says so", |t| {
            let user = t.human();
            let answer = t.call(json!({"userId": user})).ok();
            t.expect_v2_change(&answer, &user, "user.removed");
            t.rest_as_admin(&GET_USER_BY_ID, json!({"userId": user}))
                .fails(Kind::NotFound, "QUERY-Dfbg2");
        }),
        case("an unknown or removed user is not found", |t| {
            let removed = t.human();
            t.remove(&removed);
            for user in ["1", &removed] {
                t.call(json!({"userId": user}))
                    .fails(Kind::NotFound, "COMMAND-bd4ir1mblj");
            }
        }),
        case("others need user.delete where the user belongs", |t| {
            let org = t.org();
            let request = json!({"userId": t.human_in(&org, json!({}))});
            let nobody = t.token_without_membership();
            t.by(&nobody)
                .call(request.clone())
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let viewer = t.token_with_roles(&org, &["ORG_OWNER_VIEWER"]);
            t.by(&viewer)
                .call(request.clone())
                .fails(Kind::Denied, "AUTH-AWfge");
            let manager = t.token_with_roles(&org, &["ORG_USER_MANAGER"]);
            t.by(&manager).call(request).ok();
        }),
        case("people need user.self.delete to remove themselves", |t| {
            let user = t.human();
            let token = t.token_of(&user);
            let request = json!({"userId": user});
            t.by(&token)
                .call(request.clone())
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let member = json!({"userId": user, "roles": ["ORG_USER_SELF_MANAGER"]});
            t.rest_as_admin(&ADD_ORG_MEMBER, member).ok();
            t.by(&token).call(request).ok();
        }),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
            if !t.encoding.uses_rest_path() {
                t.call(json!({})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn delete_user_agrees_with_its_table() {
    TABLE.run();
}
