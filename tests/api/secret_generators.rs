//! `ListSecretGenerators`, `GetSecretGenerator` and `UpdateSecretGenerator` (contract/providers.md §3).
//!
//! In the shared server only what is never made there is changed, by cases that take turns.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    app::App,
    clients::Kind,
    email_providers::NEEDS_INSTANCE_ROLE,
    operations::{
        GET_SECRET_GENERATOR, LIST_EVENTS, LIST_SECRET_GENERATORS, UPDATE_SECRET_GENERATOR,
        VERIFY_PHONE,
    },
    people::merged,
    table::{Table, case, run_tables},
};

const PHONE: &str = "SECRET_GENERATOR_TYPE_VERIFY_PHONE_CODE";
const OTP: &str = "SECRET_GENERATOR_TYPE_OTP_SMS";

/// Who may change one at the moment.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The contract's defaults.
fn defaults() -> [(&'static str, Value); 8] {
    let capitals = |expiry: &str| {
        json!({
            "length": 6, "expiry": expiry, "includeUpperLetters": true, "includeDigits": true,
        })
    };
    let all = |more: Value| {
        let letters = json!({
            "includeLowerLetters": true, "includeUpperLetters": true, "includeDigits": true,
        });
        merged(letters, more)
    };
    let one_time = || json!({"length": 8, "expiry": "300s", "includeDigits": true});
    [
        ("INIT_CODE", capitals("259200s")),
        ("VERIFY_EMAIL_CODE", capitals("3600s")),
        ("VERIFY_PHONE_CODE", capitals("3600s")),
        ("PASSWORD_RESET_CODE", capitals("3600s")),
        (
            "PASSWORDLESS_INIT_CODE",
            all(json!({"length": 12, "expiry": "3600s"})),
        ),
        ("APP_SECRET", all(json!({"length": 64}))),
        ("OTP_SMS", one_time()),
        ("OTP_EMAIL", one_time()),
    ]
}

/// A generator without its details, with or without an end of 0.
fn plain(shown: &Value) -> Value {
    let shown = merged(
        shown.clone(),
        json!({"details": null, "generatorType": null}),
    );
    match shown["expiry"].as_str() {
        Some("0s") => merged(shown, json!({"expiry": null})),
        _ => shown,
    }
}

/// The cases of `ListSecretGenerators`.
pub const LIST: Table = Table {
    operation: &LIST_SECRET_GENERATORS,
    cases: &[
        case("all kinds are listed as the contract has them", |t| {
            let _turn = turn();
            let answer = t.call(json!({})).ok();
            assert_eq!(answer["details"]["totalResult"], "8");
            let result = answer["result"].as_array().unwrap();
            for (shown, (kind, expected)) in result.iter().zip(defaults()) {
                assert_eq!(
                    shown["generatorType"],
                    format!("SECRET_GENERATOR_TYPE_{kind}")
                );
                if !kind.starts_with("OTP") {
                    assert_eq!(plain(shown), expected, "{kind}");
                }
            }
        }),
        case(
            "one kind, a page, and two kinds at once, which none is",
            |t| {
                let by = |kind: &str| json!({"typeQuery": {"generatorType": kind}});
                let one = t.call(json!({"queries": [by(PHONE)]})).ok();
                assert_eq!(one["details"]["totalResult"], "1");
                assert_eq!(one["result"][0]["generatorType"], PHONE);
                let page = t.call(json!({"query": {"offset": "1", "limit": 2}})).ok();
                assert_eq!(page["result"].as_array().unwrap().len(), 2);
                assert_eq!(page["details"]["totalResult"], "8");
                let none = t.call(json!({"queries": [by(PHONE), by(OTP)]})).ok();
                assert_eq!(none["result"], Value::Null);
            },
        ),
        case("an empty query is refused", |t| {
            t.call(json!({"queries": [{}]})).expect_invalid();
        }),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `GetSecretGenerator`.
pub const GET: Table = Table {
    operation: &GET_SECRET_GENERATOR,
    cases: &[
        case("a kind is shown by its name or number", |t| {
            let shown = t.call(json!({"generatorType": PHONE})).ok();
            let shown = &shown["secretGenerator"];
            assert_eq!(plain(shown), defaults()[2].1);
            assert!(shown["details"].is_object(), "{shown}");
            if !t.encoding.uses_rest_path() {
                let by_number = t.call(json!({"generatorType": 3})).ok();
                assert_eq!(by_number["secretGenerator"], *shown);
            }
        }),
        case("no kind is refused", |t| {
            t.call(json!({"generatorType": "SECRET_GENERATOR_TYPE_UNSPECIFIED"}))
                .expect_invalid();
        }),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `UpdateSecretGenerator`.
pub const UPDATE: Table = Table {
    operation: &UPDATE_SECRET_GENERATOR,
    cases: &[
        case("a kind is made otherwise from then on", |t| {
            let _turn = turn();
            for length in [10, 11] {
                let new = json!({
                    "length": length, "expiry": "90.5s", "includeLowerLetters": true,
                    "includeSymbols": true,
                });
                let request = merged(new.clone(), json!({"generatorType": OTP}));
                let answer = t.call(request.clone()).ok();
                let shown = t.rest_as_admin(&GET_SECRET_GENERATOR, json!({"generatorType": OTP}));
                let shown = shown.ok()["secretGenerator"].clone();
                assert_eq!(merged(plain(&shown), json!({"expiry": "90.5s"})), new);
                assert!(["90.5s", "90.500s"].contains(&shown["expiry"].as_str().unwrap()));
                let names = ["added", "changed"].map(|n| format!("instance.secret.generator.{n}"));
                let newest = json!({"eventTypes": names, "limit": 1});
                let events = t.rest_as_admin(&LIST_EVENTS, newest).ok();
                let event = &events["events"][0];
                assert_eq!(event["payload"]["generatorType"], 7.0);
                assert_eq!(event["payload"]["length"], f64::from(length));
                assert_eq!(answer["details"]["sequence"], event["sequence"]);
                assert_eq!(shown["details"]["sequence"], event["sequence"]);
            }
        }),
        case(
            "a generator that makes no codes, or ones that are guessed, is refused",
            |t| {
                let call = |more: Value| {
                    let request = json!({
                        "generatorType": "SECRET_GENERATOR_TYPE_OTP_EMAIL",
                        "length": 8, "expiry": "300s", "includeDigits": true,
                    });
                    t.call(merged(request, more)).expect_invalid();
                };
                call(json!({"length": null}));
                call(json!({"length": 3}));
                call(json!({"length": 21}));
                call(json!({"includeDigits": null}));
                call(json!({"expiry": "-1s"}));
                call(json!({"expiry": "315576000000s"}));
                call(json!({"generatorType": "SECRET_GENERATOR_TYPE_UNSPECIFIED"}));
            },
        ),
        case("the permission comes before the limits", |t| {
            let owner = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
            t.by(&owner)
                .call(json!({"generatorType": OTP}))
                .fails(Kind::Denied, "AUTH-5mWD2");
        }),
    ],
};

run_tables! {
    list_secret_generators_agrees_with_its_table = LIST,
    get_secret_generator_agrees_with_its_table = GET,
    update_secret_generator_agrees_with_its_table = UPDATE,
}

#[test]
fn a_changed_generator_makes_the_next_code_and_outlives_a_restart() {
    let app = App::start("");
    let request = json!({
        "generatorType": PHONE, "length": 9, "expiry": "60s", "includeDigits": true,
    });
    app.rest_as_admin(&UPDATE_SECRET_GENERATOR, request).ok();
    for is_restarted in [false, true] {
        if is_restarted {
            app.restart();
        }
        let number = app.number();
        let user = app.human_with_phone(&number);
        let text = app.wait_for_sms(&number, 1).text;
        let mut digits = text.split(|c: char| !c.is_ascii_digit());
        let code = digits.find(|word| word.len() == 9);
        let code = code.unwrap_or_else(|| panic!("no code of nine digits in {text:?}"));
        let verify = json!({"userId": user, "verificationCode": code});
        if is_restarted {
            app.advance(Duration::from_secs(61));
            app.rest_as_admin(&VERIFY_PHONE, verify)
                .fails(Kind::Invalid, "COMMAND-eis9R");
        } else {
            app.rest_as_admin(&VERIFY_PHONE, verify).ok();
        }
    }
}
