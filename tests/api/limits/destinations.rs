//! Countries and types of numbers that no code is sent to.

use serde_json::json;

use super::change;
use crate::{
    app::App,
    clients::Kind,
    operations::{GET_HUMAN_PHONE, RESEND_HUMAN_PHONE_VERIFICATION, SET_PHONE, UPDATE_HUMAN_PHONE},
};

const COUNTRY: &str = "LIMIT-N0srv";
const TYPE: &str = "LIMIT-Typ3r";

#[test]
fn only_allowed_countries_get_codes_and_the_digits_tell_which_a_number_is_of() {
    let app = App::start("[limits]\nallowed_countries = [\"CH\", \"US\"]\n");
    let user = app.human();
    change(&app, &user, "+41791234567").ok();
    change(&app, &user, "+16502530000").ok();
    for (number, country) in [
        ("+12423591234", "BS"),
        ("+4915112345678", "DE"),
        ("+80012345678", "no country"),
    ] {
        let failure = change(&app, &user, number).fails(Kind::Precondition, COUNTRY);
        assert!(failure.message.contains(country), "{failure:?}");
        assert!(!failure.message.contains("+1242"), "{failure:?}");
    }
    let shown = app.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
    assert_eq!(shown.ok()["phone"]["phone"], "+16502530000");
}

#[test]
fn what_is_not_sent_may_go_to_any_country() {
    let app = App::start("[limits]\nblocked_countries = [\"BS\", \"ZZ\"]\n");
    let user = app.human();
    change(&app, &user, "+16502530000").ok();
    change(&app, &user, "+88213300000").fails(Kind::Precondition, COUNTRY);
    let request = json!({"userId": user, "phone": "+12423591234", "isPhoneVerified": true});
    app.rest_as_admin(&UPDATE_HUMAN_PHONE, request).ok();
    let request = json!({"userId": user, "phone": "+12423591235", "returnCode": {}});
    app.rest_as_admin(&SET_PHONE, request).ok();
    app.rest_as_admin(&RESEND_HUMAN_PHONE_VERIFICATION, json!({"userId": user}))
        .fails(Kind::Precondition, COUNTRY);
}

#[test]
fn types_of_numbers_can_be_refused() {
    let app = App::start("[limits]\nrefused_types = [\"premium_rate\", \"fixed_line\"]\n");
    let user = app.human();
    for (number, kind) in [
        ("+41900123456", "premium_rate"),
        ("+41446681800", "fixed_line"),
    ] {
        let failure = change(&app, &user, number).fails(Kind::Precondition, TYPE);
        assert!(failure.message.contains(kind), "{failure:?}");
    }
    // Fixed and mobile lines look alike in North America.
    for number in ["+16502530000", "+41791234567", "+41840123456"] {
        change(&app, &user, number).ok();
    }
}
