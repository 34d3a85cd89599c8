//! v1 auth `ResendMyPhoneVerification` (contract/phone.md §3).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::RESEND_MY_PHONE_VERIFICATION,
    table::{Table, case},
};

/// The cases of `ResendMyPhoneVerification`.
pub const TABLE: Table = Table {
    operation: &RESEND_MY_PHONE_VERIFICATION,
    cases: &[
        case("the caller gets a new code", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let token = t.token_of(&user);
            let first = t.wait_for_sms(&number, 1);
            let answer = t.by(&token).call(json!({})).ok();
            t.expect_change(&answer, &user, "user.human.phone.code.added");
            assert_ne!(first.code(), t.wait_for_sms(&number, 2).code());
        }),
        case("no phone is not found", |t| {
            let token = t.token_of(&t.human());
            t.by(&token)
                .call(json!({}))
                .fails(Kind::NotFound, "COMMAND-2b7Hf");
        }),
        case("a verified phone is a failed precondition", |t| {
            let token = t.token_of(&t.human_with_verified_phone(&t.number()));
            t.by(&token)
                .call(json!({}))
                .fails(Kind::Precondition, "COMMAND-2M9sf");
        }),
        case("a machine is no user with a phone", |t| {
            t.call(json!({})).fails(Kind::Precondition, "COMMAND-2M0fs");
        }),
    ],
};

#[test]
fn resend_my_phone_verification_agrees_with_its_table() {
    TABLE.run();
}
