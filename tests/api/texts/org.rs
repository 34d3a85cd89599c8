//! The texts of an organization.

use serde_json::{Value, json};

use crate::{
    clients::{Answer, Kind},
    operations::{
        LIST_ORG_CHANGES, ORG_GET_CUSTOM_OTP_TEXT, ORG_GET_CUSTOM_PHONE_TEXT,
        ORG_GET_DEFAULT_OTP_TEXT, ORG_GET_DEFAULT_PHONE_TEXT, ORG_RESET_OTP_TEXT,
        ORG_RESET_PHONE_TEXT, ORG_SET_OTP_TEXT, ORG_SET_PHONE_TEXT, Operation,
    },
    table::{Case, Scene, Table, case, run_tables},
};

/// The cases of `GetCustomVerifyPhoneMessageText`.
pub const GET_CUSTOM: Table = Table {
    operation: &ORG_GET_CUSTOM_PHONE_TEXT,
    cases: &[
        case("without a text of its own the default holds", |t| {
            let org = t.org();
            let answer = within(t, &org, json!({"language": "de"})).ok();
            let text = &answer["customText"];
            assert_eq!(text["isDefault"], true);
            assert!(
                text["text"].as_str().unwrap().contains("{{.Code}}"),
                "{text}"
            );
        }),
        case("with one, only what it words is shown", |t| {
            let org = t.org();
            let request = json!({"language": "de", "text": "Code: {{.Code}}"});
            admin(t, &ORG_SET_PHONE_TEXT, &org, request).ok();
            let mut answer = within(t, &org, json!({"language": "de"})).ok();
            let text = answer["customText"].as_object_mut().unwrap();
            let details = text.remove("details").unwrap();
            assert_eq!(details["resourceOwner"], org.as_str());
            assert_eq!(
                Value::Object(text.clone()),
                json!({"text": "Code: {{.Code}}"})
            );
        }),
        LANGUAGE,
    ],
};

/// The cases of `GetDefaultVerifyPhoneMessageText`.
pub const GET_DEFAULT: Table = Table {
    operation: &ORG_GET_DEFAULT_PHONE_TEXT,
    cases: &[
        case("the organization's own text does not matter", |t| {
            let org = t.org();
            let request = json!({"language": "fr", "text": "{{.Code}}"});
            admin(t, &ORG_SET_PHONE_TEXT, &org, request).ok();
            let answer = within(t, &org, json!({"language": "fr"})).ok();
            let text = &answer["customText"];
            assert_eq!(text["isDefault"], true);
            assert_ne!(text["text"], "{{.Code}}");
        }),
        case(
            "a language without texts has those of the default language",
            |t| {
                let org = t.org();
                let shown = |language: &str| {
                    let answer = within(t, &org, json!({"language": language})).ok();
                    answer["customText"]["text"].clone()
                };
                assert_eq!(shown("tlh"), shown("en"));
                assert_ne!(shown("mk"), shown("en"));
            },
        ),
        LANGUAGE,
    ],
};

/// The cases of `SetCustomVerifyPhoneMessageText`.
pub const SET: Table = Table {
    operation: &ORG_SET_PHONE_TEXT,
    cases: &[
        case(
            "each part that differs is an event, an empty one is removed",
            |t| {
                let org = t.org();
                let all = json!({
                    "language": "en",
                    "title": "t",
                    "preHeader": "p",
                    "subject": "s",
                    "greeting": "g",
                    "text": "x",
                    "buttonText": "b",
                    "footerText": "f",
                });
                let answer = within(t, &org, all.clone()).ok();
                assert_eq!(answer["details"]["resourceOwner"], org.as_str());
                assert_eq!(last_events(t, &org, 7), ["org.customtext.set"; 7]);
                let before = sequence(t, &org);
                within(t, &org, all).ok();
                assert_eq!(sequence(t, &org), before, "nothing differs");
                within(t, &org, json!({"language": "en", "text": "y"})).ok();
                let events = last_events(t, &org, 7);
                let count = |name: &str| events.iter().filter(|event| *event == name).count();
                assert_eq!(count("org.customtext.removed"), 6);
                assert_eq!(count("org.customtext.set"), 1);
            },
        ),
        case("a language must be one, and one of the 21", |t| {
            let org = t.org();
            within(t, &org, json!({"language": "not a language", "text": "x"}))
                .fails(Kind::Invalid, "LANG-3M9f2");
            within(t, &org, json!({"language": "tlh", "text": "x"}))
                .fails(Kind::Invalid, "LANG-lg4DP");
            within(t, &org, json!({"language": "mk", "text": "x"})).ok();
        }),
        case("parts have limits", |t| {
            let org = t.org();
            for (part, longest) in [("title", 2000), ("text", 800), ("footerText", 8000)] {
                let request = json!({"language": "en", part: "a".repeat(longest + 1)});
                within(t, &org, request).expect_invalid();
            }
            within(t, &org, json!({"language": "en", "text": "ü".repeat(800)})).ok();
        }),
        POLICY_WRITE,
    ],
};

/// The cases of `ResetCustomVerifyPhoneMessageTextToDefault`.
pub const RESET: Table = Table {
    operation: &ORG_RESET_PHONE_TEXT,
    cases: &[
        case("the default holds again", |t| {
            let org = t.org();
            admin(
                t,
                &ORG_SET_PHONE_TEXT,
                &org,
                json!({"language": "it", "text": "x"}),
            )
            .ok();
            within(t, &org, json!({"language": "it"})).ok();
            assert_eq!(last_events(t, &org, 1), ["org.customtext.template.removed"]);
            within(t, &org, json!({"language": "it"})).fails(Kind::NotFound, "Org-3b8Jf");
        }),
        case("a language must be one", |t| {
            within(t, &t.org(), json!({"language": "not a language"}))
                .fails(Kind::Invalid, "Org-j59f");
        }),
    ],
};

/// The cases of `GetCustomVerifySMSOTPMessageText`.
pub const GET_CUSTOM_OTP: Table = Table {
    operation: &ORG_GET_CUSTOM_OTP_TEXT,
    cases: &[
        case("the default holds until there is a text", |t| {
            let org = t.org();
            let shown = || within(t, &org, json!({"language": "en"})).ok()["customText"].clone();
            assert_eq!(shown()["isDefault"], true);
            assert!(shown()["text"].as_str().unwrap().contains("{{.OTP}}"));
            admin(
                t,
                &ORG_SET_OTP_TEXT,
                &org,
                json!({"language": "en", "text": "x"}),
            )
            .ok();
            assert_eq!(shown()["text"], "x");
        }),
        LANGUAGE,
    ],
};

/// The cases of `GetDefaultVerifySMSOTPMessageText`.
pub const GET_DEFAULT_OTP: Table = Table {
    operation: &ORG_GET_DEFAULT_OTP_TEXT,
    cases: &[
        case("the default is shown", |t| {
            let answer = within(t, &t.org(), json!({"language": "es"})).ok();
            assert_eq!(answer["customText"]["isDefault"], true);
        }),
        LANGUAGE,
    ],
};

/// The cases of `SetCustomVerifySMSOTPMessageText`.
pub const SET_OTP: Table = Table {
    operation: &ORG_SET_OTP_TEXT,
    cases: &[
        case("the text is kept", |t| {
            let org = t.org();
            within(t, &org, json!({"language": "de", "text": "{{.OTP}}"})).ok();
            assert_eq!(last_events(t, &org, 1), ["org.customtext.set"]);
            within(t, &org, json!({"language": "tlh", "text": "x"}))
                .fails(Kind::Invalid, "LANG-lg4DP");
            within(t, &org, json!({"language": "x y", "text": "x"}))
                .fails(Kind::Invalid, "LANG-3M9f2");
        }),
        POLICY_WRITE,
    ],
};

/// The cases of `ResetCustomVerifySMSOTPMessageTextToDefault`.
pub const RESET_OTP: Table = Table {
    operation: &ORG_RESET_OTP_TEXT,
    cases: &[case("there must be something to reset", |t| {
        let org = t.org();
        within(t, &org, json!({"language": "de"})).fails(Kind::NotFound, "Org-3b8Jf");
        admin(
            t,
            &ORG_SET_OTP_TEXT,
            &org,
            json!({"language": "de", "text": "x"}),
        )
        .ok();
        within(t, &org, json!({"language": "de"})).ok();
        within(t, &org, json!({"language": "x y"})).fails(Kind::Invalid, "Org-j59f");
    })],
};

run_tables! {
    org_get_custom_verify_phone_message_text_agrees_with_its_table = GET_CUSTOM,
    org_get_default_verify_phone_message_text_agrees_with_its_table = GET_DEFAULT,
    org_set_custom_verify_phone_message_text_agrees_with_its_table = SET,
    org_reset_verify_phone_message_text_agrees_with_its_table = RESET,
    org_get_custom_verify_sms_otp_message_text_agrees_with_its_table = GET_CUSTOM_OTP,
    org_get_default_verify_sms_otp_message_text_agrees_with_its_table = GET_DEFAULT_OTP,
    org_set_custom_verify_sms_otp_message_text_agrees_with_its_table = SET_OTP,
    org_reset_verify_sms_otp_message_text_agrees_with_its_table = RESET_OTP,
}

const LANGUAGE: Case = case("a language has 1 to 200 characters", |t| {
    t.call(json!({"language": "a".repeat(201)}))
        .expect_invalid();
});

const POLICY_WRITE: Case = case("policy.write is needed", |t| {
    let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
    t.by(&viewer)
        .call(json!({"language": "en", "text": "x"}))
        .fails(Kind::Denied, "AUTH-5mWD2");
});

fn within(t: &Scene, org: &str, request: Value) -> Answer {
    t.by(&t.admin.token).within(org).call(request)
}

fn admin(t: &Scene, operation: &Operation, org: &str, request: Value) -> Answer {
    t.rest(operation, &t.admin.token, Some(org), request)
}

fn last_events(t: &Scene, org: &str, count: usize) -> Vec<String> {
    let request = json!({"query": {"limit": count}});
    let answer = admin(t, &LIST_ORG_CHANGES, org, request).ok();
    let changes = answer["result"].as_array().unwrap();
    changes
        .iter()
        .map(|change| {
            let key = change["eventType"]["key"].as_str().unwrap();
            key.trim_start_matches("EventTypes.").to_owned()
        })
        .collect()
}

fn sequence(t: &Scene, org: &str) -> Value {
    let request = json!({"query": {"limit": 1}});
    admin(t, &LIST_ORG_CHANGES, org, request).ok()["result"][0]["sequence"].clone()
}
