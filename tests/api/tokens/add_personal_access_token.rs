//! v1 management `AddPersonalAccessToken` (contract/users.md §2).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{ADD_PERSONAL_ACCESS_TOKEN, GET_MY_USER},
    table::{Table, case},
};

const ADDED: &str = "user.pat.added";

/// The cases of `AddPersonalAccessToken`.
pub const TABLE: Table = Table {
    operation: &ADD_PERSONAL_ACCESS_TOKEN,
    cases: &[
        case(
            "the token works, and the answer has id, token and details",
            |t| {
                let machine = t.machine();
                let answer = t.call(json!({"userId": machine})).ok();
                assert_eq!(answer.as_object().unwrap().len(), 3, "{answer}");
                assert!(answer["tokenId"].as_str().is_some_and(|id| !id.is_empty()));
                t.expect_creation(&answer, &machine, ADDED);
                let token = answer["token"].as_str().unwrap();
                let is_base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                assert!(token.len() >= 43 && token.chars().all(is_base64url));
                let shown = t.rest(&GET_MY_USER, token, None, json!({})).ok();
                assert_eq!(shown["user"]["id"], machine.as_str());
            },
        ),
        case("a machine may have many tokens", |t| {
            let machine = t.machine();
            let tokens: Vec<_> = (0..3)
                .map(|_| t.call(json!({"userId": machine})).ok()["token"].clone())
                .collect();
            for token in &tokens {
                let token = token.as_str().unwrap();
                t.rest(&GET_MY_USER, token, None, json!({})).ok();
            }
            assert_eq!(
                t.events(&machine),
                ["user.machine.added", ADDED, ADDED, ADDED]
            );
        }),
        case(
            "a date in the future is taken, one in the past refused",
            |t| {
                let machine = t.machine();
                let with = |date: &str| t.call(json!({"userId": machine, "expirationDate": date}));
                with("2100-01-01T00:00:00Z").ok();
                with("9999-12-31T23:59:59Z").ok();
                with("2020-01-01T00:00:00Z").fails(Kind::Invalid, "DOMAIN-dv3t5");
                with("0001-01-01T00:00:00Z").fails(Kind::Invalid, "DOMAIN-dv3t5");
            },
        ),
        case("an unknown or removed user is a failed precondition", |t| {
            let removed = t.machine();
            t.remove(&removed);
            for user in ["1", &removed] {
                t.call(json!({"userId": user}))
                    .fails(Kind::Precondition, "COMMAND-Dggw2");
            }
        }),
        case("a person is of the wrong type", |t| {
            t.call(json!({"userId": t.human()}))
                .fails(Kind::Precondition, "COMMAND-Df2f1");
        }),
        case("a machine of another organization is unknown", |t| {
            let machine = t.machine();
            t.by(&t.admin.token)
                .within(&t.org())
                .call(json!({"userId": machine}))
                .fails(Kind::Precondition, "COMMAND-Dggw2");
        }),
        case(
            "the user is looked at first, then its type, then the date",
            |t| {
                let past = |user: &str| {
                    t.call(json!({"userId": user, "expirationDate": "2020-01-01T00:00:00Z"}))
                };
                past(&t.human_in(&t.org(), json!({}))).fails(Kind::Precondition, "COMMAND-Dggw2");
                past(&t.human()).fails(Kind::Precondition, "COMMAND-Df2f1");
            },
        ),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
            if !t.encoding.uses_rest_path() {
                t.call(json!({})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn add_personal_access_token_agrees_with_its_table() {
    TABLE.run();
}
