//! Guessing is limited: 5 wrong tries a code, 20 a number and rolling day (Belfry's own rule).

use std::time::Duration;

use serde_json::json;

use super::wrong;
use crate::{
    app::App,
    clients::{Encoding, Failure, Kind},
    operations::{RESEND_PHONE_CODE, SET_PHONE, UPDATE_HUMAN_PHONE, VERIFY_MY_PHONE, VERIFY_PHONE},
    people::headers,
};

const EXHAUSTED: &str = "CODE-Tr1es";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A person who waits for a code, seen from the tests.
struct Waiting<'a> {
    app: &'a App,
    user: String,
    number: String,
    messages: usize,
}

impl<'a> Waiting<'a> {
    fn new(app: &'a App) -> Self {
        let number = app.number();
        Self {
            app,
            user: app.human_with_phone(&number),
            number,
            messages: 1,
        }
    }

    fn code(&self) -> String {
        self.app.wait_for_sms(&self.number, self.messages).code()
    }

    fn resend(&mut self) {
        let request = json!({"userId": self.user});
        self.app.rest_as_admin(&RESEND_PHONE_CODE, request).ok();
        self.messages += 1;
    }

    fn try_code(&self, code: &str) -> crate::clients::Answer {
        let request = json!({"userId": self.user, "verificationCode": code});
        self.app.rest_as_admin(&VERIFY_PHONE, request)
    }

    fn fail(&self, times: usize) {
        let wrong = wrong(&self.code());
        for _ in 0..times {
            self.try_code(&wrong).fails(Kind::Invalid, "COMMAND-eis9R");
        }
    }
}

fn expect_wait(failure: &Failure, at_least: u64, at_most: u64) {
    let wait = failure.retry_after.expect("the time to wait").as_secs();
    assert!(
        (at_least..=at_most).contains(&wait),
        "{wait} s in {failure:?}"
    );
    assert!(failure.message.contains(&wait.to_string()), "{failure:?}");
}

#[test]
fn after_five_wrong_tries_the_right_code_is_refused_in_every_encoding_until_a_resend() {
    let app = App::shared();
    let mut person = Waiting::new(&app);
    person.fail(5);
    let request = json!({"userId": person.user, "verificationCode": person.code()});
    let headers = headers(&app.admin.token, None);
    for encoding in Encoding::of(&VERIFY_PHONE) {
        let answer = app
            .clients
            .call(encoding, &VERIFY_PHONE, &request, &headers);
        let failure = answer.fails(Kind::Exhausted, EXHAUSTED);
        expect_wait(&failure, 3500, 3600);
        assert!(
            failure.message.to_lowercase().contains("resend")
                || failure.message.to_lowercase().contains("new code"),
            "the message advises a resend: {failure:?}"
        );
    }
    let token = app.token_of(&person.user);
    app.rest(
        &VERIFY_MY_PHONE,
        &token,
        None,
        json!({"code": person.code()}),
    )
    .fails(Kind::Exhausted, EXHAUSTED);

    person.resend();
    person.try_code(&person.code()).ok();
}

#[test]
fn a_resent_code_has_five_tries_of_its_own() {
    let app = App::shared();
    let mut person = Waiting::new(&app);
    person.fail(5);
    person.resend();
    person.fail(5);
    person
        .try_code(&person.code())
        .fails(Kind::Exhausted, EXHAUSTED);
}

#[test]
fn tries_that_are_refused_by_a_rule_are_not_counted() {
    let app = App::shared();
    let person = Waiting::new(&app);
    for _ in 0..6 {
        person.try_code("").expect_invalid();
        person.try_code(&"A".repeat(21)).expect_invalid();
    }
    person.try_code(&person.code()).ok();
}

#[test]
fn wrong_tries_of_both_versions_count_together() {
    let app = App::shared();
    let person = Waiting::new(&app);
    let token = app.token_of(&person.user);
    person.fail(3);
    let request = json!({"code": wrong(&person.code())});
    for _ in 0..2 {
        app.rest(&VERIFY_MY_PHONE, &token, None, request.clone())
            .fails(Kind::Invalid, "COMMAND-sM0cs");
    }
    person
        .try_code(&person.code())
        .fails(Kind::Exhausted, EXHAUSTED);
}

#[test]
fn twenty_wrong_tries_exhaust_a_number_for_a_rolling_day() {
    let app = App::start("");
    let mut person = Waiting::new(&app);
    for round in 0..4 {
        if round > 0 {
            person.resend();
        }
        person.fail(5);
    }
    person.resend();
    let failure = person
        .try_code(&person.code())
        .fails(Kind::Exhausted, EXHAUSTED);
    expect_wait(&failure, 86_000, 86_400);

    app.advance(DAY - Duration::from_secs(120));
    person.resend();
    let failure = person
        .try_code(&person.code())
        .fails(Kind::Exhausted, EXHAUSTED);
    expect_wait(&failure, 1, 130);

    app.advance(Duration::from_secs(125));
    person.try_code(&person.code()).ok();
}

#[test]
fn an_exhausted_number_is_exhausted_for_every_user_who_has_it() {
    let app = App::shared();
    let mut person = Waiting::new(&app);
    for round in 0..4 {
        if round > 0 {
            person.resend();
        }
        person.fail(5);
    }
    let other = app.human();
    let request = json!({"userId": other, "phone": person.number, "returnCode": {}});
    let answer = app.rest_as_admin(&SET_PHONE, request).ok();
    let request = json!({"userId": other, "verificationCode": answer["verificationCode"]});
    app.rest_as_admin(&VERIFY_PHONE, request)
        .fails(Kind::Exhausted, EXHAUSTED);
    // Another number of the same person is not.
    person.number = app.number();
    person.messages = 1;
    let request = json!({"userId": person.user, "phone": person.number});
    app.rest_as_admin(&SET_PHONE, request).ok();
    person.try_code(&person.code()).ok();
}

#[test]
fn changes_by_who_has_user_write_are_not_limited() {
    let app = App::shared();
    let user = app.human();
    let (one, two) = (app.number(), app.number());
    for _ in 0..30 {
        for phone in [&one, &two] {
            let request = json!({"userId": user, "phone": phone, "isPhoneVerified": true});
            app.rest_as_admin(&UPDATE_HUMAN_PHONE, request).ok();
        }
    }
}

#[test]
fn both_limits_can_be_configured() {
    let app = App::start("[codes]\nmax_wrong_tries = 1\nmax_wrong_tries_per_number_and_day = 2\n");
    let mut person = Waiting::new(&app);
    person.fail(1);
    let failure = person
        .try_code(&person.code())
        .fails(Kind::Exhausted, EXHAUSTED);
    expect_wait(&failure, 3500, 3600);
    person.resend();
    person.fail(1);
    person.resend();
    let failure = person
        .try_code(&person.code())
        .fails(Kind::Exhausted, EXHAUSTED);
    expect_wait(&failure, 86_000, 86_400);
}

#[test]
fn without_limits_anybody_may_guess_as_in_zitadel() {
    let app = App::start(
        "[codes]\nmax_wrong_tries = 0\nmax_wrong_tries_per_number_and_day = 0\n\
         max_wrong_tries_per_user_and_day = 0\n",
    );
    let person = Waiting::new(&app);
    person.fail(120);
    person.try_code(&person.code()).ok();
    assert!(app.log().contains("wrong tries are not limited"));
}
