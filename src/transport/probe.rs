//! The probes below `/debug`, for whoever watches the process (contract/README §9).

use super::{answer::Answer, server::Server, status::Refusal};

/// Answers a request to a path below `/debug`.
pub fn serve(server: &Server, verb: &str, path: &str) -> Answer {
    let known = matches!(path, "/debug/healthz" | "/debug/ready" | "/debug/validate");
    if !known {
        return Answer::refused(&Refusal::not_found());
    }
    if !matches!(verb, "GET" | "HEAD") {
        return Answer::refused(&Refusal::method_not_allowed("GET, HEAD"));
    }
    if path == "/debug/healthz" {
        return Answer::new(200, "text/plain; charset=utf-8", b"ok".to_vec());
    }
    match (server.ready)() {
        Ok(()) => Answer::json(200, b"\"ok\"".to_vec()),
        Err(why) if path == "/debug/ready" => {
            Answer::new(412, "text/plain; charset=utf-8", why.into_bytes())
        }
        Err(why) => Answer::json(200, serde_json::json!([why]).to_string().into_bytes()),
    }
}
