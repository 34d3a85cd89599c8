//! v1 management `RemoveHumanPhone` (contract/phone.md §2).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{GET_HUMAN_PHONE, REMOVE_HUMAN_PHONE, UPDATE_HUMAN_PHONE, VERIFY_PHONE},
    table::{Table, case},
};

const REMOVED: &str = "user.human.phone.removed";

/// The cases of `RemoveHumanPhone`.
pub const TABLE: Table = Table {
    operation: &REMOVE_HUMAN_PHONE,
    cases: &[
        case("an unverified phone is removed", |t| {
            let user = t.human_with_phone(&t.number());
            let answer = t.call(json!({"userId": user})).ok();
            t.expect_change(&answer, &user, REMOVED);
            t.expect_last_events(&user, &["user.human.phone.code.added", REMOVED]);
            let shown = t.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
            assert_eq!(shown.ok()["phone"], json!({}));
        }),
        case("a verified phone is removed, and its flag with it", |t| {
            let user = t.human_with_verified_phone(&t.number());
            t.call(json!({"userId": user})).ok();
            let number = t.number();
            let request = json!({"userId": user, "phone": number});
            t.rest_as_admin(&UPDATE_HUMAN_PHONE, request).ok();
            let shown = t.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
            assert_eq!(shown.ok()["phone"], json!({"phone": number}));
        }),
        case("the pending code dies with the phone", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let code = t.code_for(&number);
            t.call(json!({"userId": user})).ok();
            let request = json!({"userId": user, "verificationCode": code});
            t.rest_as_admin(&VERIFY_PHONE, request)
                .fails(Kind::Invalid, "COMMAND-eis9R");
        }),
        case("no phone, never set or removed before, is not found", |t| {
            let user = t.human();
            t.call(json!({"userId": user}))
                .fails(Kind::NotFound, "COMMAND-p6rsc");
            let user = t.human_with_verified_phone(&t.number());
            t.call(json!({"userId": user})).ok();
            t.call(json!({"userId": user}))
                .fails(Kind::NotFound, "COMMAND-p6rsc");
        }),
        case("an unknown or removed user is a failed precondition", |t| {
            t.call(json!({"userId": "1"}))
                .fails(Kind::Precondition, "COMMAND-3M9fs");
            let user = t.human_with_verified_phone(&t.number());
            t.remove(&user);
            t.call(json!({"userId": user}))
                .fails(Kind::Precondition, "COMMAND-3M9fs");
        }),
        case("a machine is no user with a phone", |t| {
            t.call(json!({"userId": t.machine()}))
                .fails(Kind::Precondition, "COMMAND-3M9fs");
        }),
        case("a user of another organization is found there only", |t| {
            let org = t.org();
            let phone = json!({"phone": t.number(), "isVerified": true});
            let user = t.human_in(&org, json!({"phone": phone}));
            t.call(json!({"userId": user}))
                .fails(Kind::Precondition, "COMMAND-3M9fs");
            let admin = &t.admin.token;
            t.by(admin).within(&org).call(json!({"userId": user})).ok();
        }),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
            t.call(json!({"userId": "a".repeat(200)}))
                .fails(Kind::Precondition, "COMMAND-3M9fs");
            if !t.encoding.uses_rest_path() {
                t.call(json!({})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn remove_human_phone_agrees_with_its_table() {
    TABLE.run();
}
