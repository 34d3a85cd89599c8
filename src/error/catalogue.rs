//! Every error id of the contract that Belfry answers: name, kind, id and message key.
//!
//! Sources: contract/README §7, phone.md, users.md, orgs-and-auth.md. An id may stand here twice,
//! because the contract uses some of them for two messages.

use super::{Code, Entry};

macro_rules! catalogue {
    ($($name:ident $code:ident $id:literal $key:literal)*) => {
        $(#[allow(missing_docs)] pub const $name: &Entry = &Entry { code: Code::$code, id: $id, key: $key };)*

        /// All entries, for tests and documentation.
        pub const ALL: &[&Entry] = &[$($name),*];
    };
}

catalogue! {
    // Authentication and method permissions: shown untranslated
    AUTH_HEADER_INVALID Unauthenticated "AUTH-toLo1" "invalid auth header"
    TOKEN_INVALID Unauthenticated "AUTH-7fs1e" "Errors.Token.Invalid"
}
