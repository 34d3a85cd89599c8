//! The limits that hold for every caller: per organization, prefix, country and in all.

use std::{sync::Barrier, thread, time::Duration};

use serde_json::json;

use super::{change, expect_wait, messages};
use crate::{
    app::App,
    operations::{SET_PHONE, UPDATE_HUMAN_PHONE},
};

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn an_organization_gets_so_many_codes_a_day() {
    let app = App::start("[limits]\nsends_per_organization_and_day = 3\n");
    let user = app.human();
    for _ in 0..3 {
        change(&app, &user, &app.number()).ok();
    }
    let before = (messages(&app), app.events(&user));
    let refused = || change(&app, &user, &app.number());
    expect_wait(refused(), "LIMIT-0rgan", 86_400, 90_000);
    app.restart();
    expect_wait(refused(), "LIMIT-0rgan", 86_400, 90_000);
    assert_eq!((messages(&app), app.events(&user)), before);
    // Neither codes for callers nor verified numbers count or are refused.
    for _ in 0..2 {
        let request = json!({"userId": user, "phone": app.number(), "returnCode": {}});
        app.rest_as_admin(&SET_PHONE, request).ok();
        let request = json!({"userId": user, "phone": app.number(), "isPhoneVerified": true});
        app.rest_as_admin(&UPDATE_HUMAN_PHONE, request).ok();
    }
    // Another organization is served on, and this one again after the rolling day.
    let other = app.org();
    let number = app.number();
    app.human_in(&other, json!({"phone": {"phone": number}}));
    app.advance(HOUR * 25);
    for _ in 0..3 {
        refused().ok();
    }
    expect_wait(refused(), "LIMIT-0rgan", 86_400, 90_000);
}

#[test]
fn a_rolling_day_lets_go_hour_by_hour() {
    let app = App::start("[limits]\nsends_per_day = 4\n");
    let user = app.human();
    let send = || change(&app, &user, &app.number());
    for _ in 0..2 {
        send().ok();
        send().ok();
        app.advance(HOUR * 3);
    }
    // 6 hours ago 2, 3 hours ago 2: room comes 24 to 25 hours after the first two.
    expect_wait(send(), "LIMIT-T0tal", 18 * 3600, 19 * 3600);
    app.advance(HOUR * 19);
    send().ok();
    send().ok();
    expect_wait(send(), "LIMIT-T0tal", 2 * 3600, 3 * 3600);
}

#[test]
fn neighbouring_numbers_get_so_many_codes_an_hour() {
    let app = App::start("[limits]\nsends_per_prefix_and_hour = 3\n");
    let user = app.human();
    let send = |number: String| change(&app, &user, &number);
    for last in 0..3 {
        send(format!("+4179123456{last}")).ok();
    }
    expect_wait(send("+41791239999".to_owned()), "LIMIT-Pref1", 3300, 3900);
    send("+41791240000".to_owned()).ok();
    app.advance(Duration::from_secs(3901));
    send("+41791239999".to_owned()).ok();
}

#[test]
fn a_country_gets_so_many_codes_a_day_and_calls_at_one_time_do_not_pass_together() {
    let app = App::start("[limits]\nsends_per_country_and_day = 9\n");
    let users: Vec<_> = (0..20).map(|_| app.human()).collect();
    let start = Barrier::new(users.len());
    let passed = thread::scope(|scope| {
        let calls: Vec<_> = users
            .iter()
            .map(|user| {
                scope.spawn(|| {
                    start.wait();
                    change(&app, user, &app.number()).0.is_ok()
                })
            })
            .collect();
        let passed = calls.into_iter().map(|call| call.join().unwrap());
        passed.filter(|passed| *passed).count()
    });
    assert_eq!((passed, messages(&app)), (9, 9));
    expect_wait(
        change(&app, &users[0], &app.number()),
        "LIMIT-C0unt",
        86_400,
        90_000,
    );
    change(&app, &users[0], "+4915112345678").ok();
}
