//! v2 `SetPhone` when it succeeds (contract/phone.md §4); `set_phone_refused.rs` has the errors.

use serde_json::json;

use crate::{
    operations::{GET_HUMAN_PHONE, SET_PHONE, VERIFY_PHONE},
    table::{Table, case},
};

const CHANGED: &str = "user.human.phone.changed";
const CODE_ADDED: &str = "user.human.phone.code.added";
const VERIFIED: &str = "user.human.phone.verified";

/// The cases of `SetPhone` that succeed.
pub const TABLE: Table = Table {
    operation: &SET_PHONE,
    cases: &[
        case(
            "a new number gets a code by SMS unless told otherwise",
            |t| {
                for more in [json!({}), json!({"sendCode": {}})] {
                    let (user, number) = (t.human(), t.number());
                    let request = json!({"userId": user, "phone": number});
                    let answer = t.call(crate::people::merged(request, more)).ok();
                    t.expect_v2_change(&answer, &user, CODE_ADDED);
                    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
                    t.expect_last_events(&user, &[CHANGED, CODE_ADDED]);
                    let shown = t.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
                    assert_eq!(shown.ok()["phone"], json!({"phone": number}));
                    t.code_for(&number);
                }
            },
        ),
        case(
            "return_code gives the working code and sends nothing",
            |t| {
                let (user, number) = (t.human(), t.number());
                let request = json!({"userId": user, "phone": number, "returnCode": {}});
                let answer = t.call(request).ok();
                t.expect_v2_change(&answer, &user, CODE_ADDED);
                let code = answer["verificationCode"].as_str().unwrap();
                assert!(
                    code.len() == 6
                        && code
                            .chars()
                            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()),
                    "{code}"
                );
                t.expect_no_sms(&number);
                let request = json!({"userId": user, "verificationCode": code});
                t.rest_as_admin(&VERIFY_PHONE, request).ok();
            },
        ),
        case(
            "is_verified sets the number as verified without a code",
            |t| {
                let (user, number) = (t.human(), t.number());
                let request = json!({"userId": user, "phone": number, "isVerified": true});
                let answer = t.call(request).ok();
                t.expect_v2_change(&answer, &user, VERIFIED);
                assert!(answer.get("verificationCode").is_none(), "{answer}");
                t.expect_last_events(&user, &[CHANGED, VERIFIED]);
                let shown = t.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
                assert_eq!(
                    shown.ok()["phone"],
                    json!({"phone": number, "isPhoneVerified": true})
                );
                t.expect_no_sms(&number);
            },
        ),
        case(
            "a number without a country code belongs to the default region",
            |t| {
                let (user, number) = (t.human(), t.number());
                let national = format!("0{}", &number[3..]);
                t.call(json!({"userId": user, "phone": national})).ok();
                let shown = t.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
                assert_eq!(shown.ok()["phone"], json!({"phone": number}));
                t.code_for(&number);
            },
        ),
        case("people may change their own number", |t| {
            let (user, number) = (t.human(), t.number());
            let token = t.token_of(&user);
            let request = json!({"userId": user, "phone": number, "returnCode": {}});
            t.by(&token).call(request).ok();
            t.expect_last_events(&user, &[CHANGED, CODE_ADDED]);
        }),
        case(
            "who has user.write where the user belongs may change and verify",
            |t| {
                let org = t.org();
                let manager = t.token_with_roles(&org, &["ORG_USER_MANAGER"]);
                let user = t.human_in(&org, json!({}));
                let request = json!({"userId": user, "phone": t.number(), "isVerified": true});
                let answer = t.by(&manager).call(request).ok();
                assert_eq!(answer["details"]["resourceOwner"], org.as_str());
            },
        ),
        case("the organization header does not matter", |t| {
            let (org, user) = (t.org(), t.human());
            let request = json!({"userId": user, "phone": t.number()});
            let answer = t.by(&t.admin.token).within(&org).call(request).ok();
            assert_eq!(answer["details"]["resourceOwner"], t.org_id());
        }),
        case("a number may have 200 characters", |t| {
            let number = t.number();
            let request =
                json!({"userId": t.human(), "phone": format!("{}{number}", " ".repeat(188))});
            t.call(request).ok();
            t.code_for(&number);
        }),
    ],
};

#[test]
fn set_phone_agrees_with_its_table() {
    TABLE.run();
}
