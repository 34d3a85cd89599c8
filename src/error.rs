//! The one error of the API, and the catalogue of everything the contract can answer.
//!
//! Policy: an [`Error`] carries what the caller may see (code, id, text) apart from what only the log
//! may see (`source`). An error that is not from the catalogue and not about the request itself is
//! [`Error::internal`]: the caller gets a reference number, the log gets the chain once, in
//! `transport`. Text is made for callers: no SQL, file names, codes, tokens or phone numbers.
//! Everything above `domain` uses this type; how it looks on the wire is decided in `transport::status`.

mod catalogue;
mod text;

use std::{borrow::Cow, time::Duration};

pub use catalogue::*;

/// The gRPC status codes that Belfry answers (google.rpc.Code), with their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The caller went away.
    Canceled = 1,
    /// The request is malformed or a field breaks a rule.
    InvalidArgument = 3,
    /// The call did not end within its deadline.
    DeadlineExceeded = 4,
    /// The thing named does not exist, or not for this caller.
    NotFound = 5,
    /// The thing exists already.
    AlreadyExists = 6,
    /// The caller is known and may not do this.
    PermissionDenied = 7,
    /// A limit is reached; waiting helps.
    ResourceExhausted = 8,
    /// The state does not allow this call.
    FailedPrecondition = 9,
    /// Somebody else changed the thing meanwhile; reading it and trying again helps.
    Aborted = 10,
    /// The operation is not offered.
    Unimplemented = 12,
    /// A fault of the server.
    Internal = 13,
    /// The server cannot do this at the moment; trying again helps.
    Unavailable = 14,
    /// No valid credentials.
    Unauthenticated = 16,
}

/// One row of the catalogue: what the contract calls an error (contract/README §5).
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The kind, as a gRPC code.
    pub code: Code,
    /// The identifier clients match on, such as `COMMAND-3M0fs`; not unique over the whole catalogue.
    pub id: &'static str,
    /// The message key, such as `Errors.User.NotFound`; the text is looked up for it.
    pub key: &'static str,
}

/// An error as the caller may see it, with its cause for the log.
#[derive(Debug)]
pub struct Error {
    /// The gRPC code; REST and Connect derive theirs from it.
    pub code: Code,
    /// The identifier that is shown in the `zitadel.v1.ErrorDetail`; `None` for an error without details.
    pub id: Option<&'static str>,
    /// The text without the identifier.
    pub message: Cow<'static, str>,
    /// How long to wait before the next try, for [`Code::ResourceExhausted`].
    pub retry_after: Option<Duration>,
    /// The cause, for the log only.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    fn plain(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            id: None,
            message: message.into(),
            retry_after: None,
            source: None,
        }
    }

    /// A request that breaks a declared rule or cannot be decoded; it has no details (contract/README §4).
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::plain(Code::InvalidArgument, message)
    }

    /// An operation or a form of it that is not offered.
    pub fn unimplemented(message: impl Into<Cow<'static, str>>) -> Self {
        Self::plain(Code::Unimplemented, message)
    }

    /// The server cannot do this at the moment: a full queue, a full disk, a locked database.
    pub fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::plain(Code::Unavailable, message)
    }

    /// The call did not end within its deadline.
    pub fn deadline_exceeded() -> Self {
        Self::plain(Code::DeadlineExceeded, "deadline exceeded")
    }

    /// A request without credentials (contract/README §7); it has no details.
    pub fn auth_header_missing() -> Self {
        Self::plain(Code::Unauthenticated, "auth header missing")
    }

    /// A limit is reached.
    pub fn exhausted(id: &'static str, message: String, retry_after: Duration) -> Self {
        Self {
            id: Some(id),
            retry_after: Some(retry_after),
            ..Self::plain(Code::ResourceExhausted, message)
        }
    }

    /// The state does not allow the call, for a reason that is only known at the time.
    pub fn precondition(id: &'static str, message: String) -> Self {
        Self {
            id: Some(id),
            ..Self::plain(Code::FailedPrecondition, message)
        }
    }

    /// A fault of the server; `source` goes to the log, never to the caller.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::plain(Code::Internal, "internal error")
        }
    }

    /// Says more behind the text of the catalogue.
    pub fn saying(mut self, more: &str) -> Self {
        self.message = format!("{}: {more}", self.message).into();
        self
    }

    /// Keeps the cause for the log.
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The status message of the wire: the text and, where there is one, the id in parentheses.
    pub fn status_message(&self) -> Cow<'_, str> {
        match self.id {
            Some(id) => Cow::Owned(format!("{} ({id})", self.message)),
            None => Cow::Borrowed(&self.message),
        }
    }
}

impl From<&'static Entry> for Error {
    fn from(entry: &'static Entry) -> Self {
        Self {
            id: Some(entry.id),
            ..Self::plain(entry.code, text::of(entry.key))
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.status_message())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}
