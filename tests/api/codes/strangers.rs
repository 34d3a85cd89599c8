//! Nobody can lock another person out by guessing: strangers use up a part of the tries only, and none
//! while no code is waited for. Nor does changing numbers start the guessing anew.

use serde_json::json;

use super::wrong;
use crate::{
    app::App,
    clients::{Answer, Kind},
    operations::{
        RESEND_PHONE_CODE, SET_EMAIL, SET_PHONE, VERIFY_EMAIL, VERIFY_MY_PHONE, VERIFY_PHONE,
    },
};

const EXHAUSTED: &str = "CODE-Tr1es";
const WRONG: &str = "COMMAND-eis9R";
const FAILED: &str = "user.human.phone.verification.failed";

fn verify(app: &App, token: &str, user: &str, code: &str) -> Answer {
    let request = json!({"userId": user, "verificationCode": code});
    app.rest(&VERIFY_PHONE, token, None, request)
}

#[test]
fn a_stranger_uses_up_a_part_of_the_tries_and_the_person_still_verifies() {
    let app = App::shared();
    let stranger = app.token_without_membership();
    let number = app.number();
    let user = app.human_with_phone(&number);
    let code = app.code_for(&number);
    for _ in 0..2 {
        verify(&app, &stranger, &user, &wrong(&code)).fails(Kind::Invalid, WRONG);
    }
    // Also with the right code, whichever stranger it is.
    verify(&app, &stranger, &user, &code).fails(Kind::Exhausted, EXHAUSTED);
    verify(&app, &app.token_without_membership(), &user, &code).fails(Kind::Exhausted, EXHAUSTED);
    let token = app.token_of(&user);
    for _ in 0..2 {
        let request = json!({"code": wrong(&code)});
        app.rest(&VERIFY_MY_PHONE, &token, None, request)
            .fails(Kind::Invalid, "COMMAND-sM0cs");
    }
    app.rest(&VERIFY_MY_PHONE, &token, None, json!({"code": code}))
        .ok();
}

#[test]
fn strangers_cannot_use_up_the_day_of_a_number_over_many_codes() {
    let app = App::shared();
    let stranger = app.token_without_membership();
    let number = app.number();
    let user = app.human_with_phone(&number);
    let mut tries = 0;
    for messages in 1..=8 {
        let code = app.wait_for_sms(&number, messages).code();
        for _ in 0..5 {
            match verify(&app, &stranger, &user, &wrong(&code)).failure().code {
                3 => tries += 1,
                code => assert_eq!(code, Kind::Exhausted as i64),
            }
        }
        let request = json!({"userId": user});
        app.rest_as_admin(&RESEND_PHONE_CODE, request).ok();
    }
    assert_eq!(tries, 10, "half of the twenty of a day");
    let code = app.wait_for_sms(&number, 9).code();
    verify(&app, &stranger, &user, &code).fails(Kind::Exhausted, EXHAUSTED);
    verify(&app, &app.admin.token, &user, &code).ok();
}

#[test]
fn all_tries_together_never_exceed_the_limit_of_a_day() {
    let app = App::shared();
    let stranger = app.token_without_membership();
    let number = app.number();
    let user = app.human_with_phone(&number);
    let mut tries = 0;
    for messages in 1..=12 {
        let code = app.wait_for_sms(&number, messages).code();
        for token in [&stranger, &app.admin.token] {
            for _ in 0..5 {
                match verify(&app, token, &user, &wrong(&code)).failure().code {
                    3 => tries += 1,
                    code => assert_eq!(code, Kind::Exhausted as i64),
                }
            }
        }
        let request = json!({"userId": user});
        app.rest_as_admin(&RESEND_PHONE_CODE, request).ok();
    }
    assert_eq!(tries, 20);
}

#[test]
fn tries_without_a_code_keep_nobody_out_and_do_not_fill_the_history() {
    let app = App::shared();
    let stranger = app.token_without_membership();
    let number = app.number();
    let user = app.human_with_verified_phone(&number);
    for _ in 0..60 {
        verify(&app, &stranger, &user, "ABC123").fails(Kind::Invalid, WRONG);
    }
    let failed = |app: &App| {
        let events = app.events(&user);
        events.iter().filter(|event| *event == FAILED).count()
    };
    assert_eq!(failed(&app), 20);
    // A code for the same number works, and wrong tries of it are told.
    let other = app.human_with_phone(&number);
    let code = app.code_for(&number);
    verify(&app, &app.admin.token, &other, &wrong(&code)).fails(Kind::Invalid, WRONG);
    verify(&app, &app.admin.token, &other, &code).ok();
    assert_eq!(failed(&app), 20);
}

#[test]
fn a_user_who_changes_numbers_does_not_start_anew() {
    let app = App::start("");
    let user = app.human();
    let mut tries = 0;
    for _ in 0..15 {
        let request = json!({"userId": user, "phone": app.number(), "returnCode": {}});
        let answer = app.rest_as_admin(&SET_PHONE, request).ok();
        let code = answer["verificationCode"].as_str().unwrap().to_owned();
        for _ in 0..4 {
            match verify(&app, &app.admin.token, &user, &wrong(&code))
                .failure()
                .code
            {
                3 => tries += 1,
                code => assert_eq!(code, Kind::Exhausted as i64),
            }
        }
    }
    assert_eq!(tries, 50);
    app.restart();
    let request = json!({"userId": user, "phone": app.number(), "returnCode": {}});
    let answer = app.rest_as_admin(&SET_PHONE, request).ok();
    let code = answer["verificationCode"].as_str().unwrap();
    let failure = verify(&app, &app.admin.token, &user, code).fails(Kind::Exhausted, EXHAUSTED);
    assert!(
        failure.retry_after.unwrap().as_secs() > 86_000,
        "{failure:?}"
    );
}

#[test]
fn an_address_is_guarded_in_the_same_way() {
    let app = App::shared();
    let stranger = app.token_without_membership();
    let user = app.human();
    let verify = |token: &str, code: &str| {
        let request = json!({"userId": user, "verificationCode": code});
        app.rest(&VERIFY_EMAIL, token, None, request)
    };
    for _ in 0..40 {
        verify(&stranger, "ABC123").fails(Kind::Invalid, WRONG);
    }
    let address = format!("{}@other.example", app.unique("ada"));
    let request = json!({"userId": user, "email": address, "returnCode": {}});
    let answer = app.rest_as_admin(&SET_EMAIL, request).ok();
    let code = answer["verificationCode"].as_str().unwrap();
    for _ in 0..2 {
        verify(&stranger, &wrong(code)).fails(Kind::Invalid, WRONG);
    }
    verify(&stranger, code).fails(Kind::Exhausted, EXHAUSTED);
    verify(&app.admin.token, code).ok();
}
