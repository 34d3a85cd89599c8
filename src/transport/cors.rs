//! Which browser pages may call: all of them, with credentials (contract/README §1, CORS).

use actix_cors::Cors;

const METHODS: [&str; 7] = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

const REQUEST_HEADERS: [&str; 13] = [
    "origin",
    "content-type",
    "accept",
    "accept-language",
    "authorization",
    "x-zitadel-orgid",
    "x-user-agent",
    // Our own: where a stream of events goes on.
    "last-event-id",
    "x-grpc-web",
    "x-requested-with",
    "connect-protocol-version",
    "connect-timeout-ms",
    "grpc-timeout",
];

const EXPOSED_HEADERS: [&str; 5] = [
    "location",
    "content-length",
    "grpc-status",
    "grpc-message",
    "grpc-status-details-bin",
];

/// The middleware that answers preflights and marks the other answers.
pub fn middleware() -> Cors {
    Cors::default()
        .allow_any_origin()
        .supports_credentials()
        .allowed_methods(METHODS)
        .allowed_headers(REQUEST_HEADERS)
        .expose_headers(EXPOSED_HEADERS)
        .max_age(3600)
}
