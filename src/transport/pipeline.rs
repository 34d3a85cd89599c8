//! The one way through: decode, authenticate, authorize, validate and run, encode.
//!
//! Every encoding calls [`run`] with an operation, what the headers said and the message bytes, and
//! gets message bytes or an error. Deadlines, panics of operations and the log line of an internal
//! error are handled here and nowhere else. The log never sees a header, a query string or a body.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt as _;
use log::{debug, error};

use super::{
    codec::{Codec, Input},
    metadata::Metadata,
    server::Server,
};
use crate::{
    api::Operation,
    auth::Principal,
    contract::Requirement,
    error::{Code, Error},
};

/// One call, whatever encoding it came in.
pub struct Call<'a> {
    /// What to run.
    pub operation: &'a Operation,
    /// The form of the request message and of the answer.
    pub codec: Codec,
    /// The request message and what REST binds into it.
    pub input: Input<'a>,
    /// What the headers said.
    pub metadata: Metadata,
}

/// Runs a call and gives the bytes of its answer in the call's own form.
///
/// # Errors
/// What the caller may see; an internal error is logged and carries only a reference to that line.
pub async fn run(server: &Server, call: Call<'_>) -> Result<Vec<u8>, Error> {
    let Call {
        operation,
        codec,
        input,
        metadata,
    } = call;
    let method = &operation.method;
    let limit = metadata
        .timeout
        .map_or(server.limits.call, |asked| asked.min(server.limits.call));

    let steps = async {
        let request = codec.decode(&method.descriptor.input(), &input)?;
        let principal = authorize(server, &method.requirement, &metadata)?;
        let ctx = (server.new_ctx)(principal, metadata.origin);
        let response = operation.call(&ctx, &request).await?;
        codec.encode(&method.descriptor.output(), response)
    };

    let result = guarded(limit, steps).await;
    result.map_err(|error| report(&method.name, error))
}

/// Runs the steps of a call within a time; a panic in them costs this call alone.
pub(super) async fn guarded<T, E: From<Error>>(
    limit: Duration,
    steps: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    match tokio::time::timeout(limit, AssertUnwindSafe(steps).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(Error::internal(text_of(&*panic)).into()),
        Err(_elapsed) => Err(Error::deadline_exceeded().into()),
    }
}

/// Finds the caller, unless the method is public, and checks what the method declares.
fn authorize(
    server: &Server,
    requirement: &Requirement,
    metadata: &Metadata,
) -> Result<Option<Principal>, Error> {
    if *requirement == Requirement::Public {
        return Ok(None);
    }
    let principal = server.authenticator.authenticate(&metadata.credentials)?;
    principal.authorize(requirement)?;
    Ok(Some(principal))
}

/// Logs an error and takes away what the caller may not see.
pub(super) fn report(method: &str, mut error: Error) -> Error {
    if error.code != Code::Internal {
        debug!(
            "{method}: {:?} {}",
            error.code,
            error.id.unwrap_or_default()
        );
        return error;
    }
    let reference = format!("{:08X}", rand::random::<u32>());
    let mut causes = String::new();
    let mut cause = std::error::Error::source(&error);
    while let Some(fault) = cause {
        causes.push_str(": ");
        causes.push_str(&fault.to_string());
        cause = fault.source();
    }
    error!("internal error, reference {reference}, in {method}{causes}");
    error.message = format!("internal error, reference {reference}").into();
    error
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panic: {}", text.unwrap_or("without a text"))
}
