//! The limits for one number and one user: the cool-down, the most in a day, and for whom they hold.

use std::{sync::Barrier, thread, time::Duration};

use serde_json::json;

use super::{Person, change, expect_wait};
use crate::{
    app::App,
    operations::{
        ADD_ORG_MEMBER, PASSWORD_RESET, RESEND_HUMAN_PHONE_VERIFICATION, RESEND_PHONE_CODE,
        SET_PHONE, UPDATE_HUMAN_PHONE,
    },
};

const NUMBER: &str = "LIMIT-Numb3";
const USER: &str = "LIMIT-Us3r1";

#[test]
fn three_sends_are_free_and_then_the_wait_grows() {
    let app = App::start("");
    let person = Person::new(&app);
    let number = app.number();
    person.set(&number).ok();
    person.resend().ok();
    person.resend().ok();
    let before = app.events(&person.id);
    for wait in [30, 60, 120, 300, 300] {
        expect_wait(person.resend(), NUMBER, wait - 15, wait);
        app.advance(Duration::from_secs(wait));
        person.resend().ok();
    }
    let after = app.events(&person.id);
    assert_eq!(
        after.len() - before.len(),
        5,
        "a refused call changes nothing"
    );
    // A server that starts again remembers, and after an hour all begins anew.
    app.restart();
    expect_wait(person.resend(), NUMBER, 250, 300);
    app.advance(Duration::from_secs(3600));
    for _ in 0..3 {
        person.resend().ok();
    }
    expect_wait(person.resend(), NUMBER, 15, 30);
}

#[test]
fn a_number_is_the_same_whoever_has_it_and_by_whatever_call() {
    let app = App::start("");
    let number = app.number();
    let people: Vec<_> = (0..4).map(|_| Person::new(&app)).collect();
    for person in &people[..3] {
        person.set(&number).ok();
    }
    expect_wait(people[3].set(&number), NUMBER, 15, 30);
    let request = json!({"userId": people[3].id, "phone": number});
    let answer = app.rest(&SET_PHONE, &people[3].token, None, request);
    expect_wait(answer, NUMBER, 15, 30);
    let request = json!({"userId": people[0].id});
    let answer = app.rest(&RESEND_PHONE_CODE, &people[0].token, None, request);
    expect_wait(answer, NUMBER, 15, 30);
    let by_sms = json!({"notificationType": "NOTIFICATION_TYPE_SMS"});
    let request = json!({"userId": people[0].id, "sendLink": by_sms});
    let answer = app.rest(&PASSWORD_RESET, &people[0].token, None, request);
    expect_wait(answer, NUMBER, 15, 30);
    // What is not sent is not limited: codes for callers, and other numbers.
    let request = json!({"userId": people[0].id, "returnCode": {}});
    app.rest(&RESEND_PHONE_CODE, &people[0].token, None, request)
        .ok();
    people[3].set(&app.number()).ok();
}

#[test]
fn a_number_gets_so_many_codes_a_day() {
    let app =
        App::start("[limits]\nfree_sends = 100\nsends_per_number_and_day = 4\ncool_down = []\n");
    let person = Person::new(&app);
    person.set(&app.number()).ok();
    app.advance(Duration::from_secs(7200));
    for _ in 0..3 {
        person.resend().ok();
    }
    expect_wait(person.resend(), NUMBER, 79_000, 79_200);
    app.restart();
    expect_wait(person.resend(), NUMBER, 79_000, 79_200);
    app.advance(Duration::from_secs(79_201));
    person.resend().ok();
    expect_wait(person.resend(), NUMBER, 7000, 7200);
}

#[test]
fn a_user_gets_so_many_codes_a_day_under_whatever_numbers() {
    let app = App::start("[limits]\nsends_per_user_and_day = 5\n");
    let person = Person::new(&app);
    for _ in 0..5 {
        person.set(&app.number()).ok();
    }
    expect_wait(person.set(&app.number()), USER, 86_000, 86_400);
    // Others are served, and so is this one by the administrator.
    Person::new(&app).set(&app.number()).ok();
    change(&app, &person.id, &app.number()).ok();
}

#[test]
fn callers_with_user_write_are_not_limited_by_default() {
    let app = App::shared();
    let user = app.human_with_phone(&app.number());
    for _ in 0..100 {
        let request = json!({"userId": user});
        app.rest_as_admin(&RESEND_HUMAN_PHONE_VERIFICATION, request)
            .ok();
    }
    // Nor is a user who has it, with the own phone.
    let manager = Person::new(&app);
    let request = json!({"userId": manager.id, "roles": ["ORG_USER_MANAGER"]});
    app.rest_as_admin(&ADD_ORG_MEMBER, request).ok();
    manager.set(&app.number()).ok();
    for _ in 0..5 {
        manager.resend().ok();
    }
}

#[test]
fn the_limits_can_hold_for_everybody_or_nobody() {
    let app = App::start("[limits]\napplies_to = \"all\"\n");
    let user = app.human_with_phone(&app.number());
    let request = json!({"userId": user});
    let resend = || app.rest_as_admin(&RESEND_HUMAN_PHONE_VERIFICATION, request.clone());
    resend().ok();
    resend().ok();
    expect_wait(resend(), NUMBER, 15, 30);
    let verified = json!({"userId": user, "phone": app.number(), "isPhoneVerified": true});
    app.rest_as_admin(&UPDATE_HUMAN_PHONE, verified).ok();

    // It is the users and their numbers that count, not the caller, who serves many.
    let app = App::start("[limits]\napplies_to = \"all\"\nsends_per_user_and_day = 2\n");
    for _ in 0..4 {
        let user = app.human_with_phone(&app.number());
        change(&app, &user, &app.number()).ok();
        expect_wait(change(&app, &user, &app.number()), USER, 86_000, 86_400);
    }

    let app = App::start("[limits]\napplies_to = \"none\"\n");
    let person = Person::new(&app);
    person.set(&app.number()).ok();
    for _ in 0..50 {
        person.resend().ok();
    }
}

#[test]
fn calls_at_one_time_cannot_pass_a_limit_together() {
    let app = App::start("[limits]\nsends_per_number_and_day = 7\nfree_sends = 100\n");
    let person = Person::new(&app);
    person.set(&app.number()).ok();
    let start = Barrier::new(24);
    let passed = thread::scope(|scope| {
        let calls: Vec<_> = (0..24)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    person.resend().0.is_ok()
                })
            })
            .collect();
        let passed = calls.into_iter().map(|call| call.join().unwrap());
        passed.filter(|passed| *passed).count()
    });
    assert_eq!(passed, 6);
}
