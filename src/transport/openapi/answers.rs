//! How an operation may end, in the document: its success, the errors that it declares and those that
//! every call may get.
//!
//! The bodies are made by `transport::status` from the catalogue, so that the examples are what a
//! caller sees. For each status the schema lists the ids that may stand there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::object;
use crate::{
    contract::{Method, Requirement},
    error::{self, Code, Entry, Error},
    transport::status::{self, Refusal},
};

/// What any operation may answer besides, whatever it does: name of the response, status, example.
fn unrelated() -> [(&'static str, &'static str, Error); 6] {
    let exhausted = "try again in a moment";
    let reference = Error {
        message: "internal error, reference 0A1B2C3D".into(),
        ..Error::internal("not shown")
    };
    [
        ("TooSlow", "The request did not arrive in time.", Refusal::too_slow().error),
        ("TooLarge", "The body is too large.", Refusal::too_large(1 << 20).error),
        ("HeadersTooLarge", "The headers are too large.", Refusal::headers_too_large().error),
        ("Internal", "A fault of the server; the reference is in its log.", reference),
        ("Unavailable", "Not at the moment; trying again helps.", Error::unavailable(exhausted)),
        ("Deadline", "The call did not end in time.", Error::deadline_exceeded()),
    ]
}

const UNRELATED_STATUS: [(&str, &str); 6] = [
    ("408", "TooSlow"),
    ("413", "TooLarge"),
    ("431", "HeadersTooLarge"),
    ("500", "Internal"),
    ("503", "Unavailable"),
    ("504", "Deadline"),
];

/// The responses that all operations share, as `components.responses` has them.
pub fn shared() -> Map<String, Value> {
    let responses = unrelated().map(|(name, words, error)| {
        let response = json!({
            "description": words,
            "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/Error" },
                "example": body(&error),
            } },
        });
        (name.to_owned(), response)
    });
    responses.into_iter().collect()
}

/// The form of every error.
pub fn error_schema() -> Value {
    json!({
        "type": "object",
        "description": "An error. Match on the id in its details.",
        "required": ["code", "message"],
        "properties": {
            "code": { "type": "integer", "description": "The gRPC code.", "minimum": 1, "maximum": 16 },
            "message": { "type": "string", "description": "The text, and the id in parentheses." },
            "details": {
                "type": "array",
                "description": "Absent for malformed requests and broken limits.",
                "minItems": 1,
                "maxItems": 1,
                "items": {
                    "type": "object",
                    "required": ["@type", "id", "message"],
                    "properties": {
                        "@type": { "const": "type.googleapis.com/zitadel.v1.ErrorDetail" },
                        "id": { "type": "string", "description": "What went wrong, for programs." },
                        "message": { "type": "string", "description": "What went wrong, for people." },
                    },
                },
            },
        },
    })
}

/// All responses of an operation, by status; `success` is the schema of its answer.
pub fn responses(method: &Method, success: Option<(String, Value)>) -> Map<String, Value> {
    let mut responses = Map::new();
    if let Some((words, schema)) = success {
        responses.insert(
            method.success_status.to_string(),
            json!({ "description": words, "content": { "application/json": { "schema": schema } } }),
        );
    }
    let mut by_status: BTreeMap<u16, Vec<Error>> = BTreeMap::new();
    for error in errors(method) {
        let status = status::http_status(error.code);
        by_status.entry(status).or_default().push(error);
    }
    for (status, errors) in by_status {
        responses.insert(status.to_string(), response(status, &errors));
    }
    for (status, name) in UNRELATED_STATUS {
        let reference = format!("#/components/responses/{name}");
        responses.insert(status.to_owned(), json!({ "$ref": reference }));
    }
    responses
}

/// The errors of an operation, in the order of the checks; an id may stand for two errors.
pub fn declared(method: &Method) -> Vec<&'static Entry> {
    let mut found: Vec<&Entry> = Vec::new();
    for id in &method.errors {
        for entry in error::ALL.iter().filter(|entry| entry.id == id) {
            if !found.contains(entry) && is_about(entry, method) {
                found.push(entry);
            }
        }
    }
    found
}

/// Ids that stand for two errors are used by twins, one about phones, one about e-mail.
fn is_about(entry: &Entry, method: &Method) -> bool {
    let name = method.descriptor.name();
    let other = match (name.contains("Phone"), name.contains("Email")) {
        (true, false) => ".Email.",
        (false, true) => ".Phone.",
        _ => return true,
    };
    !entry.key.contains(other)
}

fn errors(method: &Method) -> Vec<Error> {
    let mut errors = vec![Error::invalid("invalid Request.Field: value is required")];
    if method.requirement != Requirement::Public {
        errors.push(Error::auth_header_missing());
        let of_caller = [
            error::AUTH_HEADER_INVALID,
            error::TOKEN_INVALID,
            error::ORG_UNKNOWN,
            error::MEMBERSHIP_NOT_FOUND,
            error::PERMISSION_NOT_MATCHING,
            error::PERMISSION_MISSING,
        ];
        errors.extend(of_caller.map(Error::from));
    }
    if let Some(reason) = &method.not_offered {
        errors.push(Error::unimplemented(reason.clone()));
        return errors;
    }
    let declared = declared(method);
    if declared.iter().any(|entry| entry.key.ends_with(".Code.Invalid")) {
        errors.push(Error::exhausted(
            error::TOO_MANY_WRONG_CODES,
            "Too many wrong tries for this code; ask for a new code, or try again in 60 seconds".to_owned(),
            std::time::Duration::from_secs(60),
        ));
    }
    errors.extend(declared.into_iter().map(Error::from));
    errors
}

fn response(status: u16, errors: &[Error]) -> Value {
    let mut codes = BTreeSet::new();
    let mut ids = Vec::new();
    let mut examples = Map::new();
    for error in errors {
        codes.insert(error.code as i32);
        let mut name = error.id.unwrap_or("no details").to_owned();
        if let Some(id) = error.id
            && !ids.contains(&id)
        {
            ids.push(id);
        }
        while examples.contains_key(&name) {
            name.push('\'');
        }
        let example = json!({ "summary": error.message, "value": body(error) });
        examples.insert(name, example);
    }
    let has_plain = errors.iter().any(|error| error.id.is_none());
    let mut narrow = object([("code", json!({ "enum": codes }))]);
    if !ids.is_empty() {
        let id = json!({ "properties": { "id": { "enum": ids } } });
        narrow.insert("details".to_owned(), json!({ "items": id }));
    }
    let mut schema = json!({
        "allOf": [{ "$ref": "#/components/schemas/Error" }],
        "properties": narrow,
    });
    if !has_plain {
        schema["required"] = json!(["details"]);
    }
    let mut response = json!({
        "description": words(status),
        "content": { "application/json": { "schema": schema, "examples": examples } },
    });
    if let Some((name, header)) = header(status) {
        response["headers"] = json!({ name: header });
    }
    response
}

fn header(status: u16) -> Option<(&'static str, Value)> {
    match status {
        401 => Some(("WWW-Authenticate", json!({
            "description": "The same text.",
            "required": true,
            "schema": { "type": "string" },
        }))),
        429 => Some(("Retry-After", json!({
            "description": "The seconds to wait.",
            "required": true,
            "schema": { "type": "string", "pattern": "^[0-9]+$" },
        }))),
        _ => None,
    }
}

fn words(status: u16) -> &'static str {
    match status {
        400 => "The request is malformed or breaks a limit, or the state does not allow this.",
        401 => "There is no valid token.",
        403 => "The caller may not do this.",
        404 => "There is no such thing, or not for this caller.",
        409 => "There is such a thing already.",
        429 => "Too many wrong tries.",
        501 => "Not offered.",
        _ => "The operation failed.",
    }
}

/// What a caller sees of an error.
fn body(error: &Error) -> Value {
    // The bytes were made from JSON.
    serde_json::from_slice(&status::rest_body(error)).unwrap_or_default()
}

/// The name of a code in the words of the document.
pub fn kind(code: Code) -> &'static str {
    match code {
        Code::InvalidArgument => "invalid argument",
        Code::FailedPrecondition => "failed precondition",
        Code::NotFound => "not found",
        Code::AlreadyExists => "already exists",
        Code::PermissionDenied => "permission denied",
        Code::Unauthenticated => "unauthenticated",
        Code::ResourceExhausted => "exhausted",
        Code::Unimplemented => "not offered",
        Code::Unavailable => "unavailable",
        Code::DeadlineExceeded => "deadline exceeded",
        Code::Canceled => "canceled",
        Code::Internal => "internal",
    }
}
