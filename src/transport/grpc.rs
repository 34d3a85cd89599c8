//! Unary gRPC: frames in, a frame and trailers out; native only over HTTP/2.
//!
//! [`unary`] is the part that gRPC-Web shares. A framed message may be sent to an rpc's path or to a
//! REST path of it; there the path's parameters win. tonic is not used for these calls because the
//! same frames also arrive over HTTP/1 and on REST paths; what streams (health, reflection) is tonic's.

use super::{
    answer::Request,
    codec::{Codec, Input},
    frame,
    pipeline::{self, Call},
    server::Server,
};
use crate::{api::Operation, error::Error};

/// Runs the one call of a framed request and gives the bytes of its answer, not framed.
///
/// # Errors
/// UNIMPLEMENTED for a path that leads nowhere, INVALID for frames that are not one message, and what
/// the call itself answers.
pub async fn unary(server: &Server, request: Request<'_>, codec: Codec) -> Result<Vec<u8>, Error> {
    let (operation, path) = target(server, request.verb, request.path)?;
    let body = request.body.map_err(|refusal| refusal.error)?;
    let message = frame::read_unary(body)?;
    let message = match message {
        Some(message) => message,
        // A REST call without a body: everything is in the path.
        None if !path.is_empty() => Default::default(),
        None => return Err(Error::invalid("malformed request: no message")),
    };
    let call = Call {
        operation,
        codec,
        input: Input {
            message: &message,
            path,
            query: None,
        },
        metadata: request.metadata?,
    };
    pipeline::run(server, call).await
}

type Parameters<'s> = Vec<(&'s str, String)>;

fn target<'s>(
    server: &'s Server,
    verb: &str,
    path: &str,
) -> Result<(&'s Operation, Parameters<'s>), Error> {
    if let Some(operation) = server.operations.get(path) {
        return match verb {
            "POST" => Ok((operation, Vec::new())),
            _ => Err(Error::unimplemented("gRPC calls are sent by POST")),
        };
    }
    server
        .routes
        .find(verb, path)
        .ok()
        .and_then(|matched| {
            let operation = server.operations.get(&matched.route.method.path)?;
            Some((operation, matched.parameters))
        })
        .ok_or_else(|| Error::unimplemented("unknown method"))
}
