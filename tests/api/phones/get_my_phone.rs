//! v1 auth `GetMyPhone` (contract/phone.md §3).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{GET_HUMAN_PHONE, GET_MY_PHONE},
    table::{Table, case},
};

/// The cases of `GetMyPhone`.
pub const TABLE: Table = Table {
    operation: &GET_MY_PHONE,
    cases: &[
        case("the caller's phone is shown as management shows it", |t| {
            let number = t.number();
            let user = t.human_with_verified_phone(&number);
            let token = t.token_of(&user);
            let answer = t.by(&token).call(json!({})).ok();
            let phone = json!({"phone": number, "isPhoneVerified": true});
            assert_eq!(answer["phone"], phone);
            let shown = t.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
            assert_eq!(answer, shown.ok());
        }),
        case("no phone is an empty one and no error", |t| {
            let token = t.token_of(&t.human());
            assert_eq!(t.by(&token).call(json!({})).ok()["phone"], json!({}));
        }),
        case("the organization header does not redirect the call", |t| {
            let user = t.human();
            let token = t.token_of(&user);
            let answer = t.by(&token).within(&t.org()).call(json!({})).ok();
            assert_eq!(answer["details"]["resourceOwner"], t.org_id());
        }),
        case("a machine has no phone", |t| {
            t.call(json!({})).fails(Kind::Precondition, "QUERY-hliQl");
        }),
    ],
};

#[test]
fn get_my_phone_agrees_with_its_table() {
    TABLE.run();
}
