//! How an operation may end, in the document: its success, the errors that it declares and those that
//! every call may get.
//!
//! The bodies are made by `transport::status` from the catalogue, so that the examples are what a
//! caller sees. For each status the schema lists the ids that may stand there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{object, sends};
use crate::{
    contract::{Method, Requirement},
    error::{self, Code, Entry, Error},
    transport::status::{self, Refusal},
};

/// What any operation may answer, whatever it does: status, name of the response, words.
const ANY: [(u16, &str, &str); 8] = [
    (401, "Unauthenticated", "There is no valid token."),
    (403, "Denied", "The caller may not do this."),
    (408, "TooSlow", "The request did not arrive in time."),
    (413, "TooLarge", "The body is too large."),
    (431, "HeadersTooLarge", "The headers are too large."),
    (
        500,
        "Internal",
        "A fault of the server; the reference is in its log.",
    ),
    (503, "Unavailable", "Not at the moment; trying again helps."),
    (504, "Deadline", "The call did not end in time."),
];

/// The errors that end with one of these statuses.
fn any(status: u16) -> Vec<Listed> {
    let plain = |error| {
        vec![Listed {
            error,
            example: None,
        }]
    };
    match status {
        401 => [error::AUTH_HEADER_INVALID, error::TOKEN_INVALID]
            .map(Listed::from)
            .into_iter()
            .chain(plain(Error::auth_header_missing()))
            .collect(),
        403 => vec![
            error::ORG_UNKNOWN.into(),
            error::PERMISSION_NOT_MATCHING.into(),
            error::PERMISSION_MISSING.into(),
        ],
        408 => plain(Refusal::too_slow().error),
        413 => plain(Refusal::too_large(1 << 20).error),
        431 => plain(Refusal::headers_too_large().error),
        500 => plain(Error {
            message: "internal error, reference 0A1B2C3D".into(),
            ..Error::internal("not shown")
        }),
        503 => plain(Error::unavailable("try again in a moment")),
        _ => plain(Error::deadline_exceeded()),
    }
}

/// An error of a response, and the shared example of it.
struct Listed {
    error: Error,
    example: Option<String>,
}

impl From<&'static Entry> for Listed {
    fn from(entry: &'static Entry) -> Self {
        Self {
            error: entry.into(),
            example: Some(example_name(entry)),
        }
    }
}

/// An id that stands for several errors needs more than itself.
fn example_name(entry: &Entry) -> String {
    let same = error::ALL.iter().filter(|other| other.id == entry.id);
    match same.count() {
        1 => entry.id.to_owned(),
        _ => format!("{}.{}.{}", entry.id, entry.code as i32, entry.key),
    }
}

/// The responses that all operations share, as `components.responses` has them.
pub fn shared() -> Map<String, Value> {
    let responses =
        ANY.map(|(status, name, words)| (name.to_owned(), response(status, words, &any(status))));
    responses.into_iter().collect()
}

/// An example of each error of the catalogue, as `components.examples` has them.
pub fn examples() -> Map<String, Value> {
    let examples = error::ALL
        .iter()
        .map(|entry| (example_name(entry), example(&Error::from(*entry))));
    examples.collect()
}

fn example(error: &Error) -> Value {
    json!({ "summary": error.message, "value": body(error) })
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
    let mut by_status: BTreeMap<u16, Vec<Listed>> = BTreeMap::new();
    for listed in errors(method) {
        let status = status::http_status(listed.error.code);
        by_status.entry(status).or_default().push(listed);
    }
    for (status, errors) in by_status {
        responses.insert(status.to_string(), response(status, words(status), &errors));
    }
    let is_public = method.requirement == Requirement::Public;
    for (status, name, _) in ANY {
        if !(is_public && matches!(status, 401 | 403)) {
            let reference = format!("#/components/responses/{name}");
            responses.insert(status.to_string(), json!({ "$ref": reference }));
        }
    }
    responses
}

/// The errors of an operation, in the order of the checks; an id may stand for two errors.
pub fn declared(method: &Method) -> Vec<&'static Entry> {
    let topics = topics(method);
    let mut found: Vec<&Entry> = Vec::new();
    for entry in method.errors.iter().flat_map(|id| meant(id, &topics)) {
        if !found.contains(&entry) {
            found.push(entry);
        }
    }
    found
}

/// What a message key may be about, where an id stands for several.
const TOPICS: [&str; 4] = ["Phone", "Email", "Password", "Profile"];

fn topic(entry: &Entry) -> Option<&'static str> {
    let named = |topic: &&&str| entry.key.contains(&format!(".{topic}."));
    TOPICS.iter().find(named).copied()
}

fn entries(id: &str) -> Vec<&'static Entry> {
    let all = error::ALL.iter().copied();
    all.filter(|entry| entry.id == id).collect()
}

/// What an operation is about, by its name and by its errors that stand for one thing only.
fn topics(method: &Method) -> BTreeSet<&'static str> {
    let name = method.descriptor.name();
    let by_name = TOPICS.into_iter().filter(|topic| name.contains(topic));
    let by_error = method.errors.iter().filter_map(|id| match entries(id)[..] {
        [entry] => topic(entry),
        _ => None,
    });
    by_name.chain(by_error).collect()
}

/// What an id stands for in an operation: what it is about, or else nothing in particular.
fn meant(id: &str, topics: &BTreeSet<&'static str>) -> Vec<&'static Entry> {
    let all = entries(id);
    let about = |is_meant: &dyn Fn(Option<&'static str>) -> bool| {
        let found = all.iter().copied().filter(|entry| is_meant(topic(entry)));
        found.collect::<Vec<_>>()
    };
    let own = about(&|topic| topic.is_some_and(|topic| topics.contains(topic)));
    let general = about(&|topic| topic.is_none());
    [own, general, all.clone()]
        .into_iter()
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// Without those of [`any`].
fn errors(method: &Method) -> Vec<Listed> {
    let plain = |error| Listed {
        error,
        example: None,
    };
    let mut errors = vec![plain(Error::invalid(
        "invalid Request.Field: value is required",
    ))];
    if method.requirement != Requirement::Public {
        errors.push(error::MEMBERSHIP_NOT_FOUND.into());
    }
    if let Some(reason) = &method.not_offered {
        errors.push(plain(Error::unimplemented(reason.clone())));
        return errors;
    }
    let refusals = method.refusals.iter().cloned().map(Error::invalid);
    let unimplemented = method.unimplemented.iter().cloned();
    errors.extend(
        refusals
            .chain(unimplemented.map(Error::unimplemented))
            .map(plain),
    );
    let declared = declared(method);
    if declared
        .iter()
        .any(|entry| entry.key.ends_with(".Code.Invalid"))
    {
        errors.push(plain(Error::exhausted(
            error::TOO_MANY_WRONG_CODES,
            "Too many wrong tries for this code; ask for a new code, or try again in 60 seconds"
                .to_owned(),
            std::time::Duration::from_secs(60),
        )));
    }
    if method.sends_sms {
        errors.extend(sends::refused().map(plain));
    }
    if method
        .errors
        .iter()
        .any(|id| id == error::TEST_EMAIL_FAILED)
    {
        errors.push(plain(Error {
            code: Code::FailedPrecondition,
            id: Some(error::TEST_EMAIL_FAILED),
            ..Error::invalid("The test e-mail did not leave: connection refused")
        }));
    }
    errors.extend(declared.into_iter().map(Listed::from));
    errors
}

/// One response; its schema lists the ids that it may have.
fn response(status: u16, words: &str, errors: &[Listed]) -> Value {
    let codes: BTreeSet<i32> = errors
        .iter()
        .map(|listed| listed.error.code as i32)
        .collect();
    let ids: BTreeSet<&str> = errors.iter().filter_map(|listed| listed.error.id).collect();
    let mut examples = Map::new();
    for Listed {
        error,
        example: shared,
    } in errors
    {
        let (name, example) = match shared {
            Some(name) => {
                let reference = format!("#/components/examples/{name}");
                (name.clone(), json!({ "$ref": reference }))
            }
            None => {
                let name = error.id.unwrap_or("no details");
                let more = examples.keys().filter(|key| key.starts_with(name)).count();
                let name = if more > 0 {
                    format!("{name} {}", more + 1)
                } else {
                    name.to_owned()
                };
                (name, example(error))
            }
        };
        examples.insert(name, example);
    }
    let mut narrow = object([("code", json!({ "enum": codes }))]);
    if !ids.is_empty() {
        let id = json!({ "properties": { "id": { "enum": ids } } });
        narrow.insert("details".to_owned(), json!({ "items": id }));
    }
    let mut schema = json!({
        "allOf": [{ "$ref": "#/components/schemas/Error" }],
        "properties": narrow,
    });
    if errors.iter().all(|listed| listed.error.id.is_some()) {
        schema["required"] = json!(["details"]);
    }
    let mut response = json!({
        "description": words,
        "content": { "application/json": { "schema": schema, "examples": examples } },
    });
    if let Some((name, header)) = header(status) {
        response["headers"] = json!({ name: header });
    }
    response
}

fn header(status: u16) -> Option<(&'static str, Value)> {
    match status {
        401 => Some((
            "WWW-Authenticate",
            json!({
                "description": "The same text.",
                "required": true,
                "schema": { "type": "string" },
            }),
        )),
        429 => Some((
            "Retry-After",
            json!({
                "description": "The seconds to wait.",
                "required": true,
                "schema": { "type": "string", "pattern": "^[0-9]+$" },
            }),
        )),
        _ => None,
    }
}

fn words(status: u16) -> &'static str {
    match status {
        400 => "The request is malformed or breaks a limit, or the state does not allow this.",
        404 => "There is no such thing, or not for this caller.",
        409 => "There is such a thing already, or it was changed meanwhile.",
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
        Code::Aborted => "aborted",
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
