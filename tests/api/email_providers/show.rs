//! Get and list the ways to send e-mail, in the forms of `/smtp` and `/email`.

use serde_json::{Value, json};

use super::mail_server;
use crate::{
    clients::Kind,
    message_providers::{EMAIL, LIMITS_OF_ID, NEEDS_INSTANCE_ROLE, expect_order, ids, pages, turn},
    operations::{
        GET_EMAIL_PROVIDER, GET_EMAIL_PROVIDER_BY_ID, GET_SMTP_CONFIG, GET_SMTP_CONFIG_BY_ID,
        LIST_EMAIL_PROVIDERS, LIST_SMTP_CONFIGS,
    },
    people::merged,
    table::{Scene, Table, case, run_tables},
};

/// The cases of `GetSMTPConfig`.
pub const GET_ACTIVE: Table = Table {
    operation: &GET_SMTP_CONFIG,
    cases: &[
        case(
            "the active mail server is shown, an HTTP endpoint is none",
            |t| {
                let _turn = turn();
                t.call(json!({})).fails(Kind::NotFound, "QUERY-fwofw");
                let (smtp, http) = (t.smtp_config(), t.http_provider());
                EMAIL.with_active(t, &smtp, || {
                    let shown = t.call(json!({})).ok()["smtpConfig"].clone();
                    assert_eq!(shown, smtp_config(t, &smtp, "SMTP_CONFIG_ACTIVE"));
                });
                EMAIL.with_active(t, &http, || {
                    t.call(json!({})).fails(Kind::NotFound, "QUERY-fwofw");
                });
            },
        ),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `GetEmailProvider`.
pub const GET_ACTIVE_EMAIL: Table = Table {
    operation: &GET_EMAIL_PROVIDER,
    cases: &[
        case("the active one is shown, whatever it is", |t| {
            let _turn = turn();
            t.call(json!({})).fails(Kind::NotFound, "QUERY-fwofw");
            for id in [t.smtp_config(), t.http_provider()] {
                EMAIL.with_active(t, &id, || {
                    let shown = t.call(json!({})).ok()["config"].clone();
                    assert_eq!(shown["id"], id);
                    assert_eq!(shown["state"], "EMAIL_PROVIDER_ACTIVE");
                });
            }
        }),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `GetSMTPConfigById`.
pub const GET: Table = Table {
    operation: &GET_SMTP_CONFIG_BY_ID,
    cases: &[
        case("a mail server is shown without its password", |t| {
            let id = t.smtp_config();
            let shown = t.call(json!({"id": id})).ok()["smtpConfig"].clone();
            assert_eq!(shown, smtp_config(t, &id, "SMTP_CONFIG_INACTIVE"));
        }),
        case("an unknown one and an HTTP endpoint are not found", |t| {
            for id in ["1", &t.http_provider()] {
                t.call(json!({"id": id}))
                    .fails(Kind::NotFound, "QUERY-fwofw");
            }
        }),
        LIMITS_OF_ID,
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `GetEmailProviderById`.
pub const GET_EMAIL: Table = Table {
    operation: &GET_EMAIL_PROVIDER_BY_ID,
    cases: &[
        case("an HTTP endpoint is shown with its signing key", |t| {
            let id = t.http_provider();
            let shown = t.call(json!({"id": id})).ok()["config"].clone();
            assert_eq!(shown["http"]["endpoint"], "http://localhost:1/hook");
            let key = shown["http"]["signingKey"].as_str().unwrap();
            assert_eq!(key.len(), 36);
            assert!(shown["smtp"].is_null());
            assert_eq!(shown["description"], "Hook");
        }),
        case("an unknown one is not found", |t| {
            t.call(json!({"id": "1"}))
                .fails(Kind::NotFound, "QUERY-fwofw");
        }),
        LIMITS_OF_ID,
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `ListSMTPConfigs`.
pub const LIST: Table = Table {
    operation: &LIST_SMTP_CONFIGS,
    cases: &[
        case(
            "mail servers are listed in the order of their making",
            |t| {
                let (http, first, second) = (t.http_provider(), t.smtp_config(), t.smtp_config());
                let answer = t.call(json!({})).ok();
                assert!(!ids(&answer).contains(&http));
                expect_order(&answer, &first, &second);
            },
        ),
        case("a page and the whole", pages),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `ListEmailProviders`.
pub const LIST_EMAIL: Table = Table {
    operation: &LIST_EMAIL_PROVIDERS,
    cases: &[
        case("all are listed in the order of their making", |t| {
            let (first, second) = (t.smtp_config(), t.http_provider());
            expect_order(&t.call(json!({})).ok(), &first, &second);
        }),
        case("a page and the whole", pages),
        NEEDS_INSTANCE_ROLE,
    ],
};

run_tables! {
    get_smtp_config_agrees_with_its_table = GET_ACTIVE,
    get_email_provider_agrees_with_its_table = GET_ACTIVE_EMAIL,
    get_smtp_config_by_id_agrees_with_its_table = GET,
    get_email_provider_by_id_agrees_with_its_table = GET_EMAIL,
    list_smtp_configs_agrees_with_its_table = LIST,
    list_email_providers_agrees_with_its_table = LIST_EMAIL,
}

/// A mail server as `/smtp` shows it.
fn smtp_config(t: &Scene, id: &str, state: &str) -> Value {
    let details = t.email_provider(id)["details"].clone();
    let more = json!({"password": null, "id": id, "state": state, "details": details});
    merged(mail_server(json!({})), more)
}
