//! `ListSMSProviders` and `GetSMSProvider`.

use serde_json::json;

use super::account;
use crate::{
    clients::Kind,
    message_providers::{LIMITS_OF_ID, NEEDS_INSTANCE_ROLE, SMS, expect_order, pages, turn},
    operations::{GET_SMS_PROVIDER, LIST_SMS_PROVIDERS},
    people::merged,
    table::{Table, case, run_tables},
};

/// The cases of `GetSMSProvider`.
pub const GET: Table = Table {
    operation: &GET_SMS_PROVIDER,
    cases: &[
        case("a Twilio account is shown without its token", |t| {
            let id = t.twilio_account();
            let shown = t.call(json!({"id": id})).ok()["config"].clone();
            let twilio = merged(
                account(json!({})),
                json!({"token": null, "description": null}),
            );
            let expected = json!({
                "details": shown["details"],
                "id": id,
                "state": "SMS_PROVIDER_CONFIG_INACTIVE",
                "description": "Sends codes",
                "twilio": twilio,
            });
            assert_eq!(shown, expected);
            assert!(shown["details"]["changeDate"].is_string(), "{shown}");
        }),
        case("an HTTP endpoint is shown with its signing key", |t| {
            let id = SMS.http(t);
            let shown = t.call(json!({"id": id})).ok()["config"].clone();
            let key = shown["http"]["signingKey"].as_str().unwrap();
            assert_eq!(key.len(), 36);
            let expected = json!({
                "details": shown["details"],
                "id": id,
                "state": "SMS_PROVIDER_CONFIG_INACTIVE",
                "description": "Hook",
                "http": {"endpoint": "http://localhost:1/hook", "signingKey": key},
            });
            assert_eq!(shown, expected);
        }),
        case("the active one says so", |t| {
            let _turn = turn();
            let id = SMS.http(t);
            SMS.with_active(t, &id, || {
                let shown = t.call(json!({"id": id})).ok();
                assert_eq!(shown["config"]["state"], "SMS_PROVIDER_CONFIG_ACTIVE");
            });
        }),
        case(
            "an unknown one and a way to send e-mail are not found",
            |t| {
                for id in ["1", &t.smtp_config()] {
                    t.call(json!({"id": id}))
                        .fails(Kind::NotFound, "QUERY-fn99w");
                }
            },
        ),
        case("here an id has at most 100 characters", |t| {
            t.call(json!({"id": "a".repeat(101)})).expect_invalid();
            t.call(json!({"id": "a".repeat(100)}))
                .fails(Kind::NotFound, "QUERY-fn99w");
        }),
        LIMITS_OF_ID,
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `ListSMSProviders`.
pub const LIST: Table = Table {
    operation: &LIST_SMS_PROVIDERS,
    cases: &[
        case("all are listed in the order of their making", |t| {
            let (first, second) = (t.twilio_account(), SMS.http(t));
            let answer = t.call(json!({})).ok();
            expect_order(&answer, &first, &second);
            let result = answer["result"].as_array().unwrap();
            let listed = result.iter().find(|shown| shown["id"] == first.as_str());
            assert_eq!(listed, Some(&SMS.shown(t, &first)));
            assert!(!answer.to_string().contains("t0ken-0f-an-acc0unt"));
        }),
        case("a page and the whole", pages),
        NEEDS_INSTANCE_ROLE,
    ],
};

run_tables! {
    get_sms_provider_agrees_with_its_table = GET,
    list_sms_providers_agrees_with_its_table = LIST,
}
