//! Secret generators (contract/providers.md §3).

use serde_json::{Value, json};

use crate::{
    app::App,
    clients::{Encoding, Kind},
    operations::{
        GENERATE_MACHINE_SECRET, GET_SECRET_GENERATOR, LIST_SECRET_GENERATORS, SET_EMAIL,
        SET_PHONE, UPDATE_SECRET_GENERATOR,
    },
    people::headers,
    table::{Case, Table, case, run_tables},
};

const PHONE: &str = "SECRET_GENERATOR_TYPE_VERIFY_PHONE_CODE";
const OTP: &str = "SECRET_GENERATOR_TYPE_OTP_SMS";

/// The cases of `GetSecretGenerator`.
pub const GET: Table = Table {
    operation: &GET_SECRET_GENERATOR,
    cases: &[
        case("the defaults are the contract's", |t| {
            let shown = |kind: &str| {
                let kind = format!("SECRET_GENERATOR_TYPE_{kind}");
                let answer = t.call(json!({"generatorType": kind})).ok();
                let shown = &answer["secretGenerator"];
                assert_eq!(shown["generatorType"], kind);
                let expiry = shown["expiry"].clone();
                let groups = ["Lower", "Upper", "Digits", "Symbols"].map(|group| {
                    let letters = if group.ends_with('s') { "" } else { "Letters" };
                    shown[format!("include{group}{letters}")] == true
                });
                (shown["length"].clone(), expiry, groups)
            };
            let capitals_and_digits = [false, true, true, false];
            assert_eq!(
                shown("INIT_CODE"),
                (json!(6), json!("259200s"), capitals_and_digits)
            );
            for kind in [
                "VERIFY_EMAIL_CODE",
                "VERIFY_PHONE_CODE",
                "PASSWORD_RESET_CODE",
            ] {
                assert_eq!(shown(kind), (json!(6), json!("3600s"), capitals_and_digits));
            }
            assert_eq!(
                shown("APP_SECRET"),
                (json!(64), Value::Null, [true, true, true, false])
            );
            assert_eq!(
                shown("OTP_EMAIL"),
                (json!(8), json!("300s"), [false, false, true, false])
            );
        }),
        UNKNOWN_TYPES,
    ],
};

/// The cases of `ListSecretGenerators`.
pub const LIST: Table = Table {
    operation: &LIST_SECRET_GENERATORS,
    cases: &[
        case("all types are listed, or those asked for", |t| {
            let answer = t.call(json!({})).ok();
            assert_eq!(answer["details"]["totalResult"], "8");
            assert_eq!(answer["result"].as_array().unwrap().len(), 8);
            let query = json!({"typeQuery": {"generatorType": PHONE}});
            let answer = t.call(json!({"queries": [query]})).ok();
            assert_eq!(answer["details"]["totalResult"], "1");
            assert_eq!(answer["result"][0]["generatorType"], PHONE);
            let answer = t.call(json!({"query": {"offset": 6, "limit": 5}})).ok();
            assert_eq!(answer["result"].as_array().unwrap().len(), 2);
        }),
        case("an empty query is invalid", |t| {
            t.call(json!({"queries": [{}]})).expect_invalid();
        }),
    ],
};

/// The cases of `UpdateSecretGenerator`.
pub const UPDATE: Table = Table {
    operation: &UPDATE_SECRET_GENERATOR,
    cases: &[
        case("what is set is shown, and the history says so", |t| {
            let request = json!({
                "generatorType": OTP,
                "length": 9,
                "expiry": "90s",
                "includeLowerLetters": true,
                "includeDigits": true,
            });
            let answer = t.call(request.clone()).ok();
            assert!(answer["details"]["sequence"].is_string(), "{answer}");
            let request_shown = json!({"generatorType": OTP});
            let shown = t.rest_as_admin(&GET_SECRET_GENERATOR, request_shown).ok();
            let mut shown = shown["secretGenerator"].clone();
            assert!(shown["details"]["changeDate"].is_string(), "{shown}");
            shown.as_object_mut().unwrap().remove("details");
            assert_eq!(shown, request);
        }),
        case(
            "a code needs 4 to 20 characters from some group, and a sane life",
            |t| {
                let with = |more: Value| {
                    let request = json!({"generatorType": OTP, "length": 6, "includeDigits": true});
                    t.call(crate::people::merged(request, more))
                };
                with(json!({"length": 3})).expect_invalid();
                with(json!({"length": 21})).expect_invalid();
                with(json!({"includeDigits": false})).expect_invalid();
                with(json!({"expiry": "-1s"})).expect_invalid();
            },
        ),
        case("a client secret is worth 128 bits", |t| {
            let request = json!({
                "generatorType": "SECRET_GENERATOR_TYPE_APP_SECRET",
                "length": 21,
                "includeLowerLetters": true,
                "includeUpperLetters": true,
                "includeDigits": true,
            });
            t.call(request).expect_invalid();
        }),
        UNKNOWN_TYPES,
    ],
};

run_tables! {
    get_secret_generator_agrees_with_its_table = GET,
    list_secret_generators_agrees_with_its_table = LIST,
    update_secret_generator_agrees_with_its_table = UPDATE,
}

const UNKNOWN_TYPES: Case = case("a type is one of the eight", |t| {
    t.call(json!({"generatorType": "SECRET_GENERATOR_TYPE_UNSPECIFIED"}))
        .expect_invalid();
});

#[test]
fn a_changed_generator_makes_the_next_codes_and_those_after_a_restart() {
    let app = App::start("");
    let set = |kind: &str, length: u32| {
        let request = json!({
            "generatorType": format!("SECRET_GENERATOR_TYPE_{kind}"),
            "length": length,
            "includeLowerLetters": true,
        });
        app.rest_as_admin(&UPDATE_SECRET_GENERATOR, request).ok();
    };
    let codes = || {
        let user = app.human();
        let request = json!({"userId": user, "phone": app.number(), "returnCode": {}});
        let phone = app.rest_as_admin(&SET_PHONE, request).ok();
        let address = format!("{}@example.com", app.unique("ada"));
        let request = json!({"userId": user, "email": address, "returnCode": {}});
        let email = app.rest_as_admin(&SET_EMAIL, request).ok();
        [phone, email].map(|answer| answer["verificationCode"].as_str().unwrap().to_owned())
    };
    set("VERIFY_PHONE_CODE", 12);
    set("VERIFY_EMAIL_CODE", 5);
    set("APP_SECRET", 99);
    let are_as_set = |[phone, email]: [String; 2]| {
        assert_eq!((phone.len(), email.len()), (12, 5));
        assert!((phone + &email).chars().all(|c| c.is_ascii_lowercase()));
    };
    are_as_set(codes());
    app.restart();
    are_as_set(codes());
    let request = json!({"userId": app.machine()});
    let answer = app.rest_as_admin(&GENERATE_MACHINE_SECRET, request).ok();
    let secret = answer["clientSecret"].as_str().unwrap();
    assert_eq!(secret.len(), 99);
    assert!(secret.chars().all(|c| c.is_ascii_lowercase()));
}

#[test]
fn only_who_may_write_the_instance_may_change_a_generator() {
    let app = App::shared();
    let owner = app.token_with_roles(&app.admin.org, &["ORG_OWNER"]);
    let request = json!({"generatorType": PHONE, "length": 4, "includeDigits": true});
    let headers = headers(&owner, None);
    let answer = app
        .clients
        .call(Encoding::Rest, &UPDATE_SECRET_GENERATOR, &request, &headers);
    answer.fails(Kind::Denied, "AUTH-5mWD2");
}
