//! A request that has arrived whole, and a complete answer, free of any HTTP library.
//!
//! Every message of this API is small, so both are bytes in memory. `app` and `h2` make requests and
//! turn answers into their library's responses; the encodings live in between.

use std::borrow::Cow;

use bytes::Bytes;

use super::{
    metadata::Metadata,
    status::{self, Refusal},
};
use crate::error::{Code, Error};

/// A request whose body has been read.
pub struct Request<'a> {
    /// The verb, as it was sent.
    pub verb: &'a str,
    /// The raw path.
    pub path: &'a str,
    /// The raw query string.
    pub query: Option<&'a str>,
    /// The value of `content-type`.
    pub content_type: &'a str,
    /// The value of `content-encoding`, if there is one.
    pub content_encoding: Option<&'a str>,
    /// The value of `connect-protocol-version`, if there is one.
    pub connect_version: Option<&'a str>,
    /// What the headers say about the call.
    pub metadata: Result<Metadata, Error>,
    /// The body, or why there is none.
    pub body: Result<Bytes, Refusal>,
}

/// A complete answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The value of `content-type`.
    pub content_type: Cow<'static, str>,
    /// Other headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer with one content type and nothing else.
    pub fn new(status: u16, content_type: impl Into<Cow<'static, str>>, body: Vec<u8>) -> Self {
        Self {
            status,
            content_type: content_type.into(),
            headers: Vec::new(),
            body,
        }
    }

    /// A JSON answer.
    pub fn json(status: u16, body: Vec<u8>) -> Self {
        Self::new(status, "application/json", body)
    }

    /// An error in REST's form.
    pub fn rest_error(error: &Error) -> Self {
        let answer = Self::json(status::http_status(error.code), status::rest_body(error));
        let answer = match error.code {
            Code::Unauthenticated => {
                let message = printable(&error.status_message());
                answer.with("www-authenticate", message)
            }
            _ => answer,
        };
        answer.with_wait(error)
    }

    /// What HTTP refused, in REST's form.
    pub fn refused(refusal: &Refusal) -> Self {
        let answer = Self::json(refusal.http, status::rest_body(&refusal.error));
        match &refusal.allow {
            Some(allow) => answer.with("allow", allow.clone()),
            None => answer,
        }
    }

    /// Whether the rest of the request is not worth waiting for, so that an HTTP/1 connection ends.
    pub fn is_final(&self) -> bool {
        matches!(self.status, 408 | 413 | 431)
    }

    /// Adds a header.
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds `retry-after` if the error says how long to wait.
    pub fn with_wait(self, error: &Error) -> Self {
        match error.retry_after {
            Some(wait) => self.with("retry-after", status::retry_after_seconds(wait).to_string()),
            None => self,
        }
    }
}

/// Header values are visible ASCII.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == ' ' || c.is_ascii_graphic() {
                c
            } else {
                '?'
            }
        })
        .collect()
}
