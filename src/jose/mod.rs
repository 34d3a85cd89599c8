//! RSA keys and what is signed with them: JSON web tokens (RFC 7519) and key sets (RFC 7517).
//!
//! Only RS256 with keys of 2048 bits or more, because that is what every client of this API speaks. It
//! knows no time, no database and no HTTP: whoever calls checks the claims. Making a pair of keys takes
//! up to a second, so that callers do it off their threads. Called by `api`.

mod key;
mod token;

pub use key::{Jwk, KeyPair, PublicKey, key_file};
pub use token::{Assertion, Signer};
