//! v1 management `UpdateHumanPhone` (contract/phone.md §2).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{GET_HUMAN_PHONE, UPDATE_HUMAN_PHONE},
    table::{Table, case},
};

const CHANGED: &str = "user.human.phone.changed";
const CODE_ADDED: &str = "user.human.phone.code.added";
const VERIFIED: &str = "user.human.phone.verified";

/// The cases of `UpdateHumanPhone`.
pub const TABLE: Table = Table {
    operation: &UPDATE_HUMAN_PHONE,
    cases: &[
        case(
            "a new number is stored unverified and a code is sent to it",
            |t| {
                let (user, number) = (t.human(), t.number());
                let answer = t.call(json!({"userId": user, "phone": number})).ok();
                t.expect_change(&answer, &user, CODE_ADDED);
                t.expect_last_events(&user, &["user.human.email.verified", CHANGED, CODE_ADDED]);
                let shown = t
                    .rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}))
                    .ok();
                assert_eq!(shown["phone"], json!({"phone": number}));
                assert_eq!(t.code_for(&number).len(), 6);
            },
        ),
        case("the answer has details and nothing else", |t| {
            let answer = t
                .call(json!({"userId": t.human(), "phone": t.number()}))
                .ok();
            let names: Vec<_> = answer.as_object().unwrap().keys().collect();
            assert_eq!(names, ["details"]);
        }),
        case(
            "a new number can be set as verified without a message",
            |t| {
                let (user, number) = (t.human(), t.number());
                let request = json!({"userId": user, "phone": number, "isPhoneVerified": true});
                let answer = t.call(request).ok();
                t.expect_change(&answer, &user, VERIFIED);
                t.expect_last_events(&user, &[CHANGED, VERIFIED]);
                let shown = t
                    .rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}))
                    .ok();
                assert_eq!(
                    shown["phone"],
                    json!({"phone": number, "isPhoneVerified": true})
                );
                t.expect_no_sms(&number);
            },
        ),
        case("an unverified number can be set as verified", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let request = json!({"userId": user, "phone": number, "isPhoneVerified": true});
            let answer = t.call(request).ok();
            t.expect_change(&answer, &user, VERIFIED);
            t.expect_last_events(&user, &[CODE_ADDED, VERIFIED]);
        }),
        case(
            "another number takes the place of a verified one and is unverified",
            |t| {
                let user = t.human_with_verified_phone(&t.number());
                let number = t.number();
                t.call(json!({"userId": user, "phone": number})).ok();
                let shown = t
                    .rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}))
                    .ok();
                assert_eq!(shown["phone"], json!({"phone": number}));
                t.expect_last_events(&user, &[VERIFIED, CHANGED, CODE_ADDED]);
            },
        ),
        case("two users may have the same number", |t| {
            let number = t.number();
            t.human_with_phone(&number);
            t.call(json!({"userId": t.human(), "phone": number})).ok();
        }),
        case("the number is compared after normalization", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let spaced = format!("+41 (0)79 {}", &number[5..]);
            t.call(json!({"userId": user, "phone": spaced}))
                .fails(Kind::Precondition, "COMMAND-wF94r");
        }),
        case("the same unverified number is refused", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            t.call(json!({"userId": user, "phone": number}))
                .fails(Kind::Precondition, "COMMAND-wF94r");
            t.expect_last_events(&user, &["user.human.email.verified", CODE_ADDED]);
        }),
        case(
            "the same verified number is refused, verified or not",
            |t| {
                let number = t.number();
                let user = t.human_with_verified_phone(&number);
                for verified in [false, true] {
                    let request =
                        json!({"userId": user, "phone": number, "isPhoneVerified": verified});
                    t.call(request).fails(Kind::Precondition, "COMMAND-wF94r");
                }
            },
        ),
        case("an unknown user is a failed precondition", |t| {
            t.call(json!({"userId": "1", "phone": t.number()}))
                .fails(Kind::Precondition, "COMMAND-3M0fs");
        }),
        case("a machine is no user with a phone", |t| {
            t.call(json!({"userId": t.machine(), "phone": t.number()}))
                .fails(Kind::Precondition, "COMMAND-3M0fs");
        }),
        case("a removed user is unknown", |t| {
            let user = t.human();
            t.remove(&user);
            t.call(json!({"userId": user, "phone": t.number()}))
                .fails(Kind::Precondition, "COMMAND-3M0fs");
        }),
        case(
            "a user of another organization is unknown unless the header names it",
            |t| {
                let (org, number) = (t.org(), t.number());
                let user = t.human_in(&org, json!({"phone": {"phone": number}}));
                t.call(json!({"userId": user, "phone": number}))
                    .fails(Kind::Precondition, "COMMAND-3M0fs");
                let request = json!({"userId": user, "phone": t.number()});
                t.call(request.clone())
                    .fails(Kind::Precondition, "COMMAND-3M0fs");
                let admin = &t.admin.token;
                let answer = t.by(admin).within(&org).call(request).ok();
                assert_eq!(answer["details"]["resourceOwner"], org.as_str());
            },
        ),
        case(
            "a user who has not finished the registration can be changed",
            |t| {
                let user = t.initial_human(json!({}));
                t.call(json!({"userId": user, "phone": t.number()})).ok();
            },
        ),
        case(
            "a number that is no number is refused after the rules and before the user",
            |t| {
                for phone in ["+", "+abc", "+1", "+41", "+0123456789", "+999123456789"] {
                    t.call(json!({"userId": "1", "phone": phone}))
                        .fails(Kind::Invalid, "PHONE-so0wa");
                }
            },
        ),
        case("a number has 1 to 50 characters and begins with +", |t| {
            let user = t.human();
            for phone in ["", "0791234567", " +41791234567", "0041791234567"] {
                t.call(json!({"userId": user, "phone": phone}))
                    .expect_invalid();
            }
            t.call(json!({"userId": user})).expect_invalid();
            let padded = |length: usize| format!("{}{}", t.number(), " ".repeat(length - 12));
            t.call(json!({"userId": user, "phone": padded(51)}))
                .expect_invalid();
            t.call(json!({"userId": user, "phone": padded(50)})).ok();
            let wide = |length: usize| format!("+{}", "\u{ff11}".repeat(length - 1));
            t.call(json!({"userId": user, "phone": wide(51)}))
                .expect_invalid();
            t.call(json!({"userId": user, "phone": wide(50)}))
                .fails(Kind::Invalid, "PHONE-so0wa");
        }),
        case("a user id has 1 to 200 characters", |t| {
            let phone = t.number();
            t.call(json!({"userId": "é".repeat(201), "phone": phone}))
                .expect_invalid();
            t.call(json!({"userId": "é".repeat(200), "phone": phone}))
                .fails(Kind::Precondition, "COMMAND-3M0fs");
            if !t.encoding.uses_rest_path() {
                t.call(json!({"userId": "", "phone": phone}))
                    .expect_invalid();
            }
        }),
    ],
};

#[test]
fn update_human_phone_agrees_with_its_table() {
    TABLE.run();
}
