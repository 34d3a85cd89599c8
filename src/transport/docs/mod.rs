//! The documents for people who call: `/openapi.json`, and the page `/docs` that shows it.
//!
//! The page is three files in the binary: HTML, a style and a script, written for this document. It
//! loads nothing from elsewhere, and its Content-Security-Policy forbids it; calls that are tried in
//! it go to this server only. Called by `transport::app`.

use super::{answer::Answer, server::Server, status::Refusal};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("viewer.js");

/// Everything comes from here, nothing is framed, no form leaves.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Whether one of the documents is at a path.
pub fn is_at(path: &str) -> bool {
    path == "/openapi.json" || path == "/docs" || path.starts_with("/docs/")
}

/// Answers a request to one of these paths.
pub fn serve(server: &Server, verb: &str, path: &str) -> Answer {
    let (content_type, body) = match path {
        "/openapi.json" => ("application/json", server.openapi.clone()),
        "/docs" | "/docs/" => ("text/html; charset=utf-8", PAGE.into()),
        "/docs/style.css" => ("text/css; charset=utf-8", STYLE.into()),
        "/docs/viewer.js" => ("text/javascript; charset=utf-8", SCRIPT.into()),
        _ => return Answer::refused(&Refusal::not_found()),
    };
    if !matches!(verb, "GET" | "HEAD") {
        return Answer::refused(&Refusal::method_not_allowed("GET, HEAD"));
    }
    Answer::new(200, content_type, body)
        .with("content-security-policy", POLICY.to_owned())
        .with("x-content-type-options", "nosniff".to_owned())
        .with("referrer-policy", "no-referrer".to_owned())
}
