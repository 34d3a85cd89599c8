//! `/hooks/{provider}`: where SMS gateways report what became of messages.
//!
//! Open to everybody, since a gateway has no token: the provider's plugin checks its signature or the
//! secret in the path. What it gets is bounded (64 kB, plugin-abi §11), and few of one provider are read
//! at one time, so that a slow one holds up no other. No answer tells anything but whether it was taken:
//! a forged report, a name that no provider has and one whose plugin reads none are all a 403, so that
//! nobody finds out names by guessing.

use std::sync::Arc;

use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::{answer::Answer, server::Server, status::Refusal};

/// The start of the paths.
const PREFIX: &str = "/hooks/";
/// The largest body, in bytes.
const LARGEST_BODY: usize = 64 * 1024;
/// The longest URL, in bytes.
const LONGEST_URL: usize = 8 * 1024;

/// Lets a report in to the provider of that name, without blocking; or the HTTP status that it is
/// answered at once.
pub type Hook = Arc<dyn Fn(&str) -> Result<Reader, u16> + Send + Sync>;

/// Reads one report; blocks, and answers with the HTTP status.
pub type Reader = Box<dyn FnOnce(Report) -> u16 + Send>;

/// A gateway's call.
pub struct Report {
    /// Such as `POST`.
    pub method: String,
    /// As the gateway sees it.
    pub url: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// Whether a path is one of a provider.
pub(super) fn is_path(path: &str) -> bool {
    path.starts_with(PREFIX)
}

/// The start of a call: what is known before its body is read.
pub(super) struct Head<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: Option<&'a str>,
    /// Scheme and host that the request was sent to.
    pub origin: String,
    pub headers: Vec<(String, String)>,
}

/// Answers a gateway.
pub(super) async fn serve(server: &Server, head: Head<'_>, body: Result<Bytes, Refusal>) -> Answer {
    let body = match body {
        Ok(body) if body.len() > LARGEST_BODY => {
            return Answer::refused(&Refusal::too_large(LARGEST_BODY));
        }
        Ok(body) => body,
        Err(refusal) => return Answer::refused(&refusal),
    };
    let rest = head.path.strip_prefix(PREFIX).unwrap_or_default();
    let name = rest.split('/').next().unwrap_or_default();
    // What is no text is no provider's name either.
    let provider = percent_decode_str(name).decode_utf8_lossy();
    let query = head
        .query
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let url = format!("{}{}{query}", head.origin, head.path);
    if url.len() > LONGEST_URL {
        return Answer::refused(&Refusal::headers_too_large());
    }
    let report = Report {
        method: head.method.to_owned(),
        url,
        headers: head.headers,
        body,
    };
    // No queue: a gateway tries again, and whoever floods this fills no memory.
    let read = match (server.hook)(&provider) {
        Ok(read) => read,
        Err(status) => return text(status),
    };
    let reading = tokio::task::spawn_blocking(move || read(report));
    text(reading.await.unwrap_or(503))
}

/// Some gateways take nothing but this word for a success.
fn text(status: u16) -> Answer {
    let body: &[u8] = match status {
        200..=299 => b"OK",
        403 => b"refused",
        _ => b"try again later",
    };
    // These have no body (RFC 9110 sections 15.3.5 and 15.3.6).
    let body = if matches!(status, 204 | 205) {
        b""
    } else {
        body
    };
    Answer::new(status, "text/plain; charset=utf-8", body.to_vec())
}
