//! Frames of gRPC and gRPC-Web, and the status that ends them.
//!
//! Written from the protocol descriptions: five bytes of flag and length before each message, trailers
//! as headers (gRPC) or as a last frame with flag 0x80 (gRPC-Web), details in `google.rpc.Status`.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose};
use percent_encoding::percent_decode_str;
use prost::Message;
use serde_json::{Value, json};

use super::Failure;

/// A message with its frame header.
pub fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap();
    [&[0][..], &length.to_be_bytes(), message].concat()
}

/// The frames of a body, as flag and content.
pub fn frames(mut body: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let [flag, a, b, c, d, rest @ ..] = body {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        assert!(length <= rest.len(), "a frame is cut short");
        frames.push((*flag, rest[..length].to_vec()));
        body = &rest[length..];
    }
    assert!(body.is_empty(), "bytes after the last frame: {body:?}");
    frames
}

/// Base64 in pieces that may each end with padding, as gRPC-Web text allows.
pub fn decode_text(text: &[u8]) -> Vec<u8> {
    assert_eq!(text.len() % 4, 0, "base64 comes in groups of four");
    text.chunks(4)
        .flat_map(|group| general_purpose::STANDARD.decode(group).unwrap())
        .collect()
}

/// The status that trailers tell; `None` for OK.
pub fn status<'a>(trailer: impl Fn(&str) -> Option<&'a str>) -> Option<Failure> {
    let code: i64 = trailer("grpc-status")
        .expect("no grpc-status")
        .parse()
        .unwrap();
    if code == 0 {
        return None;
    }
    let message = percent_decode_str(trailer("grpc-message").unwrap_or_default())
        .decode_utf8()
        .unwrap()
        .into_owned();
    let mut failure = Failure {
        code,
        message,
        details: Vec::new(),
        http_status: None,
        retry_after: None,
    };
    if let Some(details) = trailer("grpc-status-details-bin") {
        let details = general_purpose::STANDARD_NO_PAD
            .decode(details.trim_end_matches('='))
            .unwrap();
        let status = RpcStatus::decode(details.as_slice()).unwrap();
        assert_eq!(
            (i64::from(status.code), &status.message),
            (failure.code, &failure.message)
        );
        for any in &status.details {
            failure.add_detail(&any.type_url, &any.value);
        }
    }
    Some(failure.checked())
}

impl Failure {
    /// Adds a detail in protobuf form; its type with or without the usual prefix.
    pub fn add_detail(&mut self, type_url: &str, value: &[u8]) {
        let name = type_url.rsplit('/').next().unwrap();
        let detail = match name {
            "zitadel.v1.ErrorDetail" => {
                let detail = ErrorDetail::decode(value).unwrap();
                typed(name, json!({"id": detail.id, "message": detail.message}))
            }
            "google.rpc.RetryInfo" => {
                let delay = RetryInfo::decode(value).unwrap().retry_delay.unwrap();
                let seconds = u64::try_from(delay.seconds).unwrap();
                self.retry_after = Some(Duration::from_secs(seconds));
                typed(name, json!({"retryDelay": format!("{seconds}s")}))
            }
            _ => typed(name, json!({})),
        };
        self.details.push(detail);
    }
}

fn typed(name: &str, mut detail: Value) -> Value {
    detail["@type"] = format!("type.googleapis.com/{name}").into();
    detail
}

#[derive(Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

#[derive(Message)]
struct ErrorDetail {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, tag = "2")]
    message: String,
}

#[derive(Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<prost_types::Duration>,
}
