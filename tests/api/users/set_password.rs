//! Passwords and invitations (contract/users.md §2, §3, §4).

use serde_json::json;

use super::{PASSWORD, WEAK_PASSWORDS};
use crate::{
    clients::Kind,
    operations::{
        CREATE_INVITE_CODE, GET_USER_BY_ID, PASSWORD_RESET, RESEND_INVITE_CODE,
        SEND_HUMAN_RESET_PASSWORD_NOTIFICATION, SET_HUMAN_INITIAL_PASSWORD, SET_HUMAN_PASSWORD,
        SET_PASSWORD, UPDATE_MY_PASSWORD, VERIFY_INVITE_CODE,
    },
    people::merged,
    table::{Case, Scene, Table, case, run_tables},
};

const CHANGED: &str = "user.human.password.changed";
const RESET: &str = "user.human.password.code.added";
const INVITED: &str = "user.human.invite.code.added";

/// The cases of `SetHumanPassword`.
pub const SET_V1: Table = Table {
    operation: &SET_HUMAN_PASSWORD,
    cases: &[
        case(
            "a password is set; it has to be changed unless told otherwise",
            |t| {
                let user = t.human();
                let answer = t.call(json!({"userId": user, "password": PASSWORD})).ok();
                t.expect_change(&answer, &user, CHANGED);
                assert!(change_required(t, &user));
                let request =
                    json!({"userId": user, "password": PASSWORD, "noChangeRequired": true});
                t.call(request).ok();
                assert!(!change_required(t, &user));
            },
        ),
        V1_ERRORS,
    ],
};

/// The cases of `SetHumanInitialPassword`.
pub const SET_INITIAL_V1: Table = Table {
    operation: &SET_HUMAN_INITIAL_PASSWORD,
    cases: &[
        case("a password is set that has to be changed", |t| {
            let user = t.human();
            let answer = t.call(json!({"userId": user, "password": PASSWORD})).ok();
            t.expect_change(&answer, &user, CHANGED);
            assert!(change_required(t, &user));
        }),
        V1_ERRORS,
    ],
};

/// The cases of `SendHumanResetPasswordNotification`.
pub const RESET_V1: Table = Table {
    operation: &SEND_HUMAN_RESET_PASSWORD_NOTIFICATION,
    cases: &[
        case("a code is made for e-mail or SMS", |t| {
            let number = t.number();
            let user = t.human_with_verified_phone(&number);
            let answer = t.call(json!({"userId": user})).ok();
            t.expect_change(&answer, &user, RESET);
            t.call(json!({"userId": user, "type": "TYPE_SMS"})).ok();
            let code = t.code_for(&number);
            let request = json!({
                "userId": user,
                "newPassword": {"password": PASSWORD},
                "verificationCode": code,
            });
            t.rest(&SET_PASSWORD, &t.token_without_membership(), None, request)
                .ok();
        }),
        case("without a phone no SMS can go", |t| {
            t.call(json!({"userId": t.human(), "type": "TYPE_SMS"}))
                .fails(Kind::Precondition, "COMMAND-ieJ2e");
        }),
        case(
            "an unknown user is not found, an initial one not initialised",
            |t| {
                let org = t.org();
                let foreign = t.human_in(&org, json!({}));
                let initial = t.initial_human_in(&org, json!({}));
                for user in ["1", &foreign, &initial, &t.machine()] {
                    t.call(json!({"userId": user}))
                        .fails(Kind::NotFound, "COMMAND-SAF4f");
                }
                let initial = t.initial_human(json!({}));
                for way in ["TYPE_EMAIL", "TYPE_SMS"] {
                    t.call(json!({"userId": initial, "type": way}))
                        .fails(Kind::Precondition, "COMMAND-Sfe4g");
                }
            },
        ),
    ],
};

/// The cases of `UpdateMyPassword`.
pub const UPDATE_MY: Table = Table {
    operation: &UPDATE_MY_PASSWORD,
    cases: &[
        case("who knows the password may change it", |t| {
            let (user, token) = with_password(t);
            let answer = t.by(&token).call(change(PASSWORD, "Difference2!")).ok();
            t.expect_change(&answer, &user, CHANGED);
            t.by(&token)
                .call(change(PASSWORD, "Difference3!"))
                .fails(Kind::Invalid, "COMMAND-3M0fs");
            t.by(&token)
                .call(change("Difference2!", "Difference3!"))
                .ok();
        }),
        case("without a password none is right", |t| {
            t.by(&t.token_of(&t.human()))
                .call(change("wrong", "Difference2!"))
                .fails(Kind::Precondition, "COMMAND-3nJ4t");
        }),
        case(
            "a wrong password is counted, and comes before a weak one",
            |t| {
                let (user, token) = with_password(t);
                t.by(&token)
                    .call(change("wrong", "weak"))
                    .fails(Kind::Invalid, "COMMAND-3M0fs");
                t.expect_last_events(&user, &["user.human.password.check.failed"]);
            },
        ),
        case("a weak password is refused", |t| {
            let (_, token) = with_password(t);
            for (weak, id) in WEAK_PASSWORDS {
                t.by(&token)
                    .call(change(PASSWORD, weak))
                    .fails(Kind::Invalid, id);
            }
        }),
        case("a machine has no password, an initial user none yet", |t| {
            t.by(&t.token_without_membership())
                .call(change(PASSWORD, PASSWORD))
                .fails(Kind::Precondition, "COMMAND-G8dh3");
            t.by(&t.token_of(&t.initial_human(json!({}))))
                .call(change(PASSWORD, PASSWORD))
                .fails(Kind::Precondition, "COMMAND-M9dse");
        }),
        case("the new password has 1 to 70 bytes", |t| {
            let (_, token) = with_password(t);
            for new in ["", &"ü".repeat(36)] {
                t.by(&token).call(change(PASSWORD, new)).expect_invalid();
            }
        }),
    ],
};

/// The cases of v2 `PasswordReset`.
pub const RESET_V2: Table = Table {
    operation: &PASSWORD_RESET,
    cases: &[
        case("a returned code sets a new password, once", |t| {
            let user = t.human();
            let answer = t.call(json!({"userId": user, "returnCode": {}})).ok();
            t.expect_v2_change(&answer, &user, RESET);
            let code = &answer["verificationCode"];
            let request = json!({
                "userId": user,
                "newPassword": {"password": PASSWORD},
                "verificationCode": code,
            });
            let anybody = t.token_without_membership();
            t.rest(&SET_PASSWORD, &anybody, None, request.clone()).ok();
            t.rest(&SET_PASSWORD, &anybody, None, request)
                .fails(Kind::Invalid, "COMMAND-eis9R");
        }),
        case(
            "a link goes by e-mail, or by SMS to whoever has a phone",
            |t| {
                let number = t.number();
                let user = t.human_with_verified_phone(&number);
                let link = json!({"notificationType": "NOTIFICATION_TYPE_SMS"});
                let answer = t.call(json!({"userId": user, "sendLink": link})).ok();
                assert_eq!(answer.get("verificationCode"), None);
                t.code_for(&number);
                t.call(json!({"userId": user})).ok();
                t.call(json!({"userId": t.human(), "sendLink": link}))
                    .fails(Kind::Precondition, "COMMAND-ieJ2e");
            },
        ),
        case(
            "an unknown user is not found, an initial one not initialised",
            |t| {
                for user in ["1", &t.machine()] {
                    t.call(json!({"userId": user}))
                        .fails(Kind::NotFound, "COMMAND-SAF4f");
                }
                let initial = t.initial_human(json!({}));
                for way in ["NOTIFICATION_TYPE_Email", "NOTIFICATION_TYPE_SMS"] {
                    let link = json!({"notificationType": way});
                    t.call(json!({"userId": initial, "sendLink": link}))
                        .fails(Kind::Precondition, "COMMAND-Sfe4g");
                }
            },
        ),
        case("the user itself may, a stranger not", |t| {
            let user = t.human();
            t.by(&t.token_of(&user)).call(json!({"userId": user})).ok();
            t.by(&t.token_without_membership())
                .call(json!({"userId": user}))
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
        }),
    ],
};

/// The cases of v2 `SetPassword`.
pub const SET_V2: Table = Table {
    operation: &SET_PASSWORD,
    cases: &[
        case(
            "who has user.write sets it, the user itself needs a proof",
            |t| {
                let (user, token) = with_password(t);
                let request = json!({"userId": user, "newPassword": {"password": PASSWORD, "changeRequired": true}});
                let answer = t.call(request.clone()).ok();
                t.expect_v2_change(&answer, &user, CHANGED);
                assert!(change_required(t, &user));
                t.by(&token)
                    .call(request)
                    .fails(Kind::NotFound, "AUTHZ-cdgFk");
                let request = json!({
                    "userId": user,
                    "newPassword": {"password": "Difference2!"},
                    "currentPassword": PASSWORD,
                });
                t.by(&token).call(request.clone()).ok();
                t.by(&token)
                    .call(request)
                    .fails(Kind::Invalid, "COMMAND-3M0fs");
            },
        ),
        case(
            "a wrong code is refused and comes before a weak password",
            |t| {
                let request = json!({
                    "userId": t.human(),
                    "newPassword": {"password": "weak"},
                    "verificationCode": "WRONG1",
                });
                t.call(request).fails(Kind::Invalid, "COMMAND-eis9R");
            },
        ),
        case("without a password none is right", |t| {
            let new = json!({"password": PASSWORD});
            t.call(json!({"userId": t.human(), "newPassword": new, "currentPassword": "x"}))
                .fails(Kind::Precondition, "COMMAND-3nJ4t");
        }),
        case(
            "strangers use up none of the tries while no code is waited for",
            |t| {
                let user = t.human_of(json!({"password": {"password": PASSWORD}}));
                let request = json!({
                    "userId": user,
                    "newPassword": {"password": "Different1!"},
                    "verificationCode": "WRONG1",
                });
                let stranger = t.token_without_membership();
                let before = t.changes(&user).len();
                for _ in 0..25 {
                    t.by(&stranger)
                        .call(request.clone())
                        .fails(Kind::Invalid, "COMMAND-eis9R");
                }
                assert_eq!(t.changes(&user).len(), before);
            },
        ),
        case("a weak password is refused", |t| {
            let user = t.human();
            for (weak, id) in WEAK_PASSWORDS {
                t.call(json!({"userId": user, "newPassword": {"password": weak}}))
                    .fails(Kind::Invalid, id);
            }
        }),
        case(
            "an unknown user and an initial one are failed preconditions",
            |t| {
                let new = json!({"password": PASSWORD});
                for user in ["1", &t.machine()] {
                    t.call(json!({"userId": user, "newPassword": new}))
                        .fails(Kind::Precondition, "COMMAND-G8dh3");
                }
                let initial = json!({"userId": t.initial_human(json!({})), "newPassword": new});
                for proof in [json!({}), json!({"currentPassword": "x"})] {
                    t.call(merged(initial.clone(), proof))
                        .fails(Kind::Precondition, "COMMAND-M9dse");
                }
            },
        ),
        case("a new password is demanded", |t| {
            t.call(json!({"userId": t.human()})).expect_invalid();
        }),
    ],
};

/// The cases of v2 `CreateInviteCode`.
pub const INVITE: Table = Table {
    operation: &CREATE_INVITE_CODE,
    cases: &[
        case(
            "a code is sent or returned, in place of the one before",
            |t| {
                let user = t.human();
                let answer = t.call(json!({"userId": user})).ok();
                t.expect_v2_change(&answer, &user, INVITED);
                assert_eq!(answer.get("inviteCode"), None);
                let first = t.call(json!({"userId": user, "returnCode": {}})).ok();
                let second = t.call(json!({"userId": user, "returnCode": {}})).ok();
                let verify = |code: &serde_json::Value| {
                    let request = json!({"userId": user, "verificationCode": code});
                    t.rest_as_admin(&VERIFY_INVITE_CODE, request)
                };
                verify(&first["inviteCode"]).fails(Kind::Invalid, "COMMAND-eis9R");
                verify(&second["inviteCode"]).ok();
            },
        ),
        case("an unknown user and a machine are not found", |t| {
            for user in ["1", &t.machine()] {
                t.call(json!({"userId": user}))
                    .fails(Kind::NotFound, "COMMAND-Wgvn4");
            }
        }),
        case("user.write is needed, being the user is not enough", |t| {
            let user = t.human();
            t.by(&t.token_of(&user))
                .call(json!({"userId": user}))
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
        }),
    ],
};

/// The cases of v2 `ResendInviteCode`.
pub const RESEND_INVITE: Table = Table {
    operation: &RESEND_INVITE_CODE,
    cases: &[
        case("who is invited gets a new code", |t| {
            let user = t.human();
            t.rest_as_admin(&CREATE_INVITE_CODE, json!({"userId": user}))
                .ok();
            let answer = t.call(json!({"userId": user})).ok();
            t.expect_v2_change(&answer, &user, INVITED);
        }),
        case("who is not invited gets none", |t| {
            t.call(json!({"userId": t.human()}))
                .fails(Kind::Precondition, "COMMAND-Wr3gq");
            t.call(json!({"userId": "1"}))
                .fails(Kind::NotFound, "COMMAND-Wgvn4");
        }),
    ],
};

/// The cases of v2 `VerifyInviteCode`.
pub const VERIFY_INVITE: Table = Table {
    operation: &VERIFY_INVITE_CODE,
    cases: &[
        case("whoever knows the code may use it, once", |t| {
            let user = t.human();
            let request = json!({"userId": user, "returnCode": {}});
            let answer = t.rest_as_admin(&CREATE_INVITE_CODE, request).ok();
            let request = json!({"userId": user, "verificationCode": answer["inviteCode"]});
            let anybody = t.token_without_membership();
            let answer = t.by(&anybody).call(request.clone()).ok();
            t.expect_v2_change(&answer, &user, "user.human.invite.check.succeeded");
            t.by(&anybody)
                .call(request)
                .fails(Kind::Invalid, "COMMAND-eis9R");
            // Nothing was waited for.
            t.expect_last_events(&user, &["user.human.invite.check.succeeded"]);
        }),
        case("an unknown user is not found", |t| {
            t.call(json!({"userId": "1", "verificationCode": "ABC123"}))
                .fails(Kind::NotFound, "COMMAND-Wgvn4");
        }),
        case("a code has 1 to 20 characters", |t| {
            for code in ["", &"A".repeat(21)] {
                t.call(json!({"userId": "1", "verificationCode": code}))
                    .expect_invalid();
            }
        }),
    ],
};

run_tables! {
    set_human_password_agrees_with_its_table = SET_V1,
    set_human_initial_password_agrees_with_its_table = SET_INITIAL_V1,
    send_human_reset_password_notification_agrees_with_its_table = RESET_V1,
    update_my_password_agrees_with_its_table = UPDATE_MY,
    password_reset_agrees_with_its_table = RESET_V2,
    set_password_agrees_with_its_table = SET_V2,
    create_invite_code_agrees_with_its_table = INVITE,
    resend_invite_code_agrees_with_its_table = RESEND_INVITE,
    verify_invite_code_agrees_with_its_table = VERIFY_INVITE,
}

const V1_ERRORS: Case = case("unknown, initial, weak, too long: in this order", |t| {
    let org = t.org();
    let foreign = t.human_in(&org, json!({}));
    let initial = t.initial_human_in(&org, json!({}));
    for user in ["1", &foreign, &initial, &t.machine()] {
        t.call(json!({"userId": user, "password": "weak"}))
            .fails(Kind::Precondition, "COMMAND-G8dh3");
    }
    t.call(json!({"userId": t.initial_human(json!({})), "password": "weak"}))
        .fails(Kind::Precondition, "COMMAND-M9dse");
    let user = t.human();
    for (weak, id) in WEAK_PASSWORDS {
        t.call(json!({"userId": user, "password": weak}))
            .fails(Kind::Invalid, id);
    }
    for wrong in ["", &"a".repeat(73)] {
        t.call(json!({"userId": "1", "password": wrong}))
            .expect_invalid();
    }
});

fn change(old: &str, new: &str) -> serde_json::Value {
    json!({"oldPassword": old, "newPassword": new})
}

fn with_password(t: &Scene) -> (String, String) {
    let user = t.human_of(json!({"password": {"password": PASSWORD}}));
    let token = t.token_of(&user);
    (user, token)
}

fn change_required(t: &Scene, user: &str) -> bool {
    let shown = t
        .rest_as_admin(&GET_USER_BY_ID, json!({"userId": user}))
        .ok();
    shown["user"]["human"]["passwordChangeRequired"] == true
}
