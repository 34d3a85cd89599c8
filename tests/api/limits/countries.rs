//! `ListCountries`, `StopCountry` and `LiftStop`. Each encoding has a country of its own, because all share a
//! server.

use serde_json::{Value, json};

use super::change;
use crate::{
    clients::{Encoding, Kind},
    operations::{LIFT_STOP, LIST_COUNTRIES, STOP_COUNTRY},
    table::{Case, Scene, Table, case, run_tables},
};

/// Countries with a beginning of their mobile numbers, for each operation and encoding.
const COUNTRIES: [(&str, &str); 24] = [
    ("IS", "+354611"),
    ("LV", "+3712000"),
    ("EE", "+372510"),
    ("MT", "+3569910"),
    ("CY", "+357961"),
    ("AD", "+376312"),
    ("SM", "+37866"),
    ("SI", "+386312"),
    ("HR", "+3859212"),
    ("MK", "+389701"),
    ("AL", "+355661"),
    ("BG", "+35987"),
    ("LT", "+3706123"),
    ("LU", "+352621"),
    ("IE", "+353851"),
    ("PT", "+35191"),
    ("SK", "+421912"),
    ("CZ", "+420601"),
    ("AT", "+436641"),
    ("GR", "+306912"),
    ("HU", "+36201"),
    ("PL", "+48511"),
    ("DK", "+45200"),
    ("SE", "+467012"),
];

/// A country that no other case has.
fn own(t: &Scene) -> &'static str {
    let tables = [&LIST_COUNTRIES, &STOP_COUNTRY, &LIFT_STOP];
    let table = tables.iter().position(|it| t.operation_is(it)).unwrap();
    let encoding = Encoding::ALL.iter().position(|it| *it == t.encoding);
    COUNTRIES[table * 8 + encoding.unwrap()].0
}

fn row(t: &Scene, country: &str) -> Value {
    let found = t.rest_as_admin(&LIST_COUNTRIES, json!({})).ok();
    in_list(&found, country)
}

fn in_list(found: &Value, country: &str) -> Value {
    let rows = found["countries"].as_array().cloned().unwrap_or_default();
    let row = rows.into_iter().find(|row| row["country"] == country);
    row.unwrap_or_default()
}

const NEEDS_INSTANCE_ROLE: Case = case("the owner of an organization may not", |t| {
    let owner = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
    t.by(&owner)
        .call(t.fitting(json!({"country": "CH"})))
        .fails(Kind::Denied, "AUTH-5mWD2");
});

const UNKNOWN: Case = case("a country is two letters that exist", |t| {
    for letters in ["XX", "A1", "12"] {
        t.call(json!({"country": letters}))
            .fails(Kind::Invalid, "LIMIT-C0unk");
    }
    t.call(json!({"country": "CHE"})).expect_invalid();
});

/// The cases of `ListCountries`.
pub const LIST: Table = Table {
    operation: &LIST_COUNTRIES,
    cases: &[
        case(
            "a country that codes went to is there, and one that is stopped",
            |t| {
                change(t, &t.human(), &t.number()).ok();
                let country = own(t);
                t.rest_as_admin(&STOP_COUNTRY, json!({"country": country}))
                    .ok();
                let found = t.call(json!({})).ok();
                let swiss = in_list(&found, "CH");
                assert!(swiss["tooYoung"].as_u64() >= Some(1), "{found}");
                assert!(swiss["stop"].is_null(), "{found}");
                let stopped = in_list(&found, country);
                assert!(stopped["sent"].is_null() && stopped["rate"].is_null());
                assert_eq!(stopped["stop"]["stoppedBy"], json!(t.admin.user));
                t.rest_as_admin(&LIFT_STOP, json!({"country": country}))
                    .ok();
            },
        ),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `StopCountry`.
pub const STOP: Table = Table {
    operation: &STOP_COUNTRY,
    cases: &[
        case(
            "no code goes there until the stop is lifted, others are served",
            |t| {
                let country = own(t);
                let answer = t.call(json!({"country": country, "lasting": "7200s"})).ok();
                assert_eq!(answer["stop"], row(t, country)["stop"]);
                assert_eq!(answer["stop"]["stoppedBy"], json!(t.admin.user));
                let (_, beginning) = COUNTRIES.iter().find(|(it, _)| *it == country).unwrap();
                let number = t.number();
                let number = format!("{beginning}{}", &number[number.len() - 5..]);
                let user = t.human();
                let failure = change(t, &user, &number).fails(Kind::Exhausted, "LIMIT-St0pd");
                let wait = failure.retry_after.unwrap().as_secs();
                assert!((7100..=7200).contains(&wait), "{failure:?}");
                change(t, &user, &t.number()).ok();
                t.rest_as_admin(&LIFT_STOP, json!({"country": country}))
                    .ok();
                change(t, &user, &number).ok();
            },
        ),
        case("a stop takes the place of the one before", |t| {
            let country = own(t);
            t.call(json!({"country": country})).ok();
            let answer = t.call(json!({"country": country, "lasting": "60s"})).ok();
            assert_eq!(answer["stop"], row(t, country)["stop"]);
            t.rest_as_admin(&LIFT_STOP, json!({"country": country}))
                .ok();
        }),
        case(
            "a stop lasts longer than nothing and shorter than for ever",
            |t| {
                for lasting in ["0s", "-1s", "400000000s"] {
                    t.call(json!({"country": own(t), "lasting": lasting}))
                        .expect_invalid();
                }
            },
        ),
        UNKNOWN,
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `LiftStop`.
pub const LIFT: Table = Table {
    operation: &LIFT_STOP,
    cases: &[
        case("a stop ends, once", |t| {
            let country = own(t);
            t.rest_as_admin(&STOP_COUNTRY, json!({"country": country}))
                .ok();
            t.call(json!({"country": country})).expect_empty();
            assert!(row(t, country).is_null());
            t.call(json!({"country": country}))
                .fails(Kind::NotFound, "LIMIT-N0tSt");
        }),
        UNKNOWN,
        NEEDS_INSTANCE_ROLE,
    ],
};

run_tables! {
    list_countries = LIST,
    stop_country = STOP,
    lift_stop = LIFT,
}
