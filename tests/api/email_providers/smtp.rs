//! `AddSMTPConfig`, `UpdateSMTPConfig`, `UpdateSMTPConfigPassword` and their twins of `/email`.

use serde_json::{Value, json};

use super::mail_server;
use crate::{
    clients::Kind,
    message_providers::{
        EMAIL, LIMITS_OF_ID, NEEDS_INSTANCE_ROLE, database_holds, expect_change, turn,
    },
    operations::{
        ACTIVATE_EMAIL_PROVIDER, ADD_EMAIL_PROVIDER_SMTP, ADD_SMTP_CONFIG,
        DEACTIVATE_EMAIL_PROVIDER, UPDATE_EMAIL_PROVIDER_SMTP, UPDATE_EMAIL_PROVIDER_SMTP_PASSWORD,
        UPDATE_SMTP_CONFIG, UPDATE_SMTP_CONFIG_PASSWORD,
    },
    people::merged,
    table::{Case, Table, case, run_tables},
};

/// The cases of `AddSMTPConfig`.
pub const ADD: Table = Table {
    operation: &ADD_SMTP_CONFIG,
    cases: ADDING,
};

/// The cases of `AddEmailProviderSMTP`.
pub const ADD_EMAIL: Table = Table {
    operation: &ADD_EMAIL_PROVIDER_SMTP,
    cases: ADDING,
};

/// The cases of `UpdateSMTPConfig`.
pub const UPDATE: Table = Table {
    operation: &UPDATE_SMTP_CONFIG,
    cases: UPDATING,
};

/// The cases of `UpdateEmailProviderSMTP`.
pub const UPDATE_EMAIL: Table = Table {
    operation: &UPDATE_EMAIL_PROVIDER_SMTP,
    cases: UPDATING,
};

/// The cases of `UpdateSMTPConfigPassword`.
pub const PASSWORD: Table = Table {
    operation: &UPDATE_SMTP_CONFIG_PASSWORD,
    cases: CHANGING_PASSWORD,
};

/// The cases of `UpdateEmailProviderSMTPPassword`.
pub const PASSWORD_EMAIL: Table = Table {
    operation: &UPDATE_EMAIL_PROVIDER_SMTP_PASSWORD,
    cases: CHANGING_PASSWORD,
};

const ADDING: &[Case] = &[
    case(
        "a new mail server is inactive and shows all but its password",
        |t| {
            let answer = t.call(mail_server(json!({}))).ok();
            let id = answer["id"].as_str().unwrap();
            let payload = merged(mail_server(json!({})), json!({"password": null}));
            expect_change(t, &answer, id, "added", &payload);
            let shown = t.email_provider(id);
            assert_eq!(shown["state"], "EMAIL_PROVIDER_INACTIVE");
            assert_eq!(shown["description"], "Sends reminders");
            let smtp = json!({"password": null, "description": null});
            assert_eq!(shown["smtp"], merged(mail_server(json!({})), smtp));
            assert_eq!(shown["details"], answer["details"]);
        },
    ),
    case(
        "user, password, reply-to, description and TLS may be missing",
        |t| {
            let request = json!({"senderAddress": "a@b.ch", "senderName": "A", "host": "[::1]:25"});
            let answer = t.call(request.clone()).ok();
            let id = answer["id"].as_str().unwrap();
            assert_eq!(t.email_provider(id)["smtp"], request);
            assert_eq!(EMAIL.events_of(t, id)[0].3, request);
        },
    ),
    case("spaces around address and host are no part of them", |t| {
        let request = mail_server(json!({"senderAddress": " a@b.ch ", "host": " localhost:1 "}));
        let answer = t.call(request).ok();
        let smtp = t.email_provider(answer["id"].as_str().unwrap())["smtp"].clone();
        assert_eq!(smtp["senderAddress"], "a@b.ch");
        assert_eq!(smtp["host"], "localhost:1");
    }),
    case("a blank sender is told before a host without a port", |t| {
        let call = |more: Value| t.call(mail_server(more));
        call(json!({"senderAddress": " ", "host": "localhost"}))
            .fails(Kind::Invalid, "COMMAND-SAAFpV8VKV");
        for host in ["localhost", "localhost:", "localhost:70000", "::1", ":25"] {
            call(json!({"host": host})).fails(Kind::Invalid, "COMMAND-EvAtufIinh");
        }
    }),
    case(
        "the lengths of the members are limited, before anything else",
        |t| {
            let call = |more: Value| t.call(mail_server(more));
            for (name, most) in [
                ("senderAddress", 200),
                ("senderName", 200),
                ("host", 500),
                ("replyToAddress", 200),
                ("description", 200),
            ] {
                call(json!({name: "a".repeat(most + 1), "senderName": "A".repeat(201)}))
                    .expect_invalid();
                call(json!({name: "a".repeat(most + 1)})).expect_invalid();
            }
            for name in ["senderAddress", "senderName", "host"] {
                call(json!({name: null})).expect_invalid();
            }
        },
    ),
    NEEDS_INSTANCE_ROLE,
];

const UPDATING: &[Case] = &[
    case(
        "only what differs is told, and the password stays without another",
        |t| {
            let id = t.smtp_config();
            let request = json!({"id": id, "senderName": "Tower", "tls": false, "password": ""});
            let answer = t.call(mail_server(request)).ok();
            let payload = json!({"senderName": "Tower", "tls": false});
            expect_change(t, &answer, &id, "changed", &payload);
            let shown = t.email_provider(&id);
            assert_eq!(shown["smtp"]["senderName"], "Tower");
            assert!(shown["smtp"]["tls"].is_null());
            assert_eq!(shown["details"], answer["details"]);
        },
    ),
    case(
        "another password is a change of which nothing is told",
        |t| {
            let id = t.smtp_config();
            let request = json!({"id": id, "password": "An0ther-Passw0rd!"});
            let answer = t.call(mail_server(request)).ok();
            expect_change(t, &answer, &id, "changed", &json!({}));
        },
    ),
    case("everything can change at once", |t| {
        let id = t.smtp_config();
        let changes = json!({
            "senderAddress": "tower@example.com", "senderName": "Tower", "tls": false,
            "host": "localhost:2", "user": "tower", "replyToAddress": "", "description": "",
        });
        let request = merged(changes.clone(), json!({"id": id}));
        let answer = t.call(request).ok();
        expect_change(t, &answer, &id, "changed", &changes);
        let shown = t.email_provider(&id);
        assert_eq!(shown["description"], Value::Null);
        assert_eq!(shown["smtp"]["host"], "localhost:2");
        assert_eq!(shown["smtp"]["replyToAddress"], Value::Null);
    }),
    case("nothing different is no event and no error", |t| {
        let id = t.smtp_config();
        let answer = t.call(mail_server(json!({"id": id, "password": ""}))).ok();
        expect_change(
            t,
            &answer,
            &id,
            "added",
            &merged(mail_server(json!({})), json!({"password": null})),
        );
    }),
    case(
        "sender, then host, then whether there is such a mail server",
        |t| {
            let http = t.http_provider();
            for id in ["1", &http] {
                let call = |more: Value| t.call(mail_server(merged(json!({"id": id}), more)));
                call(json!({"senderAddress": " ", "host": "localhost"}))
                    .fails(Kind::Invalid, "COMMAND-gyPUXOTA4N");
                call(json!({"host": "localhost"})).fails(Kind::Invalid, "COMMAND-kZNVkuL32L");
                call(json!({})).fails(Kind::NotFound, "COMMAND-j5IDFtt3T1");
            }
        },
    ),
    LIMITS_OF_ID,
    NEEDS_INSTANCE_ROLE,
];

const CHANGING_PASSWORD: &[Case] = &[
    case(
        "the active mail server gets another password, which is not told",
        |t| {
            let _turn = turn();
            let id = t.smtp_config();
            t.rest_as_admin(&ACTIVATE_EMAIL_PROVIDER, json!({"id": id}))
                .ok();
            let answer = t.call(json!({"id": id, "password": "An0ther!"})).ok();
            expect_change(t, &answer, &id, "password.changed", &json!({}));
            t.call(json!({"id": id})).ok();
            t.rest_as_admin(&DEACTIVATE_EMAIL_PROVIDER, json!({"id": id}))
                .ok();
        },
    ),
    case(
        "an inactive, an unknown and an HTTP one are not found",
        |t| {
            let _turn = turn();
            let http = t.http_provider();
            t.rest_as_admin(&ACTIVATE_EMAIL_PROVIDER, json!({"id": http}))
                .ok();
            for id in ["1", &t.smtp_config(), &http] {
                t.call(json!({"id": id, "password": "An0ther!"}))
                    .fails(Kind::NotFound, "COMMAND-rDHzqjGuKQ");
            }
            t.rest_as_admin(&DEACTIVATE_EMAIL_PROVIDER, json!({"id": http}))
                .ok();
        },
    ),
    LIMITS_OF_ID,
    NEEDS_INSTANCE_ROLE,
];

run_tables! {
    add_smtp_config_agrees_with_its_table = ADD,
    add_email_provider_smtp_agrees_with_its_table = ADD_EMAIL,
    update_smtp_config_agrees_with_its_table = UPDATE,
    update_email_provider_smtp_agrees_with_its_table = UPDATE_EMAIL,
    update_smtp_config_password_agrees_with_its_table = PASSWORD,
    update_email_provider_smtp_password_agrees_with_its_table = PASSWORD_EMAIL,
}

/// Also in the clear text of the database there is none.
#[test]
fn passwords_and_signing_keys_are_sealed() {
    let app = crate::app::App::start("");
    app.smtp_config();
    let endpoint = json!({"endpoint": "http://localhost:1/hook"});
    let key = app.rest_as_admin(&crate::operations::ADD_EMAIL_PROVIDER_HTTP, endpoint);
    let key = key.ok()["signingKey"].as_str().unwrap().to_owned();
    assert!(
        database_holds(&app, "Sends reminders"),
        "the rows are there"
    );
    assert!(!database_holds(&app, "Secr3t-Passw0rd!"));
    assert!(!database_holds(&app, &key));
}
