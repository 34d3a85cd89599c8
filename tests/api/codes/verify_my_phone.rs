//! v1 auth `VerifyMyPhone` (contract/phone.md §3).

use serde_json::json;

use super::wrong;
use crate::{
    clients::Kind,
    operations::{GET_HUMAN_PHONE, VERIFY_MY_PHONE},
    table::{Table, case},
};

const VERIFIED: &str = "user.human.phone.verified";
const FAILED: &str = "user.human.phone.verification.failed";

/// The cases of `VerifyMyPhone`.
pub const TABLE: Table = Table {
    operation: &VERIFY_MY_PHONE,
    cases: &[
        case("the code of the message verifies the phone, once", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let (token, code) = (t.token_of(&user), t.code_for(&number));
            let answer = t.by(&token).call(json!({"code": code})).ok();
            t.expect_change(&answer, &user, VERIFIED);
            let shown = t.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
            assert_eq!(
                shown.ok()["phone"],
                json!({"phone": number, "isPhoneVerified": true})
            );
            t.by(&token)
                .call(json!({"code": code}))
                .fails(Kind::NotFound, "COMMAND-Rsj8c");
            t.expect_last_events(&user, &[VERIFIED]);
        }),
        case(
            "a wrong code is refused and does not consume the right one",
            |t| {
                let number = t.number();
                let user = t.human_with_phone(&number);
                let (token, code) = (t.token_of(&user), t.code_for(&number));
                t.by(&token)
                    .call(json!({"code": wrong(&code)}))
                    .fails(Kind::Invalid, "COMMAND-sM0cs");
                t.expect_last_events(&user, &[FAILED]);
                t.by(&token).call(json!({"code": code})).ok();
                t.expect_last_events(&user, &[FAILED, VERIFIED]);
            },
        ),
        case("a code is compared exactly", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let (token, code) = (t.token_of(&user), t.code_for(&number));
            for text in [format!(" {code}"), format!("{code} "), format!("{code}A")] {
                t.by(&token)
                    .call(json!({"code": text}))
                    .fails(Kind::Invalid, "COMMAND-sM0cs");
            }
            t.by(&token).call(json!({"code": code})).ok();
        }),
        case(
            "without a phone or a pending code there is nothing to verify",
            |t| {
                let verified = t.human_with_verified_phone(&t.number());
                for user in [t.human(), verified] {
                    let token = t.token_of(&user);
                    t.by(&token)
                        .call(json!({"code": "ABC123"}))
                        .fails(Kind::NotFound, "COMMAND-Rsj8c");
                }
            },
        ),
        case("a machine is no user with a phone", |t| {
            t.call(json!({"code": "ABC123"}))
                .fails(Kind::Precondition, "COMMAND-Rsj8c");
        }),
        case("a code has 1 to 200 characters", |t| {
            let user = t.human_with_phone(&t.number());
            let token = t.token_of(&user);
            t.by(&token).call(json!({})).expect_invalid();
            let long = "A".repeat(201);
            t.by(&token).call(json!({"code": long})).expect_invalid();
            t.expect_last_events(&user, &["user.human.phone.code.added", "user.pat.added"]);
            t.by(&token)
                .call(json!({"code": &long[..200]}))
                .fails(Kind::Invalid, "COMMAND-sM0cs");
        }),
    ],
};

#[test]
fn verify_my_phone_agrees_with_its_table() {
    TABLE.run();
}
