//! v1 management `GetHumanPhone` (contract/phone.md §2).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{GET_HUMAN_PHONE, GET_USER_BY_ID_V1},
    table::{Table, case},
};

/// The cases of `GetHumanPhone`.
pub const TABLE: Table = Table {
    operation: &GET_HUMAN_PHONE,
    cases: &[
        case("an unverified phone is shown without the flag", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let answer = t.call(json!({"userId": user})).ok();
            assert_eq!(answer["phone"], json!({"phone": number}));
        }),
        case("a verified phone is shown with the flag", |t| {
            let number = t.number();
            let user = t.human_with_verified_phone(&number);
            let answer = t.call(json!({"userId": user})).ok();
            assert_eq!(
                answer["phone"],
                json!({"phone": number, "isPhoneVerified": true})
            );
        }),
        case("no phone is an empty one and no error", |t| {
            let answer = t.call(json!({"userId": t.human()})).ok();
            assert_eq!(answer["phone"], json!({}));
        }),
        case("the details are those of the user, all four", |t| {
            let user = t.human_with_verified_phone(&t.number());
            let answer = t.call(json!({"userId": user})).ok();
            let shown = t.rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": user}));
            assert_eq!(answer["details"], shown.ok()["user"]["details"]);
            let changes = t.changes(&user);
            let last = changes.last().unwrap();
            assert_eq!(
                answer["details"],
                json!({
                    "sequence": last.sequence,
                    "creationDate": changes[0].date,
                    "changeDate": last.date,
                    "resourceOwner": t.org_id(),
                })
            );
        }),
        case("an unknown or removed user is not found", |t| {
            t.call(json!({"userId": "1"}))
                .fails(Kind::NotFound, "QUERY-DAvb3");
            let user = t.human();
            t.remove(&user);
            t.call(json!({"userId": user}))
                .fails(Kind::NotFound, "QUERY-DAvb3");
        }),
        case("a user of another organization is found there only", |t| {
            let org = t.org();
            let user = t.human_in(&org, json!({}));
            t.call(json!({"userId": user}))
                .fails(Kind::NotFound, "QUERY-DAvb3");
            t.call(json!({"userId": t.machine_in(&org)}))
                .fails(Kind::NotFound, "QUERY-DAvb3");
            let admin = &t.admin.token;
            let answer = t.by(admin).within(&org).call(json!({"userId": user})).ok();
            assert_eq!(answer["details"]["resourceOwner"], org.as_str());
        }),
        case("a machine has no phone", |t| {
            t.call(json!({"userId": t.machine()}))
                .fails(Kind::Precondition, "QUERY-hliQl");
        }),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
            t.call(json!({"userId": "a".repeat(200)}))
                .fails(Kind::NotFound, "QUERY-DAvb3");
            if !t.encoding.uses_rest_path() {
                t.call(json!({})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn get_human_phone_agrees_with_its_table() {
    TABLE.run();
}
