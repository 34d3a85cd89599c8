//! gRPC-Web: gRPC's frames over any HTTP version, the trailers as the last frame of the body.
//!
//! It is also the form in which a REST path takes a framed message. The answer has HTTP status 200
//! whatever happened, and is base64 if the request was (`application/grpc-web-text`).

use std::fmt::Write as _;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;

use super::{
    answer::{Answer, Request},
    codec::Codec,
    frame, grpc,
    server::Server,
    status,
};
use crate::error::Error;

/// Answers a gRPC-Web request to an rpc's path or to a REST path.
pub async fn serve(server: &Server, request: Request<'_>, codec: Codec, text: bool) -> Answer {
    let content_type = request.content_type.to_owned();
    let result = run(server, request, codec, text).await;

    let mut body = Vec::new();
    if let Ok(message) = &result {
        frame::write(&mut body, 0, message);
    }
    let mut trailers = String::new();
    for (name, value) in status::grpc_trailers(result.as_ref().err()) {
        // Writing to a String cannot fail.
        let _ = write!(trailers, "{name}:{value}\r\n");
    }
    frame::write(&mut body, frame::TRAILERS, trailers.as_bytes());
    if text {
        body = BASE64_STANDARD.encode(body).into_bytes();
    }
    Answer::new(200, content_type, body)
}

async fn run(
    server: &Server,
    mut request: Request<'_>,
    codec: Codec,
    text: bool,
) -> Result<Vec<u8>, Error> {
    if text {
        let body = std::mem::replace(&mut request.body, Ok(Bytes::new()));
        request.body = match body {
            Ok(body) => Ok(from_text(&body)?),
            refused => refused,
        };
    }
    grpc::unary(server, request, codec).await
}

/// Decodes base64 that may be several padded pieces in a row, one for each frame.
fn from_text(text: &[u8]) -> Result<Bytes, Error> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for piece in text.chunk_by(|&left, &right| left != b'=' || right == b'=') {
        BASE64_STANDARD
            .decode_vec(piece, &mut bytes)
            .map_err(|_| Error::invalid("malformed base64"))?;
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn base64_may_come_in_padded_pieces() {
        assert_eq!(from_text(b"YQ==YmM=ZGVm").unwrap(), "abcdef");
        assert_eq!(from_text(b"").unwrap(), "");
        for text in [&b"YQ"[..], b"YQ=", b"====", b"Y Q=", b"\xff\xff\xff\xff"] {
            assert!(from_text(text).is_err(), "{text:?}");
        }
    }
}
