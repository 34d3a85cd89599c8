//! v1 management `ResendHumanPhoneVerification` (contract/phone.md §2).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{RESEND_HUMAN_PHONE_VERIFICATION, VERIFY_PHONE},
    table::{Table, case},
};

const CODE_ADDED: &str = "user.human.phone.code.added";

/// The cases of `ResendHumanPhoneVerification`.
pub const TABLE: Table = Table {
    operation: &RESEND_HUMAN_PHONE_VERIFICATION,
    cases: &[
        case("a new code is sent and works, the old one no longer", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let first = t.wait_for_sms(&number, 1);
            let answer = t.call(json!({"userId": user})).ok();
            t.expect_change(&answer, &user, CODE_ADDED);
            t.expect_last_events(&user, &[CODE_ADDED, CODE_ADDED]);
            let second = t.wait_for_sms(&number, 2);
            assert_ne!(first.id, second.id);
            assert_ne!(first.code(), second.code());
            let old = json!({"userId": user, "verificationCode": first.code()});
            t.rest_as_admin(&VERIFY_PHONE, old)
                .fails(Kind::Invalid, "COMMAND-eis9R");
            let new = json!({"userId": user, "verificationCode": second.code()});
            t.rest_as_admin(&VERIFY_PHONE, new).ok();
        }),
        case("no pending code is needed", |t| {
            let number = t.number();
            let phone = json!({"phone": number, "returnCode": {}});
            let user = t.human_of(json!({"phone": phone}));
            t.call(json!({"userId": user})).ok();
            let code = t.code_for(&number);
            let request = json!({"userId": user, "verificationCode": code});
            t.rest_as_admin(&VERIFY_PHONE, request).ok();
        }),
        case(
            "a user who has not finished the registration gets a code",
            |t| {
                let number = t.number();
                let user = t.initial_human(json!({"phone": {"phone": number}}));
                t.wait_for_sms(&number, 1);
                t.call(json!({"userId": user})).ok();
                t.wait_for_sms(&number, 2);
            },
        ),
        case("no phone is not found", |t| {
            t.call(json!({"userId": t.human()}))
                .fails(Kind::NotFound, "COMMAND-2b7Hf");
        }),
        case("a verified phone is a failed precondition", |t| {
            let user = t.human_with_verified_phone(&t.number());
            t.call(json!({"userId": user}))
                .fails(Kind::Precondition, "COMMAND-2M9sf");
        }),
        case(
            "an unknown or removed user or a machine is a failed precondition",
            |t| {
                let removed = t.human_with_verified_phone(&t.number());
                t.remove(&removed);
                for user in ["1", &removed, &t.machine()] {
                    t.call(json!({"userId": user}))
                        .fails(Kind::Precondition, "COMMAND-2M0fs");
                }
            },
        ),
        case("a user of another organization is found there only", |t| {
            let (org, number) = (t.org(), t.number());
            let user = t.human_in(&org, json!({"phone": {"phone": number}}));
            t.wait_for_sms(&number, 1);
            t.call(json!({"userId": user}))
                .fails(Kind::Precondition, "COMMAND-2M0fs");
            let admin = &t.admin.token;
            t.by(admin).within(&org).call(json!({"userId": user})).ok();
            t.wait_for_sms(&number, 2);
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
fn resend_human_phone_verification_agrees_with_its_table() {
    TABLE.run();
}
