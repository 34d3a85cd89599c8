//! Errors of the OAuth endpoints (RFC 6749 §5.2), apart from the API's own.

use std::{borrow::Cow, time::Duration};

use crate::error::Error;

/// Why an OAuth endpoint does not do what was asked.
#[derive(Debug)]
pub enum Fault {
    /// The request is not good.
    Refused {
        /// The error code of the standard.
        error: &'static str,
        /// A text for the developer of the client.
        description: Cow<'static, str>,
    },
    /// The token of a userinfo request is not good.
    BadToken,
    /// Too many wrong secrets; waiting helps.
    TooMany(Duration),
    /// A fault of the server.
    Failed(Error),
}

impl Fault {
    fn refused(error: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused {
            error,
            description: description.into(),
        }
    }

    /// A parameter is missing, given twice or makes no sense.
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::refused("invalid_request", description)
    }

    /// There is no such client, or the request names none.
    pub(super) fn invalid_client(description: &'static str) -> Self {
        Self::refused("invalid_client", description)
    }

    /// The client is not who it says, or may not ask for this.
    pub(super) fn unauthorized_client(description: &'static str) -> Self {
        Self::refused("unauthorized_client", description)
    }

    /// What the client shows in exchange for a token is not good.
    pub(super) fn invalid_grant(description: &'static str) -> Self {
        Self::refused("invalid_grant", description)
    }

    /// The grant is not offered.
    pub(super) fn unsupported_grant_type() -> Self {
        Self::refused("unsupported_grant_type", "grant_type is not supported")
    }

    /// The actor may not act as that user, if there is one.
    pub(super) fn access_denied() -> Self {
        Self::refused("access_denied", "the actor may not act as this user")
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}
