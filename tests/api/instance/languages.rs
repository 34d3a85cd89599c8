//! `GetSupportedLanguages` of each v1 service, `GetDefaultLanguage` and `SetDefaultLanguage`
//! (contract/README.md §9).

use serde_json::json;

use crate::{
    app::App,
    clients::Kind,
    operations::{
        ADMIN_LANGUAGES, AUTH_LANGUAGES, GET_DEFAULT_LANGUAGE, GET_GENERAL_SETTINGS,
        GET_MY_INSTANCE, MANAGEMENT_LANGUAGES, SET_DEFAULT_LANGUAGE,
    },
    table::{Case, Table, case, run_tables},
};

/// Those of contract/phone.md §5.
pub const TEXT_LANGUAGES: [&str; 21] = [
    "bg", "cs", "de", "en", "es", "fr", "hu", "id", "it", "ja", "ko", "mk", "nl", "pl", "pt", "ro",
    "ru", "sv", "tr", "uk", "zh",
];

const SUPPORTED: Case = case("any token is told the languages with texts", |t| {
    let expected = json!({"languages": TEXT_LANGUAGES});
    let token = t.token_without_membership();
    assert_eq!(t.by(&token).call(json!({})).ok(), expected);
});

/// The cases of management `GetSupportedLanguages`.
pub const OF_MANAGEMENT: Table = Table {
    operation: &MANAGEMENT_LANGUAGES,
    cases: &[SUPPORTED],
};

/// The cases of auth `GetSupportedLanguages`.
pub const OF_AUTH: Table = Table {
    operation: &AUTH_LANGUAGES,
    cases: &[SUPPORTED],
};

/// The cases of admin `GetSupportedLanguages`.
pub const OF_ADMIN: Table = Table {
    operation: &ADMIN_LANGUAGES,
    cases: &[SUPPORTED],
};

/// The cases of `GetDefaultLanguage`.
pub const GET: Table = Table {
    operation: &GET_DEFAULT_LANGUAGE,
    cases: &[case("the configured one until another is set", |t| {
        assert_eq!(t.call(json!({})).ok(), json!({"language": "en"}));
    })],
};

/// The cases of `SetDefaultLanguage`.
pub const SET: Table = Table {
    operation: &SET_DEFAULT_LANGUAGE,
    cases: &[
        case("the answer has the instance's details", |t| {
            let answer = t.call(json!({"language": "en"})).ok();
            let details = answer["details"].as_object().unwrap();
            assert_eq!(details.len(), 4, "{answer}");
            let instance = t.rest_as_admin(&GET_MY_INSTANCE, json!({})).ok();
            assert_eq!(details["resourceOwner"], instance["instance"]["id"]);
        }),
        case("what is no language is undefined", |t| {
            for language in ["und", "?", "not a tag"] {
                t.call(json!({"language": language}))
                    .fails(Kind::Invalid, "LANG-3M9f2");
            }
        }),
        case("a language without texts is not supported", |t| {
            for language in ["tlh", "da", "de-CH"] {
                t.call(json!({"language": language}))
                    .fails(Kind::Invalid, "LANG-lg4DP");
            }
        }),
        case("a language has 1 to 10 characters", |t| {
            t.call(json!({"language": "a".repeat(11)})).expect_invalid();
        }),
    ],
};

run_tables! {
    get_supported_languages_of_management_agrees_with_its_table = OF_MANAGEMENT,
    get_supported_languages_of_auth_agrees_with_its_table = OF_AUTH,
    get_supported_languages_of_admin_agrees_with_its_table = OF_ADMIN,
    get_default_language_agrees_with_its_table = GET,
    set_default_language_agrees_with_its_table = SET,
}

#[test]
fn another_default_language_is_that_of_the_next_message() {
    let app = App::start("");
    let text = || {
        let number = app.number();
        app.human_with_phone(&number);
        let sms = app.wait_for_sms(&number, 1);
        sms.text.replace(&sms.code(), "CODE")
    };
    let english = text();
    app.rest_as_admin(&SET_DEFAULT_LANGUAGE, json!({"language": "DE"}))
        .ok();
    let german = text();
    assert_ne!(english, german);
    let language = app.rest_as_admin(&GET_DEFAULT_LANGUAGE, json!({})).ok();
    assert_eq!(language["language"], "de");
    let settings = app.rest_as_admin(&GET_GENERAL_SETTINGS, json!({})).ok();
    assert_eq!(settings["defaultLanguage"], "de");
    app.restart();
    assert_eq!(text(), german);
}
