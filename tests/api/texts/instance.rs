//! The texts of the instance.

use serde_json::json;

use crate::{
    clients::{Encoding, Kind},
    operations::{
        INSTANCE_GET_CUSTOM_OTP_TEXT, INSTANCE_GET_CUSTOM_PHONE_TEXT,
        INSTANCE_GET_DEFAULT_OTP_TEXT, INSTANCE_GET_DEFAULT_PHONE_TEXT, INSTANCE_RESET_OTP_TEXT,
        INSTANCE_RESET_PHONE_TEXT, INSTANCE_SET_OTP_TEXT, INSTANCE_SET_PHONE_TEXT,
        ORG_GET_DEFAULT_PHONE_TEXT,
    },
    table::{Case, Scene, Table, case, run_tables},
};

/// The cases of `GetCustomVerifyPhoneMessageText`.
pub const GET_CUSTOM: Table = Table {
    operation: &INSTANCE_GET_CUSTOM_PHONE_TEXT,
    cases: &[
        case("the instance's text is shown, or the default", |t| {
            let answer = t.call(json!({"language": "de"})).ok();
            assert_eq!(answer["customText"]["isDefault"], true);
            let language = language(t, ["bg", "cs", "hu", "id", "ja", "ko", "nl", "pl"]);
            let request = json!({"language": language, "text": "Code: {{.Code}}"});
            t.rest_as_admin(&INSTANCE_SET_PHONE_TEXT, request).ok();
            let answer = t.call(json!({"language": language})).ok();
            assert_eq!(answer["customText"]["text"], "Code: {{.Code}}");
            assert_eq!(answer["customText"].get("isDefault"), None);
            let seen = t.rest_as_admin(&ORG_GET_DEFAULT_PHONE_TEXT, json!({"language": language}));
            assert_eq!(seen.ok()["customText"]["text"], "Code: {{.Code}}");
        }),
        LANGUAGE,
    ],
};

/// The cases of `GetDefaultVerifyPhoneMessageText`.
pub const GET_DEFAULT: Table = Table {
    operation: &INSTANCE_GET_DEFAULT_PHONE_TEXT,
    cases: &[
        case("the built-in text is shown, without owner and flag", |t| {
            let answer = t.call(json!({"language": "de"})).ok();
            let text = &answer["customText"];
            assert_eq!(text["details"], json!({}));
            assert_eq!(text.get("isDefault"), None);
            assert!(text["text"].as_str().unwrap().contains("{{.Code}}"));
        }),
        LANGUAGE,
    ],
};

/// The cases of `SetDefaultVerifyPhoneMessageText`.
pub const SET: Table = Table {
    operation: &INSTANCE_SET_PHONE_TEXT,
    cases: &[
        case("the text is kept", |t| {
            let language = language(t, ["pt", "ro", "ru", "sv", "tr", "uk", "zh", "mk"]);
            let answer = t.call(json!({"language": language, "text": "x"})).ok();
            assert!(answer["details"]["sequence"].is_string());
            t.call(json!({"language": language, "text": ""})).ok();
            let shown = t.rest_as_admin(
                &INSTANCE_GET_CUSTOM_PHONE_TEXT,
                json!({"language": language}),
            );
            assert_eq!(shown.ok()["customText"]["isDefault"], true);
        }),
        SUPPORTED,
        POLICY_WRITE,
    ],
};

/// The cases of `ResetCustomVerifyPhoneMessageTextToDefault`.
pub const RESET: Table = Table {
    operation: &INSTANCE_RESET_PHONE_TEXT,
    cases: &[case("there must be something to reset", |t| {
        let language = language(t, ["es", "fr", "it", "en", "en", "en", "en", "en"]);
        if language != "en" {
            let request = json!({"language": language, "text": "{{.Code}}"});
            t.rest_as_admin(&INSTANCE_SET_PHONE_TEXT, request).ok();
            t.call(json!({"language": language})).ok();
        }
        t.call(json!({"language": language}))
            .fails(Kind::NotFound, "INSTANCE-fju90");
        t.call(json!({"language": "x y"}))
            .fails(Kind::Invalid, "INSTANCE-fjw9b");
    })],
};

/// The cases of `GetCustomVerifySMSOTPMessageText`.
pub const GET_CUSTOM_OTP: Table = Table {
    operation: &INSTANCE_GET_CUSTOM_OTP_TEXT,
    cases: &[
        case("the default is shown where there is no text", |t| {
            let answer = t.call(json!({"language": "de"})).ok();
            assert_eq!(answer["customText"]["isDefault"], true);
        }),
        LANGUAGE,
    ],
};

/// The cases of `GetDefaultVerifySMSOTPMessageText`.
pub const GET_DEFAULT_OTP: Table = Table {
    operation: &INSTANCE_GET_DEFAULT_OTP_TEXT,
    cases: &[
        case("the built-in text is shown", |t| {
            let answer = t.call(json!({"language": "it"})).ok();
            assert!(
                answer["customText"]["text"]
                    .as_str()
                    .unwrap()
                    .contains("{{.OTP}}")
            );
        }),
        LANGUAGE,
    ],
};

/// The cases of `SetDefaultVerifySMSOTPMessageText`.
pub const SET_OTP: Table = Table {
    operation: &INSTANCE_SET_OTP_TEXT,
    cases: &[
        case("the text is kept", |t| {
            let language = language(t, ["pt", "ro", "ru", "sv", "tr", "uk", "zh", "mk"]);
            t.call(json!({"language": language, "text": "{{.OTP}}!"}))
                .ok();
            let shown =
                t.rest_as_admin(&INSTANCE_GET_CUSTOM_OTP_TEXT, json!({"language": language}));
            assert_eq!(shown.ok()["customText"]["text"], "{{.OTP}}!");
        }),
        SUPPORTED,
        POLICY_WRITE,
    ],
};

/// The cases of `ResetCustomVerifySMSOTPMessageTextToDefault`.
pub const RESET_OTP: Table = Table {
    operation: &INSTANCE_RESET_OTP_TEXT,
    cases: &[case("there must be something to reset", |t| {
        t.call(json!({"language": "fr"}))
            .fails(Kind::NotFound, "INSTANCE-fju90");
        t.call(json!({"language": "x y"}))
            .fails(Kind::Invalid, "INSTANCE-fjw9b");
        let language = language(t, ["bg", "cs", "hu", "id", "ja", "ko", "nl", "pl"]);
        let request = json!({"language": language, "text": "{{.OTP}}"});
        t.rest_as_admin(&INSTANCE_SET_OTP_TEXT, request).ok();
        t.call(json!({"language": language})).ok();
    })],
};

run_tables! {
    instance_get_custom_verify_phone_message_text_agrees_with_its_table = GET_CUSTOM,
    instance_get_default_verify_phone_message_text_agrees_with_its_table = GET_DEFAULT,
    instance_set_default_verify_phone_message_text_agrees_with_its_table = SET,
    instance_reset_verify_phone_message_text_agrees_with_its_table = RESET,
    instance_get_custom_verify_sms_otp_message_text_agrees_with_its_table = GET_CUSTOM_OTP,
    instance_get_default_verify_sms_otp_message_text_agrees_with_its_table = GET_DEFAULT_OTP,
    instance_set_default_verify_sms_otp_message_text_agrees_with_its_table = SET_OTP,
    instance_reset_verify_sms_otp_message_text_agrees_with_its_table = RESET_OTP,
}

const LANGUAGE: Case = case("a language is one", |t| {
    t.call(json!({"language": "a".repeat(201)}))
        .expect_invalid();
});

const SUPPORTED: Case = case("a language must be one, and one of the 21", |t| {
    t.call(json!({"language": "x y", "text": "x"}))
        .fails(Kind::Invalid, "LANG-3M9f2");
    t.call(json!({"language": "tlh", "text": "x"}))
        .fails(Kind::Invalid, "LANG-lg4DP");
});

const POLICY_WRITE: Case = case("iam.policy.write is needed", |t| {
    let owner = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
    t.by(&owner)
        .call(json!({"language": "en", "text": "x"}))
        .fails(Kind::Denied, "AUTH-5mWD2");
});

/// A language for each encoding, so that they do not meet.
fn language(t: &Scene, of: [&'static str; 8]) -> &'static str {
    let encodings = [
        Encoding::Rest,
        Encoding::RestGrpcWeb,
        Encoding::RestGrpc,
        Encoding::Grpc,
        Encoding::GrpcWeb,
        Encoding::GrpcWebText,
        Encoding::ConnectJson,
        Encoding::ConnectProto,
    ];
    let place = encodings.iter().position(|other| *other == t.encoding);
    of[place.unwrap()]
}
