//! Passwords as they are set: checked, then hashed with argon2id before the change is queued.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::{
    Argon2, Block, Params, PasswordVerifier as _,
    password_hash::{self, phc::PasswordHash},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use rand::RngExt as _;

use crate::{
    api::{Ctx, turns::Turns},
    domain::{ComplexityFault, check_complexity},
    error::{self, Error},
};

/// The most expensive hash that is checked: 256 MiB, ten rounds.
const MOST_MEMORY: u32 = 256 * 1024;
const MOST_ROUNDS: u32 = 10;
/// Passwords hashed at one time; each takes a core and some 19 MiB.
const AT_ONCE: usize = 2;

/// Hashes passwords on blocking threads. Its memory is used again and again: given back and taken
/// anew for each hash, it would scatter over the heaps of many threads and stay there.
pub struct PasswordHasher {
    turns: Turns,
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
}

impl Default for PasswordHasher {
    fn default() -> Self {
        Self {
            turns: Turns::new(AT_ONCE),
            memory: Arc::default(),
        }
    }
}

impl PasswordHasher {
    /// The argon2id hash of a password in PHC notation.
    async fn hash(&self, password: String) -> Result<String, Error> {
        let memory = self.memory.clone();
        let hashing = self.turns.take(move || {
            let lock = || memory.lock().unwrap_or_else(PoisonError::into_inner);
            let free = lock().pop();
            let mut blocks = free.unwrap_or_default();
            let hashed = phc(password.as_bytes(), &mut blocks);
            lock().push(blocks);
            hashed
        });
        hashing
            .await?
            .map_err(|fault| Error::internal(fault.to_string()))
    }

    /// Whether a password belongs to a hash; `None` for a hash of a form that cannot be checked here,
    /// such as bcrypt, or that would take unreasonably much memory or time.
    async fn check(&self, password: String, hash: String) -> Result<Option<bool>, Error> {
        let checking = self.turns.take(move || {
            let hash = PasswordHash::new(&hash).ok()?;
            let params = Params::try_from(&hash).ok()?;
            if params.m_cost() > MOST_MEMORY || params.t_cost() > MOST_ROUNDS {
                return None;
            }
            match Argon2::default().verify_password(password.as_bytes(), &hash) {
                Ok(()) => Some(true),
                Err(password_hash::Error::PasswordInvalid) => Some(false),
                Err(_) => None,
            }
        });
        checking.await
    }
}

fn phc(password: &[u8], blocks: &mut Vec<Block>) -> argon2::Result<String> {
    let argon2 = Argon2::default();
    let params = argon2.params();
    blocks.resize(params.block_count(), Block::default());
    let salt: [u8; 16] = rand::rng().random();
    let mut hash = [0; 32];
    argon2.hash_password_into_with_memory(password, &salt, &mut hash, blocks)?;
    Ok(format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        params.m_cost(),
        params.t_cost(),
        params.p_cost(),
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(hash)
    ))
}

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

/// Hashes a password that was checked.
pub(super) async fn hash(ctx: &Ctx, password: String) -> Result<String, Error> {
    ctx.services.passwords.hash(password).await
}

/// Whether a password is the one that belongs to a hash.
///
/// # Errors
/// UNIMPLEMENTED for a hash that was imported in a form which cannot be checked here.
pub(super) async fn is_right(ctx: &Ctx, password: String, hash: String) -> Result<bool, Error> {
    let checked = ctx.services.passwords.check(password, hash).await?;
    checked.ok_or_else(|| {
        Error::unimplemented(
            "the current password was imported in a form that this server cannot check; let an administrator set a new one",
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use argon2::{Argon2, PasswordVerifier as _, password_hash::phc::PasswordHash};

    #[test]
    fn a_hash_in_used_memory_is_one_that_others_can_check() {
        let mut blocks = Vec::new();
        for password in ["first-Passw0rd", "second-Passw0rd"] {
            let text = super::phc(password.as_bytes(), &mut blocks).unwrap();
            let hash = PasswordHash::new(&text).unwrap();
            let argon2 = Argon2::default();
            assert!(argon2.verify_password(password.as_bytes(), &hash).is_ok());
            assert!(argon2.verify_password(b"wrong", &hash).is_err());
        }
    }
}
