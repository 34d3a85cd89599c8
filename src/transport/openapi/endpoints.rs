//! What is served besides the rpcs of the contract.
//!
//! Each endpoint that is no rpc is described by hand, beside the others of its kind: the probes and the
//! document here, those of OAuth in `oauth`.

use serde_json::{Value, json};

const TAG: &str = "probes";

/// The heading of the endpoints below.
pub fn tag() -> Value {
    json!({ "name": TAG, "description": "For whoever watches the process, and this document itself." })
}

/// Path and description of every endpoint.
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        (
            "/debug/healthz",
            probe("healthz", "Says that the process runs", alive()),
        ),
        (
            "/debug/ready",
            probe("ready", "Says whether the server can do its work", ready()),
        ),
        (
            "/debug/validate",
            probe(
                "validate",
                "Says what is wrong with the server",
                validated(),
            ),
        ),
        (
            "/openapi.json",
            probe("openapi", "This document", document()),
        ),
    ]
}

/// GET, and HEAD with the same status.
fn probe(id: &str, summary: &str, responses: Value) -> Value {
    let answer = |verb: &str| operation(TAG, &format!("{verb}.{id}"), summary, responses.clone());
    let mut head = answer("head");
    // An answer to HEAD has no body.
    if let Some(answers) = head["responses"].as_object_mut() {
        for answer in answers.values_mut().filter_map(Value::as_object_mut) {
            answer.remove("content");
        }
    }
    json!({ "get": answer("get"), "head": head })
}

/// An operation that needs no token.
pub fn operation(tag: &str, id: &str, summary: &str, responses: Value) -> Value {
    json!({
        "operationId": format!("{tag}.{id}"),
        "tags": [tag],
        "summary": summary,
        "description": format!("{summary}."),
        "security": [],
        "responses": responses,
    })
}

fn alive() -> Value {
    json!({ "200": {
        "description": "It runs.",
        "content": { "text/plain; charset=utf-8": { "schema": { "const": "ok" } } },
    } })
}

fn ready() -> Value {
    json!({
        "200": {
            "description": "It can.",
            "content": { "application/json": { "schema": { "const": "ok" } } },
        },
        "412": {
            "description": "It cannot, and why.",
            "content": { "text/plain; charset=utf-8": { "schema": { "type": "string" } } },
        },
    })
}

fn validated() -> Value {
    let faults = json!({ "type": "array", "minItems": 1, "items": { "type": "string" } });
    json!({ "200": {
        "description": "Nothing, or a list of faults.",
        "content": { "application/json": { "schema": { "anyOf": [{ "const": "ok" }, faults] } } },
    } })
}

fn document() -> Value {
    let schema = json!({ "type": "object", "required": ["openapi", "info", "paths"] });
    json!({ "200": {
        "description": "OpenAPI 3.1.",
        "content": { "application/json": { "schema": schema } },
    } })
}
