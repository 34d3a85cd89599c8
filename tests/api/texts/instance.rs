//! The message texts of the admin service.

use serde_json::{Value, json};

use super::{LANGUAGES, LIMITS, has_parts, org::tables, parts, template, turn};
use crate::{
    clients::{Answer, Kind},
    operations::{
        GET_BUILT_IN_VERIFY_PHONE_TEXT, GET_BUILT_IN_VERIFY_SMS_OTP_TEXT,
        GET_INSTANCE_VERIFY_PHONE_TEXT, GET_INSTANCE_VERIFY_SMS_OTP_TEXT, LIST_EVENTS, Operation,
        RESET_INSTANCE_VERIFY_PHONE_TEXT, RESET_INSTANCE_VERIFY_SMS_OTP_TEXT,
        SET_INSTANCE_VERIFY_PHONE_TEXT, SET_INSTANCE_VERIFY_SMS_OTP_TEXT,
    },
    people::merged,
    table::{Case, Scene, Table, case, run_tables},
};

tables! {
    GET_PHONE = GET_INSTANCE_VERIFY_PHONE_TEXT GETTING,
    GET_OTP = GET_INSTANCE_VERIFY_SMS_OTP_TEXT GETTING,
    BUILT_IN_PHONE = GET_BUILT_IN_VERIFY_PHONE_TEXT BUILT_IN,
    BUILT_IN_OTP = GET_BUILT_IN_VERIFY_SMS_OTP_TEXT BUILT_IN,
    SET_PHONE = SET_INSTANCE_VERIFY_PHONE_TEXT SETTING,
    SET_OTP = SET_INSTANCE_VERIFY_SMS_OTP_TEXT SETTING,
    RESET_PHONE = RESET_INSTANCE_VERIFY_PHONE_TEXT RESETTING,
    RESET_OTP = RESET_INSTANCE_VERIFY_SMS_OTP_TEXT RESETTING,
}

const GETTING: &[Case] = &[
    case("without a wording the built-in text is the default", |t| {
        let shown = custom(t.call(json!({"language": "de"})));
        assert_eq!(shown["isDefault"], true);
        assert!(shown["text"].as_str().unwrap().contains("{{."), "{shown}");
    }),
    case("with one only the worded parts are shown", |t| {
        let _turn = turn();
        t.rest_as_admin(set_of(t), json!({"language": "pl", "text": "Kod"}))
            .ok();
        let shown = custom(t.call(json!({"language": "pl"})));
        t.rest_as_admin(reset_of(t), json!({"language": "pl"})).ok();
        assert_eq!(
            merged(shown.clone(), json!({"details": null})),
            json!({"text": "Kod"})
        );
        assert_eq!(shown["details"].as_object().unwrap().len(), 4);
    }),
    NEEDS_INSTANCE_ROLE,
];

const BUILT_IN: &[Case] = &[
    case(
        "the built-in text stands alone, whatever the instance words",
        |t| {
            let _turn = turn();
            let before = custom(t.call(json!({"language": "pl"})));
            t.rest_as_admin(set_of(t), json!({"language": "pl", "text": "Kod"}))
                .ok();
            let after = custom(t.call(json!({"language": "pl"})));
            t.rest_as_admin(reset_of(t), json!({"language": "pl"})).ok();
            assert_eq!(before, after);
            assert_eq!(before["details"], json!({}));
            assert!(before["isDefault"].is_null());
            assert_eq!(before["subject"].is_string(), has_parts(t));
        },
    ),
    case(
        "a language without a built-in text shows the default language's",
        |t| {
            let of = |language: &str| custom(t.call(json!({"language": language})))["text"].clone();
            assert_eq!(of("hu"), of("en"));
            assert_ne!(of("fr"), of("en"));
        },
    ),
    NEEDS_INSTANCE_ROLE,
];

const SETTING: &[Case] = &[
    case(
        "each part that differs is an event, an empty one takes it back",
        |t| {
            let _turn = turn();
            let answer = t.call(merged(parts(t), json!({"language": "pl"}))).ok();
            let shown = custom(t.rest_as_admin(get_of(t), json!({"language": "pl"})));
            let again = t.call(merged(parts(t), json!({"language": "pl"}))).ok();
            let set = newest(t, "instance.customtext.set");
            t.call(json!({"language": "pl"})).ok();
            let removed = newest(t, "instance.customtext.removed");
            assert_eq!(merged(shown, json!({"details": null})), parts(t));
            assert_eq!(answer["details"]["sequence"], set["sequence"]);
            assert_eq!(again["details"].as_object().unwrap().len(), 4);
            assert_eq!(set["payload"]["template"], template(t));
            assert_eq!(set["payload"]["language"], "pl");
            assert_eq!(removed["payload"]["template"], template(t));
            assert!(removed["payload"]["text"].is_null());
        },
    ),
    LANGUAGES,
    LIMITS,
    NEEDS_INSTANCE_ROLE,
];

const RESETTING: &[Case] = &[
    case(
        "the wording is gone, and there is none to take back then",
        |t| {
            let _turn = turn();
            t.rest_as_admin(set_of(t), json!({"language": "pl", "text": "Kod"}))
                .ok();
            let answer = t.call(json!({"language": "pl"})).ok();
            let event = newest(t, "instance.customtext.template.removed");
            assert_eq!(
                event["payload"],
                json!({"template": template(t), "language": "pl"})
            );
            assert_eq!(answer["details"]["sequence"], event["sequence"]);
            t.call(json!({"language": "pl"}))
                .fails(Kind::NotFound, "INSTANCE-fju90");
        },
    ),
    case(
        "what is no language is told before that there is nothing",
        |t| {
            t.call(json!({"language": "und"}))
                .fails(Kind::Invalid, "INSTANCE-fjw9b");
            t.call(json!({"language": "cs"}))
                .fails(Kind::NotFound, "INSTANCE-fju90");
        },
    ),
    NEEDS_INSTANCE_ROLE,
];

run_tables! {
    get_custom_verify_phone_message_text_of_the_instance_agrees_with_its_table = GET_PHONE,
    get_custom_verify_sms_otp_message_text_of_the_instance_agrees_with_its_table = GET_OTP,
    get_default_verify_phone_message_text_of_the_instance_agrees_with_its_table = BUILT_IN_PHONE,
    get_default_verify_sms_otp_message_text_of_the_instance_agrees_with_its_table = BUILT_IN_OTP,
    set_default_verify_phone_message_text_agrees_with_its_table = SET_PHONE,
    set_default_verify_sms_otp_message_text_agrees_with_its_table = SET_OTP,
    reset_verify_phone_message_text_of_the_instance_agrees_with_its_table = RESET_PHONE,
    reset_verify_sms_otp_message_text_of_the_instance_agrees_with_its_table = RESET_OTP,
}

const NEEDS_INSTANCE_ROLE: Case = case("the owner of an organization may not", |t| {
    let owner = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
    t.by(&owner)
        .call(json!({"language": "und"}))
        .fails(Kind::Denied, "AUTH-5mWD2");
});

fn custom(answer: Answer) -> Value {
    answer.ok()["customText"].clone()
}

/// The newest event of a type.
fn newest(t: &Scene, name: &str) -> Value {
    let request = json!({"eventTypes": [name], "limit": 1});
    t.rest_as_admin(&LIST_EVENTS, request).ok()["events"][0].clone()
}

fn either(t: &Scene, phone: &'static Operation, otp: &'static Operation) -> &'static Operation {
    if has_parts(t) { phone } else { otp }
}

fn get_of(t: &Scene) -> &'static Operation {
    either(
        t,
        &GET_INSTANCE_VERIFY_PHONE_TEXT,
        &GET_INSTANCE_VERIFY_SMS_OTP_TEXT,
    )
}

fn set_of(t: &Scene) -> &'static Operation {
    either(
        t,
        &SET_INSTANCE_VERIFY_PHONE_TEXT,
        &SET_INSTANCE_VERIFY_SMS_OTP_TEXT,
    )
}

fn reset_of(t: &Scene) -> &'static Operation {
    either(
        t,
        &RESET_INSTANCE_VERIFY_PHONE_TEXT,
        &RESET_INSTANCE_VERIFY_SMS_OTP_TEXT,
    )
}
