//! Connect's unary protocol: one bare message by POST, for the v2 services only (contract/README §1).
//!
//! JSON and protobuf; errors are JSON with an HTTP status (clients.md §4). GET is not enabled, and v1
//! services answer 404 here, as they do in the reference.

use super::{
    answer::{Answer, Request},
    codec::{Codec, Input},
    pipeline::{self, Call},
    server::Server,
    status::{self, Refusal},
};
use crate::error::Error;

/// Answers a request to an rpc's path that is neither gRPC nor gRPC-Web.
pub async fn serve(server: &Server, request: Request<'_>, codec: Option<Codec>) -> Answer {
    if !server.contract.offers_connect(request.path) {
        return Answer::refused(&Refusal::not_found());
    }
    if request.verb != "POST" {
        return Answer::refused(&Refusal::method_not_allowed("POST"));
    }
    let Some(codec) = codec else {
        return Answer::refused(&Refusal::unsupported_media_type()).with(
            "accept-post",
            "application/json, application/proto".to_owned(),
        );
    };
    match run(server, request, codec).await {
        Ok(message) if codec == Codec::Json => Answer::json(200, message),
        Ok(message) => Answer::new(200, "application/proto", message),
        Err(error) => {
            let status = status::http_status(error.code);
            Answer::json(status, status::connect_body(&error)).with_wait(&error)
        }
    }
}

async fn run(server: &Server, request: Request<'_>, codec: Codec) -> Result<Vec<u8>, Error> {
    let operation = server
        .operations
        .get(request.path)
        .ok_or_else(|| Error::unimplemented("unknown method"))?;
    if !matches!(request.connect_version, None | Some("1")) {
        return Err(Error::invalid("connect-protocol-version must be \"1\""));
    }
    if !matches!(request.content_encoding, None | Some("identity")) {
        return Err(Error::unimplemented("compressed messages are not accepted"));
    }
    let body = request.body.map_err(|refusal| refusal.error)?;
    let call = Call {
        operation,
        codec,
        input: Input {
            message: &body,
            ..Input::default()
        },
        metadata: request.metadata?,
    };
    pipeline::run(server, call).await
}
