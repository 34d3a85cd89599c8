//! Assertions: JWTs that a machine signs with its private key (RFC 7523).

use super::Fault;
use crate::{
    api::Ctx,
    domain::User,
    jose::{Assertion, PublicKey},
};

/// The machine that an assertion is from; `None` for any reason that it is not good: the signature,
/// the key, the audience, the time. Nobody is told which, the log at level debug is.
///
/// The same assertion may come again while it is good, as with the reference server: clients make one
/// an hour, and it is worth no more than the token that it gets.
pub(super) fn user(ctx: &Ctx, text: &str) -> Result<Option<User>, Fault> {
    let refused = |why: &str| {
        log::debug!("an assertion is refused: {why}");
        Ok(None)
    };
    let Some(key_id) = Assertion::key_id(text) else {
        return refused("it is no token with a key id");
    };
    let found = ctx.services.store.point(|tx| {
        let Some(key) = tx.machine_key(&key_id)? else {
            return Ok(None);
        };
        Ok(tx.user(&key.user_id)?.map(|user| (key, user)))
    })?;
    let Some((key, user)) = found else {
        return refused("no machine has its key");
    };
    if key.expires_at < ctx.now {
        return refused("its key is over");
    }
    let public_key = PublicKey::from_pem(key.public_key.as_bytes());
    let Some(assertion) = public_key.and_then(|key| Assertion::verified(text, &key)) else {
        return refused("its signature or a claim is missing or wrong");
    };
    if assertion.iss != user.aggregate.id || assertion.sub != user.aggregate.id {
        return refused("it is not about the machine that has the key");
    }
    if !assertion.is_for(&ctx.origin) {
        return refused("it is for another audience");
    }
    if !assertion.is_current(ctx.now) {
        return refused("it is too old, too new or over");
    }
    Ok(Some(user))
}
