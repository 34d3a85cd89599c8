//! v2 e-mail operations (contract/users.md §4, "Email").

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{GET_HUMAN_EMAIL, RESEND_EMAIL_CODE, SEND_EMAIL_CODE, SET_EMAIL, VERIFY_EMAIL},
    table::{Case, Scene, Table, case, run_tables},
};

const CHANGED: &str = "user.human.email.changed";
const VERIFIED: &str = "user.human.email.verified";
const CODE: &str = "user.human.email.code.added";

/// The cases of `SetEmail`.
pub const SET: Table = Table {
    operation: &SET_EMAIL,
    cases: &[
        case(
            "a new address gets a code, which is sent or returned",
            |t| {
                let user = t.human();
                let answer = t.call(json!({"userId": user, "email": address(t)})).ok();
                t.expect_v2_change(&answer, &user, CODE);
                assert_eq!(answer.get("verificationCode"), None);
                let request = json!({"userId": user, "email": address(t), "returnCode": {}});
                let answer = t.call(request).ok();
                assert_eq!(answer["verificationCode"].as_str().unwrap().len(), 6);
                let link = "https://example.com/?code={{.Code}}";
                let request =
                    json!({"userId": user, "email": address(t), "sendCode": {"urlTemplate": link}});
                t.call(request).ok();
                t.expect_last_events(&user, &[CHANGED, CODE, CHANGED, CODE, CHANGED, CODE]);
            },
        ),
        case(
            "an address can be set as verified, by whoever has user.write",
            |t| {
                let (user, new) = (t.human(), address(t));
                t.call(json!({"userId": user, "email": new, "isVerified": true}))
                    .ok();
                t.expect_last_events(&user, &[CHANGED, VERIFIED]);
                let shown = t
                    .rest_as_admin(&GET_HUMAN_EMAIL, json!({"userId": user}))
                    .ok();
                assert_eq!(
                    shown["email"],
                    json!({"email": new, "isEmailVerified": true})
                );
                let own = t.token_of(&user);
                t.by(&own)
                    .call(json!({"userId": user, "email": address(t), "isVerified": true}))
                    .fails(Kind::NotFound, "AUTHZ-cdgFk");
                t.by(&own)
                    .call(json!({"userId": user, "email": address(t)}))
                    .ok();
            },
        ),
        case("the same address is no change, verified or not", |t| {
            let (user, new) = (t.human(), address(t));
            t.call(json!({"userId": user, "email": new})).ok();
            t.call(json!({"userId": user, "email": new, "isVerified": true}))
                .fails(Kind::Precondition, "COMMAND-Uch5e");
        }),
        UNKNOWN,
        INITIAL,
        case("a stranger may not", |t| {
            let request = json!({"userId": t.human(), "email": address(t)});
            t.by(&t.token_without_membership())
                .call(request)
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
        }),
        case(
            "is_verified is true where it is given, an address is an address",
            |t| {
                let user = t.human();
                t.call(json!({"userId": user, "email": address(t), "isVerified": false}))
                    .expect_invalid();
                for wrong in ["", "ada", &"a".repeat(201)] {
                    t.call(json!({"userId": user, "email": wrong}))
                        .expect_invalid();
                }
            },
        ),
    ],
};

/// The cases of `ResendEmailCode`.
pub const RESEND: Table = Table {
    operation: &RESEND_EMAIL_CODE,
    cases: &[
        case("the pending code is replaced", |t| {
            let (user, old) = waiting(t);
            let answer = t.call(json!({"userId": user, "returnCode": {}})).ok();
            t.expect_v2_change(&answer, &user, CODE);
            let new = answer["verificationCode"].clone();
            t.rest_as_admin(
                &VERIFY_EMAIL,
                json!({"userId": user, "verificationCode": old}),
            )
            .fails(Kind::Invalid, "COMMAND-eis9R");
            t.rest_as_admin(
                &VERIFY_EMAIL,
                json!({"userId": user, "verificationCode": new}),
            )
            .ok();
        }),
        case("a sent code is not returned", |t| {
            let (user, _) = waiting(t);
            let answer = t.call(json!({"userId": user})).ok();
            assert_eq!(answer.get("verificationCode"), None);
            t.call(json!({"userId": user, "sendCode": {}})).ok();
        }),
        case("without a pending code there is nothing to resend", |t| {
            t.call(json!({"userId": t.human()}))
                .fails(Kind::Precondition, "EMAIL-5w5ilin4yt");
        }),
        UNKNOWN,
        INITIAL,
        SELF_OR_WRITER,
    ],
};

/// The cases of `SendEmailCode`.
pub const SEND: Table = Table {
    operation: &SEND_EMAIL_CODE,
    cases: &[
        case("a code is made, pending or not", |t| {
            let user = t.human();
            let answer = t.call(json!({"userId": user, "returnCode": {}})).ok();
            t.expect_v2_change(&answer, &user, CODE);
            let code = answer["verificationCode"].clone();
            t.rest_as_admin(
                &VERIFY_EMAIL,
                json!({"userId": user, "verificationCode": code}),
            )
            .ok();
        }),
        UNKNOWN,
        INITIAL,
        SELF_OR_WRITER,
    ],
};

/// The cases of `VerifyEmail`.
pub const VERIFY: Table = Table {
    operation: &VERIFY_EMAIL,
    cases: &[
        case("whoever knows the code may verify", |t| {
            let (user, code) = waiting(t);
            let request = json!({"userId": user, "verificationCode": code});
            let stranger = t.token_without_membership();
            let answer = t.by(&stranger).call(request).ok();
            t.expect_v2_change(&answer, &user, VERIFIED);
        }),
        case("wrong, used and absent codes get one answer", |t| {
            let (user, code) = waiting(t);
            let with = |code: &str| t.call(json!({"userId": user, "verificationCode": code}));
            with("WRONG1").fails(Kind::Invalid, "COMMAND-eis9R");
            with(&code).ok();
            with(&code).fails(Kind::Invalid, "COMMAND-eis9R");
            t.expect_last_events(
                &user,
                &[
                    "user.human.email.verification.failed",
                    VERIFIED,
                    "user.human.email.verification.failed",
                ],
            );
        }),
        UNKNOWN,
        INITIAL,
        case("a code has 1 to 20 characters", |t| {
            for code in ["", &"A".repeat(21)] {
                t.call(json!({"userId": "1", "verificationCode": code}))
                    .expect_invalid();
            }
        }),
    ],
};

run_tables! {
    set_email_agrees_with_its_table = SET,
    resend_email_code_agrees_with_its_table = RESEND,
    send_email_code_agrees_with_its_table = SEND,
    verify_email_agrees_with_its_table = VERIFY,
}

const UNKNOWN: Case = case("an unknown user and a machine are not found", |t| {
    let nobody = t.token_without_membership();
    for user in ["1", &t.machine()] {
        let request = json!({"userId": user, "email": address(t), "verificationCode": "ABC123"});
        t.by(&nobody)
            .call(t.fitting(request))
            .fails(Kind::NotFound, "COMMAND-ieJ2e");
    }
});

const INITIAL: Case = case("an initial user is not initialised, whoever asks", |t| {
    // The address is the user's already, and no code is waited for.
    let own = address(t);
    let user = t.initial_human(json!({"email": {"email": own}}));
    let request = json!({"userId": user, "email": own, "verificationCode": "ABC123"});
    t.by(&t.token_without_membership())
        .call(t.fitting(request))
        .fails(Kind::Precondition, "COMMAND-uz0Uu");
});

const SELF_OR_WRITER: Case = case("the user itself or a writer may, a stranger not", |t| {
    let (user, _) = waiting(t);
    t.by(&t.token_of(&user)).call(json!({"userId": user})).ok();
    let manager = t.token_with_roles(t.org_id(), &["ORG_USER_MANAGER"]);
    t.by(&manager).call(json!({"userId": user})).ok();
    let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
    t.by(&viewer)
        .call(json!({"userId": user}))
        .fails(Kind::Denied, "AUTH-AWfge");
});

fn address(t: &Scene) -> String {
    format!("{}@example.com", t.unique("ada"))
}

/// A person whose address waits for a code: id and code.
fn waiting(t: &Scene) -> (String, String) {
    let user = t.human();
    let request = json!({"userId": user, "email": address(t), "returnCode": {}});
    let answer = t.rest_as_admin(&SET_EMAIL, request).ok();
    let code = answer["verificationCode"].as_str().unwrap().to_owned();
    (user, code)
}
