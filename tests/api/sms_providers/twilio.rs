//! `AddSMSProviderTwilio`, `UpdateSMSProviderTwilio` and `UpdateSMSProviderTwilioToken`.

use serde_json::{Value, json};

use super::account;
use crate::{
    app::App,
    clients::Kind,
    message_providers::{
        LIMITS_OF_ID, NEEDS_INSTANCE_ROLE, SMS, database_holds, expect_action, expect_change,
    },
    operations::{
        ADD_SMS_PROVIDER_HTTP, ADD_SMS_PROVIDER_TWILIO, UPDATE_SMS_PROVIDER_TWILIO,
        UPDATE_SMS_PROVIDER_TWILIO_TOKEN,
    },
    people::merged,
    table::{Scene, Table, case, run_tables},
};

/// The cases of `AddSMSProviderTwilio`.
pub const ADD: Table = Table {
    operation: &ADD_SMS_PROVIDER_TWILIO,
    cases: &[
        case(
            "a new account is inactive, and its token is told nowhere",
            |t| {
                let answer = t.call(account(json!({}))).ok();
                let id = answer["id"].as_str().unwrap();
                let payload = account(json!({"token": null}));
                expect_action(t, &answer, id, "twilio.added", &payload);
                let shown = SMS.shown(t, id);
                assert_eq!(shown["state"], "SMS_PROVIDER_CONFIG_INACTIVE");
                assert_eq!(shown["description"], "Sends codes");
                let twilio = merged(payload, json!({"description": null}));
                assert_eq!(shown["twilio"], twilio);
            },
        ),
        case(
            "the sender, the description and the service may be missing",
            |t| {
                let answer = t.call(json!({"sid": "AC1", "token": "t"})).ok();
                let id = answer["id"].as_str().unwrap();
                assert_eq!(SMS.shown(t, id)["twilio"], json!({"sid": "AC1"}));
                assert_eq!(SMS.events_of(t, id)[0].3, json!({"sid": "AC1"}));
            },
        ),
        case("the lengths of the members are limited", limits),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `UpdateSMSProviderTwilio`.
pub const UPDATE: Table = Table {
    operation: &UPDATE_SMS_PROVIDER_TWILIO,
    cases: &[
        case("only what differs is told", |t| {
            let id = t.twilio_account();
            let change = json!({"senderNumber": "+15005550007", "description": "Sends more"});
            let request = merged(account(json!({"id": id, "token": null})), change.clone());
            let answer = t.call(request).ok();
            expect_change(t, &answer, &id, "twilio.changed", &change);
            let shown = SMS.shown(t, &id);
            assert_eq!(shown["twilio"]["senderNumber"], "+15005550007");
            assert_eq!(shown["description"], "Sends more");
            assert_eq!(shown["details"], answer["details"]);
        }),
        case("what is left out becomes empty", |t| {
            let id = t.twilio_account();
            let answer = t.call(json!({"id": id, "sid": "AC2"})).ok();
            let change = json!({
                "sid": "AC2", "senderNumber": "", "verifyServiceSid": "", "description": "",
            });
            expect_change(t, &answer, &id, "twilio.changed", &change);
            assert_eq!(SMS.shown(t, &id)["twilio"], json!({"sid": "AC2"}));
        }),
        case("nothing different is no event and no error", |t| {
            let id = t.twilio_account();
            let answer = t.call(account(json!({"id": id, "token": null}))).ok();
            let payload = account(json!({"token": null}));
            expect_change(t, &answer, &id, "twilio.added", &payload);
        }),
        case("an unknown one and an HTTP endpoint are not found", |t| {
            for id in ["1", &SMS.http(t)] {
                t.call(json!({"id": id, "sid": "AC1"}))
                    .fails(Kind::NotFound, "COMMAND-MUY0IFAf8O");
            }
        }),
        case("the lengths of the members are limited", limits),
        LIMITS_OF_ID,
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `UpdateSMSProviderTwilioToken`.
pub const TOKEN: Table = Table {
    operation: &UPDATE_SMS_PROVIDER_TWILIO_TOKEN,
    cases: &[
        case("an account gets another token, which is not told", |t| {
            let id = t.twilio_account();
            let answer = t.call(json!({"id": id, "token": "an0ther"})).ok();
            expect_change(t, &answer, &id, "twilio.token.changed", &json!({}));
            // Whether it is the same is not looked at.
            let answer = t.call(json!({"id": id, "token": "an0ther"})).ok();
            expect_change(t, &answer, &id, "twilio.token.changed", &json!({}));
            assert_eq!(SMS.events_of(t, &id).len(), 3);
        }),
        case("an unknown one and an HTTP endpoint are not found", |t| {
            for id in ["1", &SMS.http(t)] {
                t.call(json!({"id": id, "token": "t"}))
                    .fails(Kind::NotFound, "COMMAND-ij3NhEHATp");
            }
        }),
        case("a token has 1 to 200 characters", |t| {
            for token in ["", &"a".repeat(201)] {
                t.call(json!({"id": "1", "token": token})).expect_invalid();
            }
        }),
        LIMITS_OF_ID,
        NEEDS_INSTANCE_ROLE,
    ],
};

run_tables! {
    add_sms_provider_twilio_agrees_with_its_table = ADD,
    update_sms_provider_twilio_agrees_with_its_table = UPDATE,
    update_sms_provider_twilio_token_agrees_with_its_table = TOKEN,
}

fn limits(t: &Scene) {
    let call = |more: Value| {
        let request = merged(account(json!({"id": "1"})), more);
        t.call(t.fitting(request))
    };
    for name in ["sid", "senderNumber", "description", "verifyServiceSid"] {
        call(json!({name: "a".repeat(201)})).expect_invalid();
    }
    call(json!({"sid": null})).expect_invalid();
    if t.operation_is(&ADD_SMS_PROVIDER_TWILIO) {
        call(json!({"token": null})).expect_invalid();
        call(json!({"token": "a".repeat(201)})).expect_invalid();
    }
}

/// Also in the clear text of the database there is none.
#[test]
fn tokens_and_signing_keys_are_sealed() {
    let app = App::start("");
    app.twilio_account();
    let endpoint = json!({"endpoint": "http://user:passw0rd@localhost:1/hook?key=qu3ry-k3y"});
    let key = app.rest_as_admin(&ADD_SMS_PROVIDER_HTTP, endpoint);
    let key = key.ok()["signingKey"].as_str().unwrap().to_owned();
    assert!(database_holds(&app, "Sends codes"), "the rows are there");
    assert!(!database_holds(&app, "t0ken-0f-an-acc0unt"));
    assert!(!database_holds(&app, &key));
    assert!(database_holds(&app, "localhost:1/hook"));
    assert!(!database_holds(&app, "passw0rd"));
    assert!(!database_holds(&app, "qu3ry-k3y"));
}
