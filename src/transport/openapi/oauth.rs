//! The OAuth endpoints in the document: forms in, JSON out, errors in the form of RFC 6749 §5.2.
//!
//! They are no rpcs, so they are described by hand here; `transport::oauth` serves them.

use serde_json::{Map, Value, json};

use super::endpoints;

const TAG: &str = "oauth";

/// The heading of these endpoints.
pub fn tag() -> Value {
    json!({ "name": TAG, "description": "Access tokens for programs, and what is known about tokens." })
}

/// Path and description of every endpoint.
pub fn all() -> Vec<(&'static str, Value)> {
    let discovery = get(
        "discovery",
        "Says where the endpoints are and what they can do",
        metadata(),
    );
    let keys = get(
        "keys",
        "Shows the keys that JWT access tokens are signed with",
        key_set(),
    );
    let token = from_form(
        "token",
        "Gives an access token for a signed assertion, a client's secret or another token",
        &[
            "grant_type",
            "scope",
            "assertion",
            "client_id",
            "client_secret",
            "client_assertion_type",
            "client_assertion",
            "subject_token",
            "subject_token_type",
            "actor_token",
            "actor_token_type",
            "requested_token_type",
            "audience",
        ],
        &["grant_type"],
        Some(token()),
    );
    let introspect = from_form(
        "introspect",
        "Says what is known about an access token",
        &[
            "token",
            "client_id",
            "client_secret",
            "client_assertion_type",
            "client_assertion",
        ],
        &["token"],
        Some(introspected()),
    );
    let revoke = from_form(
        "revoke",
        "Ends an access token; an unknown one is no error",
        &[
            "token",
            "token_type_hint",
            "client_id",
            "client_secret",
            "client_assertion_type",
            "client_assertion",
        ],
        &["token"],
        None,
    );
    vec![
        (
            "/.well-known/openid-configuration",
            json!({ "get": discovery }),
        ),
        ("/oauth/v2/keys", json!({ "get": keys })),
        ("/oauth/v2/token", json!({ "post": token })),
        ("/oauth/v2/introspect", json!({ "post": introspect })),
        ("/oauth/v2/revoke", json!({ "post": revoke })),
        (
            "/oidc/v1/userinfo",
            json!({ "get": user_info("get"), "post": user_info("post") }),
        ),
    ]
}

fn get(id: &str, summary: &str, schema: Value) -> Value {
    let content = json!({ "application/json": { "schema": schema } });
    let success = json!({ "description": summary, "content": content });
    endpoints::operation(TAG, &format!("get.{id}"), summary, responses(success, &[]))
}

/// A call whose client shows who it is in the form, or with HTTP Basic.
fn from_form(
    id: &str,
    summary: &str,
    names: &[&str],
    required: &[&str],
    answer: Option<Value>,
) -> Value {
    let properties: Map<String, Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "type": "string" })))
        .collect();
    let form = json!({ "type": "object", "properties": properties, "required": required });
    let mut success = json!({ "description": "It is done." });
    if let Some(schema) = answer {
        success["content"] = json!({ "application/json": { "schema": schema } });
    }
    let refused = (
        "400",
        "The request, the client or its grant is refused.",
        "invalid_client",
    );
    let waits = ("429", "Too many wrong secrets.", "temporarily_unavailable");
    let mut operation = endpoints::operation(
        TAG,
        &format!("post.{id}"),
        summary,
        responses(success, &[refused, waits]),
    );
    operation["requestBody"] = json!({
        "required": true,
        "content": { "application/x-www-form-urlencoded": { "schema": form } },
    });
    operation
}

fn user_info(verb: &str) -> Value {
    let summary = "Shows claims about the user of an access token, by its scopes";
    let content = json!({ "application/json": { "schema": claims() } });
    let success = json!({ "description": "The claims.", "content": content });
    let refused = ("401", "There is no good access token.", "access_denied");
    let mut operation = endpoints::operation(
        TAG,
        &format!("{verb}.userinfo"),
        summary,
        responses(success, &[refused]),
    );
    operation["security"] = json!([{ "token": [] }]);
    operation
}

fn responses(success: Value, faults: &[(&str, &str, &str)]) -> Value {
    let mut responses = json!({ "200": success });
    for (status, name) in [
        ("408", "TooSlow"),
        ("413", "TooLarge"),
        ("431", "HeadersTooLarge"),
    ] {
        responses[status] = json!({ "$ref": format!("#/components/responses/{name}") });
    }
    let any = [
        (
            "500",
            "A fault of the server; the reference is in its log.",
            "server_error",
        ),
        (
            "503",
            "Not at the moment; trying again helps.",
            "temporarily_unavailable",
        ),
        (
            "504",
            "The call did not end in time.",
            "temporarily_unavailable",
        ),
    ];
    for (status, words, error) in faults.iter().chain(&any) {
        let example = json!({ "value": { "error": error, "error_description": words } });
        responses[*status] = json!({
            "description": words,
            "content": { "application/json": { "schema": fault(), "examples": { *error: example } } },
        });
    }
    responses
}

fn fault() -> Value {
    json!({
        "type": "object",
        "required": ["error", "error_description"],
        "properties": { "error": { "type": "string" }, "error_description": { "type": "string" } },
    })
}

fn metadata() -> Value {
    let url = json!({ "type": "string", "format": "uri" });
    json!({
        "type": "object",
        "required": ["issuer", "token_endpoint", "jwks_uri"],
        "properties": {
            "issuer": url,
            "token_endpoint": url,
            "introspection_endpoint": url,
            "revocation_endpoint": url,
            "userinfo_endpoint": url,
            "jwks_uri": url,
            "grant_types_supported": { "type": "array", "items": { "type": "string" } },
        },
    })
}

fn key_set() -> Value {
    let key = json!({ "type": "object", "required": ["kty", "kid"] });
    json!({
        "type": "object",
        "required": ["keys"],
        "properties": { "keys": { "type": "array", "items": key } },
    })
}

fn token() -> Value {
    json!({
        "type": "object",
        "required": ["access_token", "token_type", "expires_in"],
        "properties": {
            "access_token": { "type": "string" },
            "token_type": { "type": "string" },
            "expires_in": { "type": "integer" },
            "id_token": { "type": "string" },
            "issued_token_type": { "type": "string" },
        },
    })
}

fn introspected() -> Value {
    json!({
        "type": "object",
        "description": "Of a token that is not good, or not for this client, only that it is not active.",
        "required": ["active"],
        "properties": { "active": { "type": "boolean" }, "sub": { "type": "string" }, "exp": { "type": "integer" } },
    })
}

fn claims() -> Value {
    json!({ "type": "object", "required": ["sub"], "properties": { "sub": { "type": "string" } } })
}
