//! What a call comes back with, the same for every encoding, and the assertions on it.

use std::time::Duration;

use serde_json::{Value, json};

/// What kind of error it is; the numbers are gRPC's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Invalid = 3,
    NotFound = 5,
    Exists = 6,
    Denied = 7,
    Exhausted = 8,
    Precondition = 9,
    Aborted = 10,
    Unimplemented = 12,
    Unauthenticated = 16,
}

/// An error of the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The gRPC code.
    pub code: i64,
    /// The status message.
    pub message: String,
    /// The details, each with its `@type`.
    pub details: Vec<Value>,
    /// The HTTP status, where the encoding shows the error there.
    pub http_status: Option<u16>,
    /// How long to wait, from the header Retry-After or the detail `RetryInfo`.
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// The id in the detail.
    pub fn id(&self) -> Option<&str> {
        self.details
            .iter()
            .find(|detail| detail["@type"] == "type.googleapis.com/zitadel.v1.ErrorDetail")?["id"]
            .as_str()
    }

    /// Checks what holds for every error: the status of the code, and the message that ends with the id.
    #[track_caller]
    pub fn checked(self) -> Self {
        if let Some(status) = self.http_status {
            assert_eq!(status, http_status(self.code), "HTTP status of {self:?}");
        }
        if let Some(id) = self.id() {
            let text = self.details[0]["message"].as_str().unwrap_or_default();
            assert_eq!(self.message, format!("{text} ({id})"), "text of {self:?}");
        }
        self
    }
}

/// The HTTP status of a gRPC code (contract/README §6).
pub fn http_status(code: i64) -> u16 {
    match code {
        3 | 9 | 11 => 400,
        16 => 401,
        7 => 403,
        5 => 404,
        6 | 10 => 409,
        8 => 429,
        1 => 499,
        12 => 501,
        14 => 503,
        4 => 504,
        _ => 500,
    }
}

/// A call's result.
#[derive(Debug)]
pub struct Answer(pub Result<Value, Failure>);

impl Answer {
    /// The answer's message.
    #[track_caller]
    pub fn ok(self) -> Value {
        self.0
            .unwrap_or_else(|failure| panic!("the call failed: {failure:?}"))
    }

    /// Expects an error with an id.
    #[track_caller]
    pub fn fails(self, kind: Kind, id: &str) -> Failure {
        let failure = self.failure();
        assert_eq!(
            (failure.code, failure.id()),
            (kind as i64, Some(id)),
            "expected {kind:?} {id}, got {failure:?}"
        );
        failure
    }

    /// Expects an error without details.
    #[track_caller]
    pub fn fails_plainly(self, kind: Kind) -> Failure {
        let failure = self.failure();
        assert_eq!(
            (failure.code, failure.details.as_slice()),
            (kind as i64, &[] as &[Value]),
            "expected {kind:?} without details, got {failure:?}"
        );
        failure
    }

    /// Expects the error of a broken validation rule: INVALID without details.
    #[track_caller]
    pub fn expect_invalid(self) {
        let failure = self.fails_plainly(Kind::Invalid);
        assert!(!failure.message.is_empty(), "{failure:?}");
    }

    /// Expects an empty answer.
    #[track_caller]
    pub fn expect_empty(self) {
        assert_eq!(self.ok(), json!({}));
    }

    /// Expects any error.
    #[track_caller]
    pub fn failure(self) -> Failure {
        match self.0 {
            Ok(answer) => panic!("expected an error, got {answer}"),
            Err(failure) => failure,
        }
    }
}
