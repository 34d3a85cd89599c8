//! v2 `ResendPhoneCode` (contract/phone.md §4).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{RESEND_PHONE_CODE, VERIFY_PHONE},
    people::merged,
    table::{Table, case},
};

const CODE_ADDED: &str = "user.human.phone.code.added";

/// The cases of `ResendPhoneCode`.
pub const TABLE: Table = Table {
    operation: &RESEND_PHONE_CODE,
    cases: &[
        case("a new code is sent and works, the old one no longer", |t| {
            for more in [json!({}), json!({"sendCode": {}})] {
                let number = t.number();
                let user = t.human_with_phone(&number);
                let first = t.wait_for_sms(&number, 1);
                let answer = t.call(merged(json!({"userId": user}), more)).ok();
                t.expect_v2_change(&answer, &user, CODE_ADDED);
                assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
                let second = t.wait_for_sms(&number, 2);
                let old = json!({"userId": user, "verificationCode": first.code()});
                t.rest_as_admin(&VERIFY_PHONE, old)
                    .fails(Kind::Invalid, "COMMAND-eis9R");
                let new = json!({"userId": user, "verificationCode": second.code()});
                t.rest_as_admin(&VERIFY_PHONE, new).ok();
            }
        }),
        case(
            "return_code gives the working code and sends nothing",
            |t| {
                let number = t.number();
                let phone = json!({"phone": number, "returnCode": {}});
                let user = t.human_of(json!({"phone": phone}));
                let request = json!({"userId": user, "returnCode": {}});
                let answer = t.call(request).ok();
                t.expect_v2_change(&answer, &user, CODE_ADDED);
                t.expect_no_sms(&number);
                let code = &answer["verificationCode"];
                let request = json!({"userId": user, "verificationCode": code});
                t.rest_as_admin(&VERIFY_PHONE, request).ok();
            },
        ),
        case("people may have their own code sent again", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let token = t.token_of(&user);
            t.wait_for_sms(&number, 1);
            t.by(&token).call(json!({"userId": user})).ok();
            t.wait_for_sms(&number, 2);
        }),
        case("without a pending code it is refused", |t| {
            let verified = t.human_with_verified_phone(&t.number());
            for user in [verified, t.human()] {
                t.call(json!({"userId": user}))
                    .fails(Kind::Precondition, "PHONE-5xrra88eq8");
            }
        }),
        case(
            "an unknown or removed user or a machine is not found",
            |t| {
                let removed = t.human_with_verified_phone(&t.number());
                t.remove(&removed);
                for user in ["1", &removed, &t.machine()] {
                    t.call(json!({"userId": user}))
                        .fails(Kind::NotFound, "COMMAND-ieJ2e");
                }
            },
        ),
        case(
            "a user who has not finished the registration is refused, code or not",
            |t| {
                for more in [json!({"phone": {"phone": t.number()}}), json!({})] {
                    t.call(json!({"userId": t.initial_human(more)}))
                        .fails(Kind::Precondition, "COMMAND-uz0Uu");
                }
            },
        ),
        case(
            "others need user.write, told before the pending code is looked for",
            |t| {
                let request = json!({"userId": t.human()});
                let nobody = t.token_without_membership();
                t.by(&nobody)
                    .call(request.clone())
                    .fails(Kind::NotFound, "AUTHZ-cdgFk");
                let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
                t.by(&viewer)
                    .call(request.clone())
                    .fails(Kind::Denied, "AUTH-AWfge");
                let manager = t.token_with_roles(t.org_id(), &["ORG_USER_MANAGER"]);
                t.by(&manager)
                    .call(request)
                    .fails(Kind::Precondition, "PHONE-5xrra88eq8");
            },
        ),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
            if !t.encoding.uses_rest_path() {
                t.call(json!({})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn resend_phone_code_agrees_with_its_table() {
    TABLE.run();
}
