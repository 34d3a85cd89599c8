//! Calls without a right are refused before anything else is looked at.

use serde_json::{Value, json};

use crate::{
    app::App,
    clients::{Answer, Encoding, Headers, Kind},
    operations::{
        ADD_HUMAN_USER, ADD_ORGANIZATION, ADMIN_HEALTHZ, ALL, AUTH_HEALTHZ, GET_GENERAL_SETTINGS,
        GET_IAM, GET_OIDC_INFORMATION, LIST_PROVIDERS, MANAGEMENT_HEALTHZ, Operation,
    },
    people::headers,
};

/// A request that breaks rules wherever the path allows it.
fn broken_request(operation: &Operation) -> Value {
    let parameters = operation.parameters().map(|name| {
        // An enum has no name "1".
        let value = match name {
            "generatorType" => "SECRET_GENERATOR_TYPE_UNSPECIFIED",
            _ => "1",
        };
        (name.to_owned(), json!(value))
    });
    Value::Object(parameters.collect())
}

fn is_healthz(operation: &Operation) -> bool {
    [&MANAGEMENT_HEALTHZ, &AUTH_HEALTHZ, &ADMIN_HEALTHZ].contains(&operation)
}

fn is_public(operation: &Operation) -> bool {
    is_healthz(operation) || *operation == GET_OIDC_INFORMATION
}

/// Whether the operation needs a permission of the context organization, checked before its command.
fn needs_permission(operation: &Operation) -> bool {
    let for_everybody = *operation == GET_IAM || operation.rpc == "GetSupportedLanguages";
    let is_of_v1 = [
        MANAGEMENT_HEALTHZ.service,
        ADMIN_HEALTHZ.service,
        LIST_PROVIDERS.service,
    ]
    .contains(&operation.service);
    (is_of_v1 && !is_public(operation) && !for_everybody)
        || [ADD_HUMAN_USER, ADD_ORGANIZATION, GET_GENERAL_SETTINGS].contains(operation)
}

/// Calls every operation that `chosen` wants, over every encoding, and collects what `refused` finds wrong.
fn expect_everywhere(
    app: &App,
    chosen: impl Fn(&Operation) -> bool,
    headers: &Headers,
    refused: impl Fn(&Answer) -> bool,
) {
    let mut wrong = Vec::new();
    for operation in ALL.iter().filter(|operation| chosen(operation)) {
        for encoding in Encoding::of(operation) {
            let request = broken_request(operation);
            let answer = app.clients.call(encoding, operation, &request, headers);
            if !refused(&answer) {
                let path = operation.grpc_path();
                wrong.push(format!("{path} over {encoding:?}: {answer:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn is(kind: Kind, id: Option<&'static str>, message: &'static str) -> impl Fn(&Answer) -> bool {
    move |answer| {
        let Err(failure) = &answer.0 else {
            return false;
        };
        let text = match id {
            Some(id) => format!("{message} ({id})"),
            None => message.to_owned(),
        };
        failure.code == kind as i64 && failure.id() == id && failure.message == text
    }
}

#[test]
fn a_call_without_a_header_is_unauthenticated() {
    let app = App::shared();
    let refused = is(Kind::Unauthenticated, None, "auth header missing");
    expect_everywhere(&app, |o| !is_public(o), &vec![], &refused);
    let empty = vec![("authorization", String::new())];
    expect_everywhere(&app, |o| !is_public(o), &empty, &refused);
}

#[test]
fn a_header_that_is_not_bearer_and_a_token_is_unauthenticated() {
    let app = App::shared();
    let token = &app.admin.token;
    let refused = is(
        Kind::Unauthenticated,
        Some("AUTH-toLo1"),
        "invalid auth header",
    );
    for header in [
        format!("bearer {token}"),
        format!("Basic {token}"),
        token.clone(),
        "Bearer".to_owned(),
    ] {
        let headers = vec![("authorization", header)];
        expect_everywhere(&app, |o| !is_public(o), &headers, &refused);
    }
}

#[test]
fn an_unknown_token_is_unauthenticated() {
    let app = App::shared();
    let refused = is(
        Kind::Unauthenticated,
        Some("AUTH-7fs1e"),
        "Errors.Token.Invalid",
    );
    let token = &app.admin.token;
    let other = format!("{}x", &token[..token.len() - 1]);
    for token in ["nobody", &other, &token[1..]] {
        let headers = headers(token, None);
        expect_everywhere(&app, |o| !is_public(o), &headers, &refused);
    }
}

#[test]
fn an_unknown_organization_is_denied_wherever_a_token_is_needed() {
    let app = App::shared();
    let refused = is(
        Kind::Denied,
        Some("AUTH-Bs7Ds"),
        "Organisation doesn't exist",
    );
    let headers = headers(&app.admin.token, Some("1"));
    expect_everywhere(&app, |o| !is_public(o), &headers, &refused);
}

#[test]
fn a_caller_without_membership_finds_none() {
    let app = App::shared();
    let refused = is(Kind::NotFound, Some("AUTHZ-cdgFk"), "membership not found");
    let token = app.token_without_membership();
    expect_everywhere(&app, needs_permission, &headers(&token, None), &refused);
    // A membership elsewhere does not count.
    let org = app.org();
    let token = app.token_with_roles(&org, &["ORG_OWNER"]);
    expect_everywhere(&app, needs_permission, &headers(&token, None), &refused);
}

#[test]
fn a_membership_without_the_permission_is_denied() {
    let app = App::shared();
    let refused = is(
        Kind::Denied,
        Some("AUTH-5mWD2"),
        "No matching permissions found",
    );
    let token = app.token_with_roles(&app.admin.org, &["ORG_ADMIN_IMPERSONATOR"]);
    expect_everywhere(&app, needs_permission, &headers(&token, None), &refused);
}

#[test]
fn a_caller_with_the_permission_learns_what_is_wrong_with_the_request() {
    let app = App::shared();
    let invalid = |answer: &Answer| matches!(&answer.0, Err(failure) if failure.code == 3 && failure.details.is_empty());
    // An empty request of a search, a count, a preview, a reload, or a re-send to oneself, breaks no rule.
    let only_broken = |operation: &Operation| {
        let may_be_empty = [
            "ReloadProviders",
            "CountMessages",
            "PreviewMessage",
            "ResendMy",
            "List",
            "Search",
            "DeactivateOrg",
            "ReactivateOrg",
        ];
        operation.has_body
            && operation.parameters().count() == 0
            && !may_be_empty
                .iter()
                .any(|name| operation.rpc.starts_with(name))
    };
    let headers = headers(&app.admin.token, None);
    expect_everywhere(&app, only_broken, &headers, invalid);
}
