//! Errors on the wire: one [`Error`], three looks (contract/README §5 and §6, clients.md §4).
//!
//! REST gets `{"code","message","details"}` and an HTTP status, gRPC and gRPC-Web get trailers, Connect
//! gets its own JSON. [`Refusal`] is what HTTP itself refuses before an operation is known: unknown
//! paths, other verbs, bodies too large or too slow. Everything that writes an answer comes here.

use std::{borrow::Cow, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use prost::Message as _;
use serde::Serialize;

use crate::{
    contract::pb::{
        google::rpc::{RetryInfo, Status},
        zitadel::v1::ErrorDetail,
    },
    error::{Code, Error},
};

const ERROR_DETAIL: &str = "zitadel.v1.ErrorDetail";
const RETRY_INFO: &str = "google.rpc.RetryInfo";

/// What a gRPC status message may hold unencoded: printable ASCII without the percent sign.
const GRPC_MESSAGE: &AsciiSet = &CONTROLS.add(b'%');

/// The HTTP status of a code, for REST and Connect alike.
pub fn http_status(code: Code) -> u16 {
    match code {
        Code::InvalidArgument | Code::FailedPrecondition => 400,
        Code::Unauthenticated => 401,
        Code::PermissionDenied => 403,
        Code::NotFound => 404,
        Code::AlreadyExists | Code::Aborted => 409,
        Code::ResourceExhausted => 429,
        Code::Canceled => 499,
        Code::Internal => 500,
        Code::Unimplemented => 501,
        Code::Unavailable => 503,
        Code::DeadlineExceeded => 504,
    }
}

/// The name of a code in Connect's JSON.
fn connect_name(code: Code) -> &'static str {
    match code {
        Code::Canceled => "canceled",
        Code::InvalidArgument => "invalid_argument",
        Code::DeadlineExceeded => "deadline_exceeded",
        Code::NotFound => "not_found",
        Code::AlreadyExists => "already_exists",
        Code::PermissionDenied => "permission_denied",
        Code::ResourceExhausted => "resource_exhausted",
        Code::FailedPrecondition => "failed_precondition",
        Code::Aborted => "aborted",
        Code::Unimplemented => "unimplemented",
        Code::Internal => "internal",
        Code::Unavailable => "unavailable",
        Code::Unauthenticated => "unauthenticated",
    }
}

/// Whole seconds to wait, rounded up: the value of `Retry-After`.
pub fn retry_after_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// The body of a REST error.
pub fn rest_body(error: &Error) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        code: i32,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        details: Option<[Detail<'a>; 1]>,
    }
    #[derive(Serialize)]
    struct Detail<'a> {
        #[serde(rename = "@type")]
        kind: &'a str,
        id: &'a str,
        message: &'a str,
    }
    to_json(&Body {
        code: error.code as i32,
        message: &error.status_message(),
        details: error.id.map(|id| {
            [Detail {
                kind: "type.googleapis.com/zitadel.v1.ErrorDetail",
                id,
                message: &error.message,
            }]
        }),
    })
}

/// The body of a Connect error.
pub fn connect_body(error: &Error) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        code: &'a str,
        message: &'a str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        details: Vec<Detail<'a>>,
    }
    #[derive(Serialize)]
    struct Detail<'a> {
        r#type: &'a str,
        value: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        debug: Option<Debug<'a>>,
    }
    #[derive(Serialize)]
    struct Debug<'a> {
        id: &'a str,
        message: &'a str,
    }
    let debug = |r#type| match error.id {
        Some(id) if r#type == ERROR_DETAIL => Some(Debug {
            id,
            message: &error.message,
        }),
        _ => None,
    };
    to_json(&Body {
        code: connect_name(error.code),
        message: &error.status_message(),
        details: details(error)
            .into_iter()
            .map(|(r#type, value)| Detail {
                r#type,
                value: BASE64_STANDARD_NO_PAD.encode(value),
                debug: debug(r#type),
            })
            .collect(),
    })
}

/// The trailers of a gRPC answer; `None` for a success.
pub fn grpc_trailers(error: Option<&Error>) -> Vec<(&'static str, String)> {
    let Some(error) = error else {
        return vec![("grpc-status", "0".to_owned())];
    };
    let message = error.status_message();
    let mut trailers = vec![
        ("grpc-status", (error.code as i32).to_string()),
        (
            "grpc-message",
            utf8_percent_encode(&message, GRPC_MESSAGE).to_string(),
        ),
    ];
    let details = details(error);
    if !details.is_empty() {
        let status = Status {
            code: error.code as i32,
            message: message.into_owned(),
            details: details
                .into_iter()
                .map(|(name, value)| prost_types::Any {
                    type_url: format!("type.googleapis.com/{name}"),
                    value,
                })
                .collect(),
        };
        trailers.push((
            "grpc-status-details-bin",
            BASE64_STANDARD_NO_PAD.encode(status.encode_to_vec()),
        ));
    }
    trailers
}

fn details(error: &Error) -> Vec<(&'static str, Vec<u8>)> {
    let mut details = Vec::new();
    if let Some(id) = error.id {
        let detail = ErrorDetail {
            id: id.to_owned(),
            message: error.message.clone().into_owned(),
        };
        details.push((ERROR_DETAIL, detail.encode_to_vec()));
    }
    if let Some(wait) = error.retry_after {
        let info = RetryInfo {
            retry_delay: prost_types::Duration::try_from(wait).ok(),
        };
        details.push((RETRY_INFO, info.encode_to_vec()));
    }
    details
}

fn to_json(body: &impl Serialize) -> Vec<u8> {
    // Structs of strings and numbers only: nothing in them can fail to serialize.
    serde_json::to_vec(body).unwrap_or_default()
}

/// A request that HTTP itself refuses.
#[derive(Debug)]
pub struct Refusal {
    /// The HTTP status where one is shown (REST).
    pub http: u16,
    /// The same for the encodings with a status of their own.
    pub error: Error,
    /// The value of `Allow`, for a verb that is not offered.
    pub allow: Option<String>,
}

impl Refusal {
    fn new(http: u16, code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            http,
            error: Error {
                code,
                id: None,
                message: message.into(),
                retry_after: None,
                source: None,
            },
            allow: None,
        }
    }

    /// Nothing is at this path.
    pub fn not_found() -> Self {
        Self::new(404, Code::NotFound, "Not Found")
    }

    /// The path is known, the verb is not; `allow` lists those that are.
    pub fn method_not_allowed(allow: impl Into<String>) -> Self {
        Self {
            allow: Some(allow.into()),
            ..Self::new(405, Code::Unimplemented, "Method Not Allowed")
        }
    }

    /// The head or the body did not arrive in time.
    pub fn too_slow() -> Self {
        Self::new(
            408,
            Code::DeadlineExceeded,
            "the request did not arrive in time",
        )
    }

    /// The body is larger than the limit.
    pub fn too_large(limit: usize) -> Self {
        Self::new(
            413,
            Code::ResourceExhausted,
            format!("the body is larger than {limit} bytes"),
        )
    }

    /// The content type is not served at this path.
    pub fn unsupported_media_type() -> Self {
        Self::new(415, Code::InvalidArgument, "unsupported content type")
    }

    /// The headers are larger than the limit.
    pub fn headers_too_large() -> Self {
        Self::new(431, Code::ResourceExhausted, "the headers are too large")
    }

    /// The request is not HTTP, or its body broke off.
    pub fn bad_request() -> Self {
        Self::new(400, Code::InvalidArgument, "malformed request")
    }
}
