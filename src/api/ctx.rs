//! What an operation gets besides its request: the caller, the time, the services.

use crate::{auth::Principal, clock::Timestamp, error::Error};

/// The surroundings of one call.
pub struct Ctx {
    /// Who calls; `None` only for public methods.
    pub principal: Option<Principal>,
    /// When the call began.
    pub now: Timestamp,
    /// Scheme and host that the request was sent to, such as `http://127.0.0.1:8080`.
    pub origin: String,
}

impl Ctx {
    /// The caller.
    ///
    /// # Errors
    /// UNAUTHENTICATED when a public method asks for one.
    pub fn principal(&self) -> Result<&Principal, Error> {
        self.principal
            .as_ref()
            .ok_or_else(Error::auth_header_missing)
    }
}
