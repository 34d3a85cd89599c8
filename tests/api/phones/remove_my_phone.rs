//! v1 auth `RemoveMyPhone` (contract/phone.md §3).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{GET_HUMAN_PHONE, REMOVE_MY_PHONE},
    table::{Table, case},
};

/// The cases of `RemoveMyPhone`.
pub const TABLE: Table = Table {
    operation: &REMOVE_MY_PHONE,
    cases: &[
        case("the caller's phone is removed", |t| {
            let user = t.human_with_verified_phone(&t.number());
            let token = t.token_of(&user);
            let answer = t.by(&token).call(json!({})).ok();
            t.expect_change(&answer, &user, "user.human.phone.removed");
            let shown = t.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
            assert_eq!(shown.ok()["phone"], json!({}));
            t.by(&token)
                .call(json!({}))
                .fails(Kind::NotFound, "COMMAND-p6rsc");
        }),
        case("a machine is no user with a phone", |t| {
            t.call(json!({})).fails(Kind::Precondition, "COMMAND-3M9fs");
        }),
    ],
};

#[test]
fn remove_my_phone_agrees_with_its_table() {
    TABLE.run();
}
