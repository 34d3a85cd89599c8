//! The message texts of the management service.

use serde_json::{Value, json};

use super::{KEYS, LANGUAGES, LIMITS, has_parts, parts, template, turn};
use crate::{
    clients::{Answer, Kind},
    operations::{
        GET_CUSTOM_VERIFY_PHONE_TEXT, GET_CUSTOM_VERIFY_SMS_OTP_TEXT,
        GET_DEFAULT_VERIFY_PHONE_TEXT, GET_DEFAULT_VERIFY_SMS_OTP_TEXT, GET_MY_INSTANCE,
        LIST_EVENTS, Operation, RESET_INSTANCE_VERIFY_PHONE_TEXT,
        RESET_INSTANCE_VERIFY_SMS_OTP_TEXT, RESET_VERIFY_PHONE_TEXT, RESET_VERIFY_SMS_OTP_TEXT,
        SET_INSTANCE_VERIFY_PHONE_TEXT, SET_INSTANCE_VERIFY_SMS_OTP_TEXT, SET_VERIFY_PHONE_TEXT,
        SET_VERIFY_SMS_OTP_TEXT,
    },
    people::merged,
    table::{Case, Scene, Table, case, run_tables},
};

macro_rules! tables {
    ($($name:ident = $operation:ident $cases:ident,)*) => {
        $(
            #[doc = concat!("The cases of `", stringify!($operation), "`.")]
            pub const $name: Table = Table { operation: &$operation, cases: $cases };
        )*
    };
}
pub(super) use tables;

tables! {
    GET_PHONE = GET_CUSTOM_VERIFY_PHONE_TEXT GETTING,
    GET_OTP = GET_CUSTOM_VERIFY_SMS_OTP_TEXT GETTING,
    DEFAULT_PHONE = GET_DEFAULT_VERIFY_PHONE_TEXT DEFAULTS,
    DEFAULT_OTP = GET_DEFAULT_VERIFY_SMS_OTP_TEXT DEFAULTS,
    SET_PHONE = SET_VERIFY_PHONE_TEXT SETTING,
    SET_OTP = SET_VERIFY_SMS_OTP_TEXT SETTING,
    RESET_PHONE = RESET_VERIFY_PHONE_TEXT RESETTING,
    RESET_OTP = RESET_VERIFY_SMS_OTP_TEXT RESETTING,
}

const GETTING: &[Case] = &[
    case(
        "without a wording of its own an organization sees the default",
        |t| {
            let org = t.org();
            let shown = custom(within(t, &org, json!({"language": "de"})));
            assert_eq!(shown["isDefault"], true);
            let default = t
                .rest_as_admin(default_of(t), json!({"language": "de"}))
                .ok();
            assert_eq!(shown["text"], default["customText"]["text"]);
            assert!(
                shown["text"]
                    .as_str()
                    .is_some_and(|text| text.contains("{{.")),
                "{shown}"
            );
        },
    ),
    case("with one it sees only the parts that it words", |t| {
        let org = t.org();
        let words = json!({"language": "pl", "text": "Kod"});
        let set = t.rest(set_of(t), &t.admin.token, Some(&org), words).ok();
        let shown = custom(within(t, &org, json!({"language": "pl"})));
        assert_eq!(
            merged(shown.clone(), json!({"details": null})),
            json!({"text": "Kod"})
        );
        assert_eq!(shown["details"]["resourceOwner"], org);
        assert_eq!(shown["details"]["sequence"], set["details"]["sequence"]);
    }),
    case("other organizations and languages are not touched", |t| {
        let (org, other) = (t.org(), t.org());
        let words = json!({"language": "pl", "text": "Kod"});
        t.rest(set_of(t), &t.admin.token, Some(&org), words).ok();
        for (org, language) in [(&other, "pl"), (&org, "cs")] {
            let shown = custom(within(t, org, json!({"language": language})));
            assert_eq!(shown["isDefault"], true, "{language}");
        }
    }),
    NEEDS_POLICY_PERMISSION,
];

const DEFAULTS: &[Case] = &[
    case(
        "the built-in text is the instance's and says that it is the default",
        |t| {
            let text = custom(t.call(json!({"language": "en"})));
            assert_eq!(text["isDefault"], true);
            let instance = t.rest_as_admin(&GET_MY_INSTANCE, json!({})).ok();
            assert_eq!(text["details"]["resourceOwner"], instance["instance"]["id"]);
            let variable = if has_parts(t) {
                "{{.Code}}"
            } else {
                "{{.OTP}}"
            };
            assert!(text["text"].as_str().unwrap().contains(variable), "{text}");
        },
    ),
    case(
        "a language without a built-in text shows the default language's",
        |t| {
            let of = |language: &str| custom(t.call(json!({"language": language})))["text"].clone();
            assert_eq!(of("hu"), of("en"));
            assert_ne!(of("de"), of("en"));
        },
    ),
    case(
        "what the instance words stands before the built-in text",
        |t| {
            let _turn = turn();
            let set = set_of_instance(t);
            let words = json!({"language": "pl", "text": "Instancja"});
            t.rest_as_admin(set, words).ok();
            let text = custom(t.call(json!({"language": "pl"})));
            t.rest_as_admin(reset_of_instance(t), json!({"language": "pl"}))
                .ok();
            assert_eq!(text["text"], "Instancja");
            assert_eq!(text["isDefault"], true);
            assert_eq!(
                text["title"].is_string(),
                has_parts(t),
                "the rest is built in: {text}"
            );
        },
    ),
    NEEDS_POLICY_PERMISSION,
];

const SETTING: &[Case] = &[
    case(
        "each part that differs is an event, an empty one takes it back",
        |t| {
            let org = t.org();
            let answer = within(t, &org, merged(parts(t), json!({"language": "pl"}))).ok();
            let mut expected = Vec::new();
            for (name, key) in KEYS {
                if let Some(text) = parts(t)[name].as_str() {
                    expected.push(json!({
                        "template": template(t), "key": key, "language": "pl", "text": text,
                    }));
                }
            }
            let events = events(t, &org, "org.customtext.set");
            let payloads: Vec<_> = events
                .iter()
                .map(|event| event["payload"].clone())
                .collect();
            assert_eq!(payloads, expected);
            let last = events.last().unwrap();
            assert_eq!(answer["details"]["sequence"], last["sequence"]);
            assert_eq!(answer["details"]["changeDate"], last["creationDate"]);
            assert_eq!(answer["details"]["resourceOwner"], org);
            let shown = custom(t.rest(
                get_of(t),
                &t.admin.token,
                Some(&org),
                json!({"language": "pl"}),
            ));
            assert_eq!(merged(shown, json!({"details": null})), parts(t));

            let again = within(t, &org, merged(parts(t), json!({"language": "PL"}))).ok();
            assert_eq!(again, answer, "nothing differs, so nothing happens");

            within(t, &org, json!({"language": "pl"})).ok();
            let removed = self::events(t, &org, "org.customtext.removed");
            assert_eq!(removed.len(), expected.len());
            let key = &expected[0]["key"];
            let payload = json!({"template": template(t), "key": key, "language": "pl"});
            assert_eq!(removed[0]["payload"], payload);
            let shown = custom(t.rest(
                get_of(t),
                &t.admin.token,
                Some(&org),
                json!({"language": "pl"}),
            ));
            assert_eq!(shown["isDefault"], true);
        },
    ),
    case(
        "the longest text may have 800 characters of any kind",
        |t| {
            let org = t.org();
            within(t, &org, json!({"language": "pl", "text": "ü".repeat(800)})).ok();
        },
    ),
    LANGUAGES,
    LIMITS,
    NEEDS_POLICY_PERMISSION,
];

const RESETTING: &[Case] = &[
    case(
        "the wording of a language is gone, that of another is not",
        |t| {
            let org = t.org();
            for language in ["pl", "cs"] {
                let words = json!({"language": language, "text": "Kod"});
                t.rest(set_of(t), &t.admin.token, Some(&org), words).ok();
            }
            let answer = within(t, &org, json!({"language": "pl"})).ok();
            let events = events(t, &org, "org.customtext.template.removed");
            let [event] = events.as_slice() else {
                panic!("{events:?}");
            };
            assert_eq!(
                event["payload"],
                json!({"template": template(t), "language": "pl"})
            );
            assert_eq!(answer["details"]["sequence"], event["sequence"]);
            for (language, is_default) in [("pl", json!(true)), ("cs", Value::Null)] {
                let request = json!({"language": language});
                let shown = custom(t.rest(get_of(t), &t.admin.token, Some(&org), request));
                assert_eq!(shown["isDefault"], is_default, "{language}");
            }
            within(t, &org, json!({"language": "pl"})).fails(Kind::NotFound, "Org-3b8Jf");
        },
    ),
    case(
        "what is no language is told before that there is nothing",
        |t| {
            let org = t.org();
            within(t, &org, json!({"language": "und"})).fails(Kind::Invalid, "Org-j59f");
            for language in ["pl", "tlh"] {
                within(t, &org, json!({"language": language})).fails(Kind::NotFound, "Org-3b8Jf");
            }
        },
    ),
    NEEDS_POLICY_PERMISSION,
];

run_tables! {
    get_custom_verify_phone_message_text_of_an_organization_agrees_with_its_table = GET_PHONE,
    get_custom_verify_sms_otp_message_text_of_an_organization_agrees_with_its_table = GET_OTP,
    get_default_verify_phone_message_text_of_an_organization_agrees_with_its_table = DEFAULT_PHONE,
    get_default_verify_sms_otp_message_text_of_an_organization_agrees_with_its_table = DEFAULT_OTP,
    set_custom_verify_phone_message_text_agrees_with_its_table = SET_PHONE,
    set_custom_verify_sms_otp_message_text_agrees_with_its_table = SET_OTP,
    reset_verify_phone_message_text_of_an_organization_agrees_with_its_table = RESET_PHONE,
    reset_verify_sms_otp_message_text_of_an_organization_agrees_with_its_table = RESET_OTP,
}

const NEEDS_POLICY_PERMISSION: Case = case("a role without policies is not enough", |t| {
    let token = t.token_with_roles(t.org_id(), &["ORG_USER_MANAGER"]);
    let operation = t.operation();
    let answer = t.by(&token).call(json!({"language": "und"}));
    if operation.rpc.starts_with("Get") {
        // Who manages users may read policies.
        return;
    }
    answer.fails(Kind::Denied, "AUTH-5mWD2");
});

fn within(t: &Scene, org: &str, request: Value) -> Answer {
    t.by(&t.admin.token).within(org).call(request)
}

fn custom(answer: Answer) -> Value {
    answer.ok()["customText"].clone()
}

/// The events of a type in the history of an organization, oldest first.
fn events(t: &Scene, org: &str, name: &str) -> Vec<Value> {
    let request = json!({"aggregateId": org, "eventTypes": [name], "asc": true});
    let found = t.rest_as_admin(&LIST_EVENTS, request).ok();
    found["events"].as_array().cloned().unwrap_or_default()
}

fn either(t: &Scene, phone: &'static Operation, otp: &'static Operation) -> &'static Operation {
    if has_parts(t) { phone } else { otp }
}

fn get_of(t: &Scene) -> &'static Operation {
    either(
        t,
        &GET_CUSTOM_VERIFY_PHONE_TEXT,
        &GET_CUSTOM_VERIFY_SMS_OTP_TEXT,
    )
}

fn default_of(t: &Scene) -> &'static Operation {
    either(
        t,
        &GET_DEFAULT_VERIFY_PHONE_TEXT,
        &GET_DEFAULT_VERIFY_SMS_OTP_TEXT,
    )
}

fn set_of(t: &Scene) -> &'static Operation {
    either(t, &SET_VERIFY_PHONE_TEXT, &SET_VERIFY_SMS_OTP_TEXT)
}

fn set_of_instance(t: &Scene) -> &'static Operation {
    either(
        t,
        &SET_INSTANCE_VERIFY_PHONE_TEXT,
        &SET_INSTANCE_VERIFY_SMS_OTP_TEXT,
    )
}

fn reset_of_instance(t: &Scene) -> &'static Operation {
    either(
        t,
        &RESET_INSTANCE_VERIFY_PHONE_TEXT,
        &RESET_INSTANCE_VERIFY_SMS_OTP_TEXT,
    )
}
