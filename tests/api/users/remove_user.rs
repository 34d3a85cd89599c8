//! v1 management `RemoveUser` (contract/users.md §2).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{ADD_HUMAN_USER, GET_MY_USER, GET_USER_BY_ID, REMOVE_USER},
    table::{Table, case},
};

/// The cases of `RemoveUser`.
pub const TABLE: Table = Table {
    operation: &REMOVE_USER,
    cases: &[
        case("a user is gone, and the history says so", |t| {
            let user = t.human();
            let answer = t.call(json!({"id": user})).ok();
            t.expect_change(&answer, &user, "user.removed");
            t.rest_as_admin(&GET_USER_BY_ID, json!({"userId": user}))
                .fails(Kind::NotFound, "QUERY-Dfbg2");
        }),
        case("the user name is free again", |t| {
            let request = t.new_human(json!({}));
            let answer = t.rest_as_admin(&ADD_HUMAN_USER, request.clone()).ok();
            t.call(json!({"id": answer["userId"]})).ok();
            t.rest_as_admin(&ADD_HUMAN_USER, request).ok();
        }),
        case("the tokens of a removed user are dead", |t| {
            let machine = t.machine();
            let token = t.token_of_machine(&machine);
            t.rest(&GET_MY_USER, &token, None, json!({})).ok();
            t.call(json!({"id": machine})).ok();
            t.rest(&GET_MY_USER, &token, None, json!({}))
                .fails(Kind::Unauthenticated, "AUTH-7fs1e");
        }),
        case("an unknown or removed user is not found", |t| {
            let user = t.human();
            t.call(json!({"id": user})).ok();
            for user in ["1", &user] {
                t.call(json!({"id": user}))
                    .fails(Kind::NotFound, "COMMAND-m9od");
            }
        }),
        case("a user of another organization is found there only", |t| {
            let org = t.org();
            let user = t.human_in(&org, json!({}));
            t.call(json!({"id": user}))
                .fails(Kind::NotFound, "COMMAND-m9od");
            let admin = &t.admin.token;
            t.by(admin).within(&org).call(json!({"id": user})).ok();
        }),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"id": "a".repeat(201)})).expect_invalid();
            if !t.encoding.uses_rest_path() {
                t.call(json!({})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn remove_user_agrees_with_its_table() {
    TABLE.run();
}
