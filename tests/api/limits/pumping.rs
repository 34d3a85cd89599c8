//! Pumping: many neighbouring numbers, none of which ever verifies.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{change, expect_wait, messages};
use crate::{
    app::App,
    operations::{LIFT_STOP, LIST_COUNTRIES, VERIFY_PHONE},
};

const STOPPED: &str = "LIMIT-St0pd";
const MINUTE: Duration = Duration::from_secs(60);

/// A country, as `ListCountries` shows it.
fn country(app: &App, letters: &str) -> Value {
    let found = app.rest_as_admin(&LIST_COUNTRIES, json!({})).ok();
    let rows = found["countries"].as_array().cloned().unwrap_or_default();
    let row = rows.into_iter().find(|row| row["country"] == letters);
    row.unwrap_or_default()
}

/// A code goes to a Swiss number and comes back.
fn serve_honestly(app: &App, user: &str) {
    let number = app.number();
    change(app, user, &number).ok();
    let request = json!({"userId": user, "verificationCode": app.code_for(&number)});
    app.rest_as_admin(&VERIFY_PHONE, request).ok();
}

#[test]
fn a_pumped_country_is_stopped_while_another_is_served_on() {
    let app = App::start(
        "[limits]\nconversion_stop = 0.2\nconversion_minimum_sends = 20\nconversion_grace = \"2m\"\n",
    );
    let (honest, pumped) = (app.human(), app.human());
    let number = |place: u32| format!("+37120{:06}", 100_000 + place);
    let mut sent = 0;
    let mut refused = None;
    // Ten a minute.
    for place in 0..200 {
        if place % 10 == 0 {
            app.advance(MINUTE);
            serve_honestly(&app, &honest);
        }
        let answer = change(&app, &pumped, &number(place));
        if answer.0.is_err() {
            refused = Some(answer);
            break;
        }
        sent += 1;
    }
    expect_wait(refused.expect("a stop"), STOPPED, 3500, 3600);
    // Twenty have to become two minutes old, which the minute of a slot may lengthen; not one more.
    assert!((20..=60).contains(&sent), "{sent} codes were sent");
    let row = country(&app, "LV");
    assert!(
        row["verified"].is_null() && row["sent"].as_u64() >= Some(20),
        "{row}"
    );
    assert!(
        row["rate"] == 0.0 && row["stop"]["until"].is_string(),
        "{row}"
    );
    assert!(row["stop"]["stoppedBy"].is_null(), "{row}");
    let before = messages(&app);
    app.restart();
    for place in 200..220 {
        expect_wait(change(&app, &pumped, &number(place)), STOPPED, 3400, 3600);
    }
    assert_eq!(messages(&app), before);
    serve_honestly(&app, &honest);
    let row = country(&app, "CH");
    assert!(row["rate"] == 1.0 && row["stop"].is_null(), "{row}");

    // An operator lifts it, and the count begins anew.
    app.rest_as_admin(&LIFT_STOP, json!({"country": "LV"})).ok();
    for place in 300..310 {
        change(&app, &pumped, &number(place)).ok();
    }
    app.advance(MINUTE * 5);
    change(&app, &pumped, &number(310)).ok();
    change(&app, &pumped, &number(311)).ok();
}

#[test]
fn a_stop_ends_by_itself() {
    let app = App::start(
        "[limits]\nconversion_stop = 0.5\nconversion_minimum_sends = 3\nconversion_grace = \"0s\"\nconversion_stop_for = \"10m\"\n",
    );
    let user = app.human();
    for _ in 0..3 {
        change(&app, &user, &app.number()).ok();
    }
    app.advance(MINUTE);
    change(&app, &user, &app.number()).ok();
    expect_wait(change(&app, &user, &app.number()), STOPPED, 590, 600);
    app.advance(MINUTE * 10);
    for _ in 0..3 {
        change(&app, &user, &app.number()).ok();
    }
    assert!(
        app.log()
            .contains("no more codes are sent to numbers of CH for 10m")
    );
}

#[test]
fn codes_for_callers_count_neither_as_sent_nor_as_verified() {
    let app = App::start("");
    let user = app.human();
    for _ in 0..3 {
        let request = json!({"userId": user, "phone": app.number(), "returnCode": {}});
        let answer = app.rest_as_admin(&crate::operations::SET_PHONE, request);
        let code = answer.ok()["verificationCode"].clone();
        let request = json!({"userId": user, "verificationCode": code});
        app.rest_as_admin(&VERIFY_PHONE, request).ok();
    }
    assert!(country(&app, "CH").is_null());
    serve_honestly(&app, &user);
    assert_eq!(country(&app, "CH")["tooYoung"], 1);
    app.advance(MINUTE * 7);
    let row = country(&app, "CH");
    assert_eq!((&row["sent"], &row["verified"]), (&json!(1), &json!(1)));
}

#[test]
fn the_log_warns_of_a_low_share_once() {
    let app = App::start("[limits]\nconversion_minimum_sends = 5\n");
    let user = app.human();
    for _ in 0..6 {
        change(&app, &user, &app.number()).ok();
    }
    app.advance(MINUTE * 7);
    let warnings = || app.log().matches("codes sent to numbers of CH").count();
    let begun = Instant::now();
    while warnings() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(40), "no warning");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(app.log().contains("only 0 of the 6 codes"));
    // Nothing is stopped unless that is asked for.
    change(&app, &user, &app.number()).ok();
}
