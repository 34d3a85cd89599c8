//! `AddEmailProviderHTTP`, `UpdateEmailProviderHTTP` and the same for SMS.

use serde_json::{Value, json};

use super::{LIMITS_OF_ID, NEEDS_INSTANCE_ROLE, expect_addition_or_removal, expect_change, family};
use crate::{
    clients::Kind,
    operations::{
        ADD_EMAIL_PROVIDER_HTTP, ADD_SMS_PROVIDER_HTTP, UPDATE_EMAIL_PROVIDER_HTTP,
        UPDATE_SMS_PROVIDER_HTTP,
    },
    people::merged,
    table::{Case, Table, case, run_tables},
};

/// The cases of `AddEmailProviderHTTP`.
pub const ADD_EMAIL: Table = Table {
    operation: &ADD_EMAIL_PROVIDER_HTTP,
    cases: ADDING,
};

/// The cases of `AddSMSProviderHTTP`.
pub const ADD_SMS: Table = Table {
    operation: &ADD_SMS_PROVIDER_HTTP,
    cases: ADDING,
};

/// The cases of `UpdateEmailProviderHTTP`.
pub const UPDATE_EMAIL: Table = Table {
    operation: &UPDATE_EMAIL_PROVIDER_HTTP,
    cases: UPDATING,
};

/// The cases of `UpdateSMSProviderHTTP`.
pub const UPDATE_SMS: Table = Table {
    operation: &UPDATE_SMS_PROVIDER_HTTP,
    cases: UPDATING,
};

const ADDING: &[Case] = &[
    case("an endpoint is inactive and has a new signing key", |t| {
        let request = json!({"endpoint": "https://hooks.example.com/a", "description": "Hook"});
        let answer = t.call(request.clone()).ok();
        let id = answer["id"].as_str().unwrap();
        expect_addition_or_removal(t, &answer, id, "http.added", &request);
        let key = answer["signingKey"].as_str().unwrap();
        assert!(key.len() == 36 && key.chars().all(|c| c.is_ascii_alphanumeric()));
        let shown = family(t).shown(t, id);
        assert_eq!(shown["state"], family(t).state("INACTIVE"));
        assert_eq!(shown["http"]["signingKey"], key);
        let again = t.call(request).ok();
        assert_ne!(again["signingKey"], key);
    }),
    case("the lengths of endpoint and description are limited", |t| {
        t.call(json!({})).expect_invalid();
        t.call(json!({"endpoint": "a".repeat(2049)}))
            .expect_invalid();
        let request = json!({"endpoint": "http://a", "description": "a".repeat(201)});
        t.call(request).expect_invalid();
        t.call(json!({"endpoint": "a".repeat(2048)})).ok();
    }),
    case(
        "secrets in the URL are told in no event, and a login is not shown",
        |t| {
            let endpoint = "https://user:passw0rd@hooks.example.com/a?key=k3y#b";
            let answer = t.call(json!({"endpoint": endpoint})).ok();
            let id = answer["id"].as_str().unwrap();
            let told = json!({"endpoint": "https://***@hooks.example.com/a?key=***#b"});
            expect_addition_or_removal(t, &answer, id, "http.added", &told);
            let shown = family(t).shown(t, id);
            assert_eq!(
                shown["http"]["endpoint"],
                "https://***@hooks.example.com/a?key=k3y#b"
            );
            assert_eq!(shown["http"]["signingKey"], answer["signingKey"]);
        },
    ),
    NEEDS_INSTANCE_ROLE,
];

const SAME: &str = "http://localhost:1/hook";

const UPDATING: &[Case] = &[
    case("only what differs is told, and the key stays", |t| {
        let id = family(t).http(t);
        let key = family(t).shown(t, &id)["http"]["signingKey"].clone();
        let change = json!({"endpoint": "https://hooks.example.com/b"});
        let request = json!({"id": id, "description": "Hook"});
        let answer = t.call(merged(request, change.clone())).ok();
        expect_change(t, &answer, &id, "http.changed", &change);
        assert!(answer["signingKey"].is_null(), "{answer}");
        let http = json!({"endpoint": "https://hooks.example.com/b", "signingKey": key});
        assert_eq!(family(t).shown(t, &id)["http"], http);
    }),
    case("an endpoint that is given back as it is shown stays", |t| {
        let request = json!({"endpoint": "https://user:passw0rd@hooks.example.com/a?key=k3y"});
        let added = t.rest_as_admin(family(t).add_http, request).ok();
        let id = added["id"].as_str().unwrap();
        let shown = || family(t).shown(t, id)["http"].clone();
        let before = shown();
        let request = json!({"id": id, "endpoint": before["endpoint"], "description": "Hook"});
        let answer = t.call(request).ok();
        expect_change(
            t,
            &answer,
            id,
            "http.changed",
            &json!({"description": "Hook"}),
        );
        assert_eq!(shown(), before);
        // Only the whole: nobody knows what another one with the mask would mean.
        for endpoint in [
            "https://***@hooks.example.com/b",
            "https://a.example.com/?key=***",
        ] {
            t.call(json!({"id": id, "endpoint": endpoint}))
                .expect_invalid();
        }
        let request = json!({"id": id, "endpoint": "https://hooks.example.com/a?key=an0ther"});
        let answer = t.call(request.clone()).ok();
        let told = json!({"description": "", "endpoint": "https://hooks.example.com/a?key=***"});
        expect_change(t, &answer, id, "http.changed", &told);
        assert_eq!(shown()["endpoint"], request["endpoint"]);
        assert_eq!(shown()["signingKey"], before["signingKey"]);
    }),
    case("a key that ends now is replaced", |t| {
        let id = family(t).http(t);
        let key = family(t).shown(t, &id)["http"]["signingKey"].clone();
        let request = json!({
            "id": id, "endpoint": SAME, "description": "Hook", "expirationSigningKey": "0s",
        });
        let answer = t.call(request).ok();
        expect_change(t, &answer, &id, "http.changed", &json!({}));
        assert_eq!(answer["signingKey"].as_str().unwrap().len(), 36);
        assert_ne!(answer["signingKey"], key);
        let shown = family(t).shown(t, &id);
        assert_eq!(shown["http"]["signingKey"], answer["signingKey"]);
    }),
    case("nothing different is no event and no error", |t| {
        let id = family(t).http(t);
        let request = json!({"endpoint": SAME, "description": "Hook"});
        let answer = t.call(merged(request.clone(), json!({"id": id}))).ok();
        expect_change(t, &answer, &id, "http.added", &request);
    }),
    case(
        "an unknown one and one of another kind are not found",
        |t| {
            for id in ["1", &(family(t).other)(t)] {
                t.call(json!({"id": id, "endpoint": SAME}))
                    .fails(Kind::NotFound, family(t).refusals.update_http);
            }
        },
    ),
    case(
        "a key ends now or not at all, which is looked at first",
        |t| {
            for end in ["1s", "-1s", "0.000000001s"] {
                let request = json!({
                    "id": "1", "endpoint": SAME, "expirationSigningKey": end,
                });
                t.call(request).expect_invalid();
            }
        },
    ),
    case("the lengths of endpoint and description are limited", |t| {
        let id = family(t).http(t);
        let call = |more: Value| t.call(merged(json!({"id": id, "endpoint": SAME}), more));
        call(json!({"endpoint": null})).expect_invalid();
        call(json!({"endpoint": "a".repeat(2049)})).expect_invalid();
        call(json!({"description": "a".repeat(201)})).expect_invalid();
    }),
    LIMITS_OF_ID,
    NEEDS_INSTANCE_ROLE,
];

run_tables! {
    add_email_provider_http_agrees_with_its_table = ADD_EMAIL,
    add_sms_provider_http_agrees_with_its_table = ADD_SMS,
    update_email_provider_http_agrees_with_its_table = UPDATE_EMAIL,
    update_sms_provider_http_agrees_with_its_table = UPDATE_SMS,
}
