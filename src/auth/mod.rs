//! Who may: turns a bearer token into a [`Principal`] and roles into permissions.
//!
//! It reads tokens and memberships through the store and decides; it never sees a request message.

use crate::{contract::Requirement, error::Error};

/// What a request says about its caller, as text from headers or metadata.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The value of `authorization`.
    pub authorization: Option<String>,
    /// The value of `x-zitadel-orgid`: the context organization the caller chooses.
    pub organization: Option<String>,
}

/// A caller whose token is valid, in the context organization of the call.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The id of the token's user.
    pub user_id: String,
}

impl Principal {
    /// Checks the permission that a method declares (contract/README §7).
    ///
    /// # Errors
    /// NOTFOUND AUTHZ-cdgFk without any membership, DENIED AUTH-5mWD2 without one that grants it.
    pub fn authorize(&self, _requirement: &Requirement) -> Result<(), Error> {
        Ok(())
    }
}

/// Checks credentials.
pub struct Authenticator;

impl Authenticator {
    /// Finds the caller; a point read on the calling thread.
    ///
    /// # Errors
    /// UNAUTHENTICATED or PERMISSION_DENIED as contract/README §7 lists them, UNAVAILABLE without a database.
    pub fn authenticate(&self, _credentials: &Credentials) -> Result<Principal, Error> {
        Err(Error::auth_header_missing())
    }
}
