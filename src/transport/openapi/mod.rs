//! The OpenAPI 3.1 document of everything that REST offers, made once from the contract.
//!
//! It says what the server accepts and what it answers, no more and no less: `schema` and `value` know
//! how a message looks as JSON in either direction, `operation` and `answers` what a call takes and how
//! it may end, `endpoints` what is served besides the rpcs. `transport::app` serves the document at
//! `/openapi.json`, and `belfry api openapi` prints it. Nothing here answers a request.

mod answers;
mod endpoints;
mod oauth;
mod operation;
mod schema;
mod sends;
mod value;

use serde_json::{Map, Value, json};

use crate::contract::{Comments, Contract, RuleReader};
use operation::Operations;
use schema::Schemas;

const DESCRIPTION: &str = "\
Keeps users and their phone numbers and verifies the numbers by SMS. The paths, messages and error ids are \
those of ZITADEL's user and phone API.\n\n\
**Tokens.** Send `Authorization: Bearer TOKEN` with every operation that needs one.\n\n\
**JSON.** Bodies are proto3 JSON, whatever the content type says. Names of fields may be given in lowerCamelCase \
or as the .proto files have them (snake_case); a field may be given once, unknown fields are ignored, and `null` is \
the same as an absent field. A field that is also in the path is taken from there. 64-bit integers are strings in \
answers and may be strings or numbers in requests; bytes are base64, in either alphabet and with or without padding \
in requests. Answers leave out what is empty: `false`, 0, empty texts and lists, and the first value of an enum.\n\n\
**Query parameters** of operations without a body are fields of the request, nested ones with dots, as in \
`query.limit`; unknown ones are ignored.\n\n\
**Errors.** Match on the id in `details`, never on the text. A failed precondition is 400, as is a broken limit; the \
latter has no details. Checks come in this order: form of the request, token, permission, limits of the fields, and \
then the errors of the operation in the order in which they are listed.";

/// Makes the document.
///
/// # Errors
/// If the contract declares something that cannot be said: a fault of the contract.
pub fn document(contract: &Contract) -> anyhow::Result<Value> {
    let comments = Comments::read(contract.pool());
    let rules = RuleReader::new(contract.pool())?;
    let mut operations = Operations::new(Schemas::new(&comments, &rules));
    let mut methods: Vec<_> = contract.methods().collect();
    methods.sort_by_key(|method| (method.name.clone(), &method.path));
    for method in methods {
        operations.add(method);
    }
    for (path, endpoint) in oauth::all().into_iter().chain(endpoints::all()) {
        operations.paths.insert(path.to_owned(), endpoint);
    }
    let mut schemas = operations.schemas.components;
    schemas.insert("Error".to_owned(), answers::error_schema());
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Belfry",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags(contract, &comments),
        "paths": operations.paths,
        "components": {
            "schemas": schemas,
            "parameters": { "Organization": organization_header() },
            "responses": answers::shared(),
            "examples": answers::examples(),
            "securitySchemes": { "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "A personal access token, or an access token.",
            } },
        },
    }))
}

/// One tag a service, in the words of the contract.
fn tags(contract: &Contract, comments: &Comments) -> Vec<Value> {
    let offered = contract
        .pool()
        .services()
        .filter(|service| service.methods().next().is_some());
    let services = offered.map(|service| {
        json!({
            "name": service.full_name(),
            "description": comments.above(&service.parent_file(), service.path()),
        })
    });
    services.chain([oauth::tag(), endpoints::tag()]).collect()
}

fn organization_header() -> Value {
    json!({
        "name": "x-zitadel-orgid",
        "in": "header",
        "description": "The organization in which the call happens; by default the caller's own.",
        "schema": { "type": "string" },
    })
}

/// An object of JSON with its members.
fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    let members = members.map(|(name, value)| (name.to_owned(), value));
    members.into_iter().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn references<'v>(value: &'v Value, into: &mut Vec<&'v str>) {
        match value {
            Value::Object(members) => {
                into.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, into));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, into)),
            _ => {}
        }
    }

    #[test]
    fn everything_that_is_mentioned_is_there() {
        let document = document(&Contract::load().unwrap()).unwrap();
        let mut mentioned = Vec::new();
        references(&document, &mut mentioned);
        assert!(mentioned.len() > 1_000);
        for reference in mentioned {
            let found = document.pointer(reference.trim_start_matches('#'));
            assert!(found.is_some_and(Value::is_object), "{reference}");
        }
    }

    #[test]
    fn requests_and_answers_of_one_message_differ() {
        let document = document(&Contract::load().unwrap()).unwrap();
        let schemas = &document["components"]["schemas"];
        let sent = &schemas["zitadel.v1.ListQuery.Input"]["properties"]["offset"]["anyOf"];
        assert_eq!(sent[0]["maximum"], u64::MAX);
        assert_eq!(sent[1]["pattern"], "^\\+?[0-9]{1,19}$");
        assert_eq!(sent[2]["type"], "null");
        let answered = &schemas["zitadel.v1.ListDetails"]["properties"]["totalResult"];
        assert_eq!(answered["type"], "string");
    }

    #[test]
    fn an_id_that_stands_for_several_errors_is_told_apart_by_the_operation() {
        let document = document(&Contract::load().unwrap()).unwrap();
        for (path, verb, line) in [
            (
                "/management/v1/users/{userId}/phone",
                "put",
                "`COMMAND-3M0fs` failed precondition",
            ),
            (
                "/v2/users/{userId}/password",
                "post",
                "`COMMAND-3M0fs` invalid argument",
            ),
            (
                "/v2/users/{userId}/email",
                "post",
                "`COMMAND-Uch5e` failed precondition: The e-mail",
            ),
            (
                "/v2/users/{userId}/phone",
                "post",
                "`COMMAND-Uch5e` failed precondition: The phone",
            ),
        ] {
            let text = document["paths"][path][verb]["description"]
                .as_str()
                .unwrap();
            let id = line.split('`').nth(1).unwrap();
            assert!(text.contains(line), "{path}: {text}");
            assert_eq!(text.matches(id).count(), 1, "{path}: {text}");
        }
    }

    #[test]
    fn limits_and_members_are_said_as_they_are_checked() {
        let document = document(&Contract::load().unwrap()).unwrap();
        let body = |path: &str, verb: &str| {
            document["paths"][path][verb]["requestBody"]["content"]["application/json"]["schema"]
                .clone()
        };
        let phone = body("/management/v1/users/{userId}/phone", "put");
        assert_eq!(phone["required"], json!(["phone"]));
        assert_eq!(phone["properties"]["phone"]["maxLength"], 50);
        assert_eq!(phone["properties"]["phone"]["pattern"], "^\\+");
        assert_eq!(phone["properties"].get("userId"), None);
        let v2 = body("/v2/users/{userId}/phone", "post");
        let branches: Vec<_> = v2["anyOf"].as_array().unwrap().iter().collect();
        assert_eq!(branches.len(), 3);
        assert_eq!(
            branches[0]["properties"]["returnCode"],
            json!({ "type": "null" })
        );
        let parameters = &document["paths"]["/management/v1/users/_is_unique"]["get"]["parameters"];
        assert_eq!(parameters[0]["in"], "query");
    }
}
