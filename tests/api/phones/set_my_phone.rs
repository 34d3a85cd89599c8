//! v1 auth `SetMyPhone` (contract/phone.md §3).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{GET_HUMAN_PHONE, SET_MY_PHONE},
    table::{Table, case},
};

const CHANGED: &str = "user.human.phone.changed";
const CODE_ADDED: &str = "user.human.phone.code.added";

/// The cases of `SetMyPhone`.
pub const TABLE: Table = Table {
    operation: &SET_MY_PHONE,
    cases: &[
        case(
            "the caller's new number is unverified and gets a code",
            |t| {
                let user = t.human();
                let (token, number) = (t.token_of(&user), t.number());
                let answer = t.by(&token).call(json!({"phone": number})).ok();
                t.expect_change(&answer, &user, CODE_ADDED);
                t.expect_last_events(&user, &[CHANGED, CODE_ADDED]);
                let changes = t.changes(&user);
                let added = changes.iter().rfind(|change| change.event == CODE_ADDED);
                assert_eq!(added.unwrap().editor, user.as_str());
                let shown = t.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
                assert_eq!(shown.ok()["phone"], json!({"phone": number}));
                t.code_for(&number);
            },
        ),
        case("the same number is refused, verified or not", |t| {
            let number = t.number();
            for user in [
                t.human_with_verified_phone(&number),
                t.human_with_phone(&number),
            ] {
                let token = t.token_of(&user);
                t.by(&token)
                    .call(json!({"phone": number}))
                    .fails(Kind::Precondition, "COMMAND-wF94r");
            }
        }),
        case(
            "a number that is no number is refused, also of a machine",
            |t| {
                for token in [t.token_of(&t.human()), t.token_without_membership()] {
                    t.by(&token)
                        .call(json!({"phone": "+41"}))
                        .fails(Kind::Invalid, "PHONE-so0wa");
                }
            },
        ),
        case("a number has 1 to 50 characters and begins with +", |t| {
            let token = t.token_of(&t.human());
            let long = format!("{}{}", t.number(), " ".repeat(39));
            for phone in ["", "0791234567", long.as_str()] {
                t.by(&token).call(json!({"phone": phone})).expect_invalid();
            }
            let longest = &long[..50];
            t.by(&token).call(json!({"phone": longest})).ok();
        }),
        case("the organization header does not redirect the call", |t| {
            let user = t.human();
            let (token, org) = (t.token_of(&user), t.org());
            let request = json!({"phone": t.number()});
            let answer = t.by(&token).within(&org).call(request).ok();
            assert_eq!(answer["details"]["resourceOwner"], t.org_id());
        }),
        case("a machine is no user with a phone", |t| {
            t.call(json!({"phone": t.number()}))
                .fails(Kind::Precondition, "COMMAND-3M0fs");
        }),
    ],
};

#[test]
fn set_my_phone_agrees_with_its_table() {
    TABLE.run();
}
