//! Passwords as they are set: checked, then hashed with argon2id before the change is queued.

use argon2::{Argon2, PasswordHasher as _};

use crate::{
    api::Ctx,
    domain::{ComplexityFault, check_complexity},
    error::{self, Error},
};

/// The rule that a password breaks, as the contract names it.
pub(super) fn check(password: &str) -> Result<(), Error> {
    check_complexity(password).map_err(|fault| {
        match fault {
            ComplexityFault::MinLength => error::PASSWORD_TOO_SHORT,
            ComplexityFault::HasLower => error::PASSWORD_WITHOUT_LOWER,
            ComplexityFault::HasUpper => error::PASSWORD_WITHOUT_UPPER,
            ComplexityFault::HasNumber => error::PASSWORD_WITHOUT_NUMBER,
            ComplexityFault::HasSymbol => error::PASSWORD_WITHOUT_SYMBOL,
        }
        .into()
    })
}

/// Hashes a password on a blocking thread, a few at a time: each takes some 19 MiB and a core.
pub(super) async fn hash(ctx: &Ctx, password: String) -> Result<String, Error> {
    let _permit = ctx
        .services
        .password_hashing
        .acquire()
        .await
        .map_err(Error::internal)?;
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
    });
    hashed
        .await
        .map_err(Error::internal)?
        .map_err(|fault| Error::internal(fault.to_string()))
}
