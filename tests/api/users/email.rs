//! E-mail addresses in management and auth, and the initialization (contract/users.md §2, §3).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{
        GET_HUMAN_EMAIL, GET_MY_EMAIL, RESEND_HUMAN_EMAIL_VERIFICATION,
        RESEND_HUMAN_INITIALIZATION, RESEND_MY_EMAIL_VERIFICATION, SEND_EMAIL_CODE, SET_MY_EMAIL,
        UPDATE_HUMAN_EMAIL, VERIFY_MY_EMAIL,
    },
    table::{Scene, Table, case, run_tables},
};

const CHANGED: &str = "user.human.email.changed";
const VERIFIED: &str = "user.human.email.verified";
const CODE: &str = "user.human.email.code.added";

/// The cases of `GetHumanEmail`.
pub const GET: Table = Table {
    operation: &GET_HUMAN_EMAIL,
    cases: &[
        case("address and flag are shown", |t| {
            let address = address(t);
            let user = t.human_of(json!({"email": {"email": address, "isVerified": true}}));
            let answer = t.call(json!({"userId": user})).ok();
            let expected = json!({"email": address, "isEmailVerified": true});
            assert_eq!(answer["email"], expected);
            assert_eq!(answer["details"]["sequence"], "2");
        }),
        case("an unknown user is not found, a machine is no human", |t| {
            let org = t.org();
            for user in ["1", &t.human_in(&org, json!({})), &t.machine_in(&org)] {
                t.call(json!({"userId": user}))
                    .fails(Kind::NotFound, "QUERY-Hms2s");
            }
            t.call(json!({"userId": t.machine()}))
                .fails(Kind::Precondition, "QUERY-pt7HY");
        }),
    ],
};

/// The cases of `GetMyEmail`.
pub const GET_MY: Table = Table {
    operation: &GET_MY_EMAIL,
    cases: &[
        case("the caller's address is shown", |t| {
            let token = t.token_of(&t.human());
            let answer = t.by(&token).call(json!({})).ok();
            assert_eq!(answer["email"]["isEmailVerified"], true);
        }),
        case("a machine is no human", |t| {
            t.by(&t.token_without_membership())
                .call(json!({}))
                .fails(Kind::Precondition, "QUERY-pt7HY");
        }),
    ],
};

/// The cases of `UpdateHumanEmail`.
pub const UPDATE: Table = Table {
    operation: &UPDATE_HUMAN_EMAIL,
    cases: &[
        case("a new address is unverified and gets a code", |t| {
            let (user, new) = (t.human(), address(t));
            let answer = t.call(json!({"userId": user, "email": new})).ok();
            t.expect_change(&answer, &user, CODE);
            t.expect_last_events(&user, &[CHANGED, CODE]);
            let shown = t
                .rest_as_admin(&GET_HUMAN_EMAIL, json!({"userId": user}))
                .ok();
            assert_eq!(shown["email"], json!({"email": new}));
        }),
        case(
            "an address can be set as verified, also the one that is there",
            |t| {
                let (user, new) = (t.human(), address(t));
                let request = json!({"userId": user, "email": new, "isEmailVerified": true});
                t.call(request.clone()).ok();
                t.expect_last_events(&user, &[CHANGED, VERIFIED]);
                t.call(request).fails(Kind::Precondition, "COMMAND-2b7fM");
                let (user, new) = (t.human(), address(t));
                t.call(json!({"userId": user, "email": new})).ok();
                t.call(json!({"userId": user, "email": new, "isEmailVerified": true}))
                    .ok();
                t.expect_last_events(&user, &[CHANGED, CODE, VERIFIED]);
            },
        ),
        case("the same address is no change", |t| {
            let (user, new) = (t.human(), address(t));
            t.call(json!({"userId": user, "email": new})).ok();
            t.call(json!({"userId": user, "email": new}))
                .fails(Kind::Precondition, "COMMAND-2b7fM");
        }),
        case(
            "an initial user is not initialised, whatever the address",
            |t| {
                let own = address(t);
                let user = t.initial_human(json!({"email": {"email": own}}));
                for new in [address(t), own] {
                    t.call(json!({"userId": user, "email": new}))
                        .fails(Kind::Precondition, "COMMAND-J8dsk");
                }
            },
        ),
        case(
            "an unknown user and a machine are failed preconditions",
            |t| {
                let org = t.org();
                let foreign = t.human_in(&org, json!({}));
                let initial = t.initial_human_in(&org, json!({}));
                for user in ["1", &foreign, &initial, &t.machine()] {
                    t.call(json!({"userId": user, "email": address(t)}))
                        .fails(Kind::Precondition, "COMMAND-0Pe4r");
                }
            },
        ),
        case("an address is an address", |t| {
            let user = t.human();
            for wrong in ["", "ada", "ada@", "@example.com"] {
                t.call(json!({"userId": user, "email": wrong}))
                    .expect_invalid();
            }
        }),
    ],
};

/// The cases of `SetMyEmail`.
pub const SET_MY: Table = Table {
    operation: &SET_MY_EMAIL,
    cases: &[
        case(
            "the caller's new address is unverified and gets a code",
            |t| {
                let user = t.human();
                let token = t.token_of(&user);
                let new = address(t);
                let answer = t.by(&token).call(json!({"email": new})).ok();
                t.expect_change(&answer, &user, CODE);
                t.by(&token)
                    .call(json!({"email": new}))
                    .fails(Kind::Precondition, "COMMAND-2b7fM");
            },
        ),
        case(
            "an initial user is not initialised, whatever the address",
            |t| {
                let own = address(t);
                let token = t.token_of(&t.initial_human(json!({"email": {"email": own}})));
                for new in [address(t), own] {
                    t.by(&token)
                        .call(json!({"email": new}))
                        .fails(Kind::Precondition, "COMMAND-J8dsk");
                }
            },
        ),
        case("a machine has no address", |t| {
            t.by(&t.token_without_membership())
                .call(json!({"email": address(t)}))
                .fails(Kind::Precondition, "COMMAND-0Pe4r");
        }),
        case("an address is an address", |t| {
            let token = t.token_of(&t.human());
            t.by(&token).call(json!({"email": "ada"})).expect_invalid();
        }),
    ],
};

/// The cases of `ResendHumanEmailVerification`.
pub const RESEND: Table = Table {
    operation: &RESEND_HUMAN_EMAIL_VERIFICATION,
    cases: &[
        case("a new code is made, whether one is pending or not", |t| {
            let user = t.human_of(json!({"email": {"email": address(t), "isVerified": false}}));
            let answer = t.call(json!({"userId": user})).ok();
            t.expect_change(&answer, &user, CODE);
            t.call(json!({"userId": user})).ok();
            t.expect_last_events(&user, &["user.human.added", CODE, CODE]);
        }),
        case("an unknown user and a machine are not found", |t| {
            let initial = t.initial_human_in(&t.org(), json!({}));
            for user in ["1", &initial, &t.machine()] {
                t.call(json!({"userId": user}))
                    .fails(Kind::NotFound, "COMMAND-0Pe4r");
            }
        }),
        case("an initial user is not initialised, verified or not", |t| {
            for user in initials(t) {
                t.call(json!({"userId": user}))
                    .fails(Kind::Precondition, "COMMAND-E3fbw");
            }
        }),
        case("a verified address needs no code", |t| {
            t.call(json!({"userId": t.human()}))
                .fails(Kind::Precondition, "COMMAND-3M9ds");
        }),
    ],
};

/// The cases of `ResendMyEmailVerification`.
pub const RESEND_MY: Table = Table {
    operation: &RESEND_MY_EMAIL_VERIFICATION,
    cases: &[
        case("a new code is made for the caller", |t| {
            let user = t.human_of(json!({"email": {"email": address(t), "isVerified": false}}));
            let token = t.token_of(&user);
            let answer = t.by(&token).call(json!({})).ok();
            t.expect_change(&answer, &user, CODE);
        }),
        case("who has nothing to verify is told so", |t| {
            t.by(&t.token_of(&t.human()))
                .call(json!({}))
                .fails(Kind::Precondition, "COMMAND-3M9ds");
            for user in initials(t) {
                t.by(&t.token_of(&user))
                    .call(json!({}))
                    .fails(Kind::Precondition, "COMMAND-E3fbw");
            }
            t.by(&t.token_without_membership())
                .call(json!({}))
                .fails(Kind::NotFound, "COMMAND-0Pe4r");
        }),
    ],
};

/// The cases of `VerifyMyEmail`.
pub const VERIFY_MY: Table = Table {
    operation: &VERIFY_MY_EMAIL,
    cases: &[
        case("the right code verifies, once", |t| {
            let (user, token, code) = waiting(t);
            let answer = t.by(&token).call(json!({"code": code})).ok();
            t.expect_change(&answer, &user, VERIFIED);
            t.by(&token)
                .call(json!({"code": code}))
                .fails(Kind::NotFound, "COMMAND-3n8ud");
        }),
        case(
            "a wrong code is counted and does not use the right one up",
            |t| {
                let (user, token, code) = waiting(t);
                t.by(&token)
                    .call(json!({"code": "WRONG1"}))
                    .fails(Kind::Invalid, "COMMAND-Gdsgs");
                t.expect_last_events(&user, &["user.human.email.verification.failed"]);
                t.by(&token).call(json!({"code": code})).ok();
            },
        ),
        case(
            "after five wrong tries the right code is refused too",
            |t| {
                let (_, token, code) = waiting(t);
                for _ in 0..5 {
                    t.by(&token)
                        .call(json!({"code": "WRONG1"}))
                        .fails(Kind::Invalid, "COMMAND-Gdsgs");
                }
                let refused = t.by(&token).call(json!({"code": code}));
                assert_eq!(refused.failure().code, Kind::Exhausted as i64);
            },
        ),
        case("without a pending code there is none", |t| {
            t.by(&t.token_of(&t.human()))
                .call(json!({"code": "ABC123"}))
                .fails(Kind::NotFound, "COMMAND-3n8ud");
        }),
        case("a code has 1 to 200 characters", |t| {
            let token = t.token_of(&t.human());
            for code in ["", &"A".repeat(201)] {
                t.by(&token).call(json!({"code": code})).expect_invalid();
            }
        }),
    ],
};

/// The cases of `ResendHumanInitialization`.
pub const RESEND_INITIALIZATION: Table = Table {
    operation: &RESEND_HUMAN_INITIALIZATION,
    cases: &[
        case(
            "a new code is made, for another address if one is given",
            |t| {
                const INIT: &str = "user.human.initialization.code.added";
                let user = t.initial_human(json!({}));
                let answer = t.call(json!({"userId": user})).ok();
                t.expect_change(&answer, &user, INIT);
                let new = address(t);
                t.call(json!({"userId": user, "email": new})).ok();
                t.expect_last_events(&user, &[INIT, CHANGED, INIT]);
                let shown = t
                    .rest_as_admin(&GET_HUMAN_EMAIL, json!({"userId": user}))
                    .ok();
                assert_eq!(shown["email"]["email"], new);
            },
        ),
        case("an unknown user and a machine are not found", |t| {
            for user in ["1", &t.human_in(&t.org(), json!({})), &t.machine()] {
                t.call(json!({"userId": user}))
                    .fails(Kind::NotFound, "COMMAND-2M9df");
            }
        }),
        case("who is initialised needs no code", |t| {
            t.call(json!({"userId": t.human()}))
                .fails(Kind::Precondition, "COMMAND-2M9sd");
        }),
        case("an address is an address, whoever it is for", |t| {
            t.call(json!({"userId": "1", "email": "ada"}))
                .fails(Kind::Invalid, "EMAIL-599BI");
        }),
    ],
};

run_tables! {
    get_human_email_agrees_with_its_table = GET,
    get_my_email_agrees_with_its_table = GET_MY,
    update_human_email_agrees_with_its_table = UPDATE,
    set_my_email_agrees_with_its_table = SET_MY,
    resend_human_email_verification_agrees_with_its_table = RESEND,
    resend_my_email_verification_agrees_with_its_table = RESEND_MY,
    verify_my_email_agrees_with_its_table = VERIFY_MY,
    resend_human_initialization_agrees_with_its_table = RESEND_INITIALIZATION,
}

fn address(t: &Scene) -> String {
    format!("{}@example.com", t.unique("ada"))
}

/// People who have not finished the registration, with an address to verify and with a verified one.
fn initials(t: &Scene) -> [String; 2] {
    [false, true].map(|is_verified| {
        let email = json!({"email": address(t), "isEmailVerified": is_verified});
        t.initial_human(json!({"email": email}))
    })
}

/// A person whose address waits for a code: id, token and code.
fn waiting(t: &Scene) -> (String, String, String) {
    let user = t.human_of(json!({"email": {"email": address(t), "isVerified": false}}));
    let request = json!({"userId": user, "returnCode": {}});
    let answer = t.rest_as_admin(&SEND_EMAIL_CODE, request).ok();
    let code = answer["verificationCode"].as_str().unwrap().to_owned();
    let token = t.token_of(&user);
    (user, token, code)
}
