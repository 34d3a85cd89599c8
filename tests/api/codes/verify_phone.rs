//! v2 `VerifyPhone` (contract/phone.md §4).

use serde_json::json;

use super::wrong;
use crate::{
    clients::Kind,
    operations::{GET_HUMAN_PHONE, SET_PHONE, VERIFY_PHONE},
    table::{Table, case},
};

const VERIFIED: &str = "user.human.phone.verified";
const FAILED: &str = "user.human.phone.verification.failed";

/// The cases of `VerifyPhone`.
pub const TABLE: Table = Table {
    operation: &VERIFY_PHONE,
    cases: &[
        case("the code of the message verifies the phone, once", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let request = json!({"userId": user, "verificationCode": t.code_for(&number)});
            let answer = t.call(request.clone()).ok();
            t.expect_v2_change(&answer, &user, VERIFIED);
            let shown = t.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
            assert_eq!(
                shown.ok()["phone"],
                json!({"phone": number, "isPhoneVerified": true})
            );
            t.call(request).fails(Kind::Invalid, "COMMAND-eis9R");
            t.expect_last_events(&user, &[VERIFIED, FAILED]);
        }),
        case(
            "a wrong code is refused and does not consume the right one",
            |t| {
                let number = t.number();
                let user = t.human_with_phone(&number);
                let code = t.code_for(&number);
                for text in [wrong(&code), code.to_lowercase(), format!("{code} ")] {
                    if text == code {
                        continue; // a code of digits has no lower case
                    }
                    t.call(json!({"userId": user, "verificationCode": text}))
                        .fails(Kind::Invalid, "COMMAND-eis9R");
                    t.expect_last_events(&user, &[FAILED]);
                }
                t.call(json!({"userId": user, "verificationCode": code}))
                    .ok();
            },
        ),
        case(
            "without a pending code the try fails and is recorded",
            |t| {
                let user = t.human_with_verified_phone(&t.number());
                t.call(json!({"userId": user, "verificationCode": "ABC123"}))
                    .fails(Kind::Invalid, "COMMAND-eis9R");
                t.expect_last_events(&user, &[VERIFIED, FAILED]);
            },
        ),
        case("the code of the number before is worthless", |t| {
            let (first, second) = (t.number(), t.number());
            let user = t.human_with_phone(&first);
            let code = t.code_for(&first);
            t.rest_as_admin(&SET_PHONE, json!({"userId": user, "phone": second}))
                .ok();
            t.call(json!({"userId": user, "verificationCode": code}))
                .fails(Kind::Invalid, "COMMAND-eis9R");
            let code = t.code_for(&second);
            t.call(json!({"userId": user, "verificationCode": code}))
                .ok();
        }),
        case("the code of another user is worthless", |t| {
            let (mine, theirs) = (t.number(), t.number());
            let user = t.human_with_phone(&mine);
            t.human_with_phone(&theirs);
            let request = json!({"userId": user, "verificationCode": t.code_for(&theirs)});
            t.call(request).fails(Kind::Invalid, "COMMAND-eis9R");
        }),
        case("whoever knows the code may verify with it", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let request = json!({"userId": user, "verificationCode": t.code_for(&number)});
            let nobody = t.token_without_membership();
            t.by(&nobody).call(request).ok();
        }),
        case(
            "an unknown or removed user or a machine is not found",
            |t| {
                let removed = t.human_with_phone(&t.number());
                t.remove(&removed);
                for user in ["1", &removed, &t.machine()] {
                    t.call(json!({"userId": user, "verificationCode": "ABC123"}))
                        .fails(Kind::NotFound, "COMMAND-ieJ2e");
                }
            },
        ),
        case(
            "a user who has not finished the registration is refused",
            |t| {
                let number = t.number();
                let user = t.initial_human(json!({"phone": {"phone": number}}));
                let right = t.code_for(&number);
                for code in [wrong(&right), right] {
                    t.call(json!({"userId": user, "verificationCode": code}))
                        .fails(Kind::Precondition, "COMMAND-uz0Uu");
                }
            },
        ),
        case("a code has 1 to 20 characters, a user id 1 to 200", |t| {
            let user = t.human_with_phone(&t.number());
            t.call(json!({"userId": user})).expect_invalid();
            let long = "A".repeat(21);
            t.call(json!({"userId": user, "verificationCode": long}))
                .expect_invalid();
            t.call(json!({"userId": user, "verificationCode": &long[..20]}))
                .fails(Kind::Invalid, "COMMAND-eis9R");
            let request = json!({"userId": "a".repeat(201), "verificationCode": "ABC123"});
            t.call(request).expect_invalid();
        }),
    ],
};

#[test]
fn verify_phone_agrees_with_its_table() {
    TABLE.run();
}
