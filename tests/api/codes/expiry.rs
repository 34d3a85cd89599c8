//! Codes have a life, by default one hour; the test clock moves through it.

use std::time::Duration;

use serde_json::json;

use crate::{
    app::App,
    clients::Kind,
    operations::{RESEND_PHONE_CODE, VERIFY_MY_PHONE, VERIFY_PHONE},
};

#[test]
fn a_code_works_until_its_hour_is_over() {
    let app = App::start("");
    let [early, late] = [app.number(), app.number()];
    let [early_user, late_user] = [&early, &late].map(|number| app.human_with_phone(number));
    let [early_code, late_code] = [&early, &late].map(|number| app.code_for(number));
    let token = app.token_of(&late_user);

    app.advance(Duration::from_secs(3600 - 60));
    let request = json!({"userId": early_user, "verificationCode": early_code});
    app.rest_as_admin(&VERIFY_PHONE, request).ok();

    app.advance(Duration::from_secs(61));
    let request = json!({"userId": late_user, "verificationCode": late_code});
    app.rest_as_admin(&VERIFY_PHONE, request)
        .fails(Kind::Invalid, "COMMAND-eis9R");
    app.rest(&VERIFY_MY_PHONE, &token, None, json!({"code": late_code}))
        .fails(Kind::Invalid, "COMMAND-sM0cs");
    let failed = "user.human.phone.verification.failed";
    assert!(
        app.events(&late_user)
            .ends_with(&[failed.to_owned(), failed.to_owned()])
    );

    // An expired code is still pending for a resend.
    app.rest_as_admin(&RESEND_PHONE_CODE, json!({"userId": late_user}))
        .ok();
    let code = app.wait_for_sms(&late, 2).code();
    let request = json!({"userId": late_user, "verificationCode": code});
    app.rest_as_admin(&VERIFY_PHONE, request).ok();
}

#[test]
fn a_code_without_expiry_works_for_ever() {
    let app = App::start("[codes.verify_phone]\nexpiry = \"0s\"\n");
    let number = app.number();
    let user = app.human_with_phone(&number);
    let code = app.code_for(&number);
    app.advance(Duration::from_secs(400 * 24 * 3600));
    let request = json!({"userId": user, "verificationCode": code});
    app.rest_as_admin(&VERIFY_PHONE, request).ok();
}

#[test]
fn the_form_of_codes_can_be_configured() {
    let app = App::start("[codes.verify_phone]\nlength = 9\ninclude_upper_letters = false\n");
    let phone = json!({"phone": app.number(), "returnCode": {}});
    let request = app.new_human(json!({"phone": phone}));
    let answer = app
        .rest_as_admin(&crate::operations::ADD_HUMAN_USER, request)
        .ok();
    let code = answer["phoneCode"].as_str().unwrap();
    assert!(
        code.len() == 9 && code.chars().all(|c| c.is_ascii_digit()),
        "{code}"
    );
}
