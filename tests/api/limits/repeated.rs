//! `codes.verify_phone.repeat_on_resend`: the same code again, with the same life and the same tries.

use std::time::Duration;

use serde_json::json;

use crate::{
    app::App,
    clients::Kind,
    codes::wrong,
    operations::{RESEND_PHONE_CODE, SET_PHONE, VERIFY_PHONE},
};

const REPEATING: &str = "[codes.verify_phone]\nrepeat_on_resend = true\n";

fn resend(app: &App, user: &str) {
    app.rest_as_admin(&RESEND_PHONE_CODE, json!({"userId": user}))
        .ok();
}

fn verify(app: &App, user: &str, code: &str) -> crate::clients::Answer {
    let request = json!({"userId": user, "verificationCode": code});
    app.rest_as_admin(&VERIFY_PHONE, request)
}

#[test]
fn a_resend_repeats_the_code_and_lengthens_nothing() {
    let app = App::start(REPEATING);
    let number = app.number();
    let user = app.human_with_phone(&number);
    let first = app.wait_for_sms(&number, 1);
    app.advance(Duration::from_secs(1800));
    resend(&app, &user);
    let second = app.wait_for_sms(&number, 2);
    assert_eq!(first.code(), second.code());
    assert_ne!(first.id, second.id);
    // The caller gets the same, too.
    let request = json!({"userId": user, "returnCode": {}});
    let answer = app.rest_as_admin(&RESEND_PHONE_CODE, request).ok();
    assert_eq!(answer["verificationCode"], first.code());
    // After its life there is a new one.
    app.advance(Duration::from_secs(1801));
    verify(&app, &user, &first.code()).fails(Kind::Invalid, "COMMAND-eis9R");
    resend(&app, &user);
    let third = app.wait_for_sms(&number, 3);
    assert_ne!(third.code(), first.code());
    app.restart();
    resend(&app, &user);
    assert_eq!(app.wait_for_sms(&number, 4).code(), third.code());
    verify(&app, &user, &third.code()).ok();
    // A number that is set has a code of its own.
    let next = app.number();
    app.rest_as_admin(&SET_PHONE, json!({"userId": user, "phone": next}))
        .ok();
    assert_ne!(app.code_for(&next), third.code());
}

#[test]
fn tries_of_all_repetitions_count_together() {
    let app = App::start(REPEATING);
    let number = app.number();
    let user = app.human_with_phone(&number);
    let code = app.code_for(&number);
    for round in 0..5 {
        verify(&app, &user, &wrong(&code)).fails(Kind::Invalid, "COMMAND-eis9R");
        if round < 4 {
            resend(&app, &user);
        }
    }
    verify(&app, &user, &code).fails(Kind::Exhausted, "CODE-Tr1es");
    // A code that is dead is not repeated, or asking for a new one would not help.
    resend(&app, &user);
    let next = app.wait_for_sms(&number, 6).code();
    assert_ne!(next, code);
    verify(&app, &user, &next).ok();
}

#[test]
fn without_the_option_the_code_is_new_and_nowhere_kept() {
    let app = App::shared();
    let number = app.number();
    let user = app.human_with_phone(&number);
    let first = app.code_for(&number);
    resend(&app, &user);
    assert_ne!(app.wait_for_sms(&number, 2).code(), first);
}
