//! `SendTestMessage`.

use serde_json::json;

use super::{LIMITS_OF_NAME, NEEDS_INSTANCE_ROLE, UNKNOWN};
use crate::{
    clients::Kind,
    message_providers::SMS,
    operations::{ACTIVATE_PROVIDER, DEACTIVATE_PROVIDER, RELOAD_PROVIDERS, SEND_TEST_MESSAGE},
    table::{Table, case, run_tables},
};

/// The cases of `SendTestMessage`.
pub const TABLE: Table = Table {
    operation: &SEND_TEST_MESSAGE,
    cases: &[
        case("a text goes out through the provider that is named", |t| {
            for (text, said) in [
                (json!("Ding dong"), "Ding dong"),
                (json!(null), "This is a test message from Belfry."),
            ] {
                let number = t.number();
                let request = json!({"name": "file", "to": number, "text": text});
                let result = t.call(request).ok()["result"].clone();
                assert_eq!(result["status"], "CALL_STATUS_OK", "{result}");
                let sms = t.wait_for_sms(&number, 1);
                assert_eq!(sms.text, said);
                assert_eq!(result["messageId"], sms.id);
                assert!(result["took"].as_str().unwrap().ends_with('s'), "{result}");
            }
        }),
        case("a national number is read as everywhere", |t| {
            let number = t.number();
            let national = number.replace("+41", "0");
            t.call(json!({"name": "file", "to": national})).ok();
            t.wait_for_sms(&number, 1);
        }),
        case(
            "what the gateway refuses is an answer, and no other provider is tried",
            |t| {
                let name = t.provider();
                t.rest_as_admin(&ACTIVATE_PROVIDER, json!({"name": name}))
                    .ok();
                let number = t.number();
                let result = t.call(json!({"name": name, "to": number})).ok()["result"].clone();
                assert_eq!(result["status"], "CALL_STATUS_UNAVAILABLE", "{result}");
                assert!(result["detail"].is_string(), "{result}");
                t.rest_as_admin(&DEACTIVATE_PROVIDER, json!({"name": name}))
                    .ok();
                t.expect_no_sms(&number);
            },
        ),
        case("one whose settings cannot be opened does not run", |t| {
            let t = &t.alone();
            let name = t.provider();
            t.rest_as_admin(&ACTIVATE_PROVIDER, json!({"name": name}))
                .ok();
            let database = rusqlite::Connection::open(t.path("belfry.db")).unwrap();
            let changed = database.execute("UPDATE plugin_providers SET secret = x'00'", []);
            assert_eq!(changed.unwrap(), 1);
            t.rest_as_admin(&RELOAD_PROVIDERS, json!({})).ok();
            t.call(json!({"name": name, "to": "+41791234567"}))
                .fails(Kind::Precondition, "PROV-N0run");
        }),
        case("an inactive one does not run", |t| {
            let sms = format!("sms-{}", SMS.http(t));
            for name in [&t.provider(), &sms] {
                t.call(json!({"name": name, "to": "+41791234567"}))
                    .fails(Kind::Precondition, "PROV-1nact");
            }
        }),
        case(
            "a number that is none is told before whether there is such a provider",
            |t| {
                t.call(json!({"name": "nobody", "to": "nothing"}))
                    .fails(Kind::Invalid, "PHONE-so0wa");
            },
        ),
        case("the lengths of number and text are limited", |t| {
            for (to, text) in [("", "a"), (&"1".repeat(51), "a"), ("1", &"a".repeat(801))] {
                t.call(json!({"name": "nobody", "to": to, "text": text}))
                    .expect_invalid();
            }
        }),
        UNKNOWN,
        LIMITS_OF_NAME,
        NEEDS_INSTANCE_ROLE,
    ],
};

run_tables! {
    send_test_message_agrees_with_its_table = TABLE,
}
