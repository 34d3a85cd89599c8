//! What the flows of both versions ask of answers and errors.

use prost::Message as _;
use tonic::{Code, Response, Status};
use zitadel::api::zitadel::v1::ErrorDetail;

/// The message of a call that succeeds.
#[track_caller]
pub fn ok<T>(answer: Result<Response<T>, Status>) -> T {
    match answer {
        Ok(answer) => answer.into_inner(),
        Err(status) => panic!("{:?}: {}", status.code(), status.message()),
    }
}

/// google.rpc.Status, as far as it is read here.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

/// Expects a call to fail with a code and the id that its detail and its message name, or without one.
#[track_caller]
pub fn refused<T>(answer: Result<Response<T>, Status>, code: Code, id: &str) -> Status {
    let Err(status) = answer else {
        panic!("not refused with {id}");
    };
    let details = RpcStatus::decode(status.details()).unwrap().details;
    let detail = details.first().map(|any| {
        assert!(any.type_url.ends_with("/zitadel.v1.ErrorDetail"), "{any:?}");
        ErrorDetail::decode(any.value.as_slice()).unwrap()
    });
    let seen = detail.as_ref().map_or("", |detail| &detail.id);
    assert_eq!((status.code(), seen), (code, id), "{}", status.message());
    if let Some(detail) = detail {
        assert_eq!(status.message(), format!("{} ({id})", detail.message));
    }
    status
}
