//! Who asks: a machine user by its client secret, or by an assertion that one of its keys has signed.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use subtle::ConstantTimeEq as _;

use super::{Fault, Parameters, assertion};
use crate::{
    api::Ctx,
    clock::Timestamp,
    domain::{Kind, User, UserState},
    secrets,
};

/// How a client proves itself by a key (RFC 7523 §2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Why a client is not who it says.
pub(super) enum ClientFault {
    /// No machine has that login name.
    Unknown,
    /// The machine has no secret.
    WithoutSecret,
    /// The secret is another one.
    WrongSecret,
    /// The assertion is not good.
    BadAssertion,
    /// The machine is deactivated or locked.
    Inactive,
    /// Something else.
    Other(Fault),
}

impl<E: Into<Fault>> From<E> for ClientFault {
    fn from(fault: E) -> Self {
        Self::Other(fault.into())
    }
}

/// The machine with that login name, if the secret is its own.
pub(super) fn by_secret(ctx: &Ctx, id: &str, secret: &str) -> Result<User, ClientFault> {
    let found = ctx.services.store.point(|tx| {
        let Some(id) = tx.user_id_by_name(id)? else {
            return Ok(None);
        };
        let user = tx.user(&id)?;
        let user = user.filter(|user| matches!(user.kind, Kind::Machine(_)));
        user.map(|user| Ok((tx.machine_secret(user.aggregate.row)?, user)))
            .transpose()
    })?;
    let (hash, user) = found.ok_or(ClientFault::Unknown)?;
    let hash = hash.ok_or(ClientFault::WithoutSecret)?;
    let is_it: bool = hash.ct_eq(&secrets::hash_token(secret)).into();
    if !is_it {
        return Err(match ctx.services.oauth.wrong_secrets.count(ctx.now) {
            None => ClientFault::WrongSecret,
            Some(wait) => ClientFault::Other(Fault::TooMany(wait)),
        });
    }
    active(user)
}

/// The machine that asks to introspect or to revoke, by either way.
///
/// # Errors
/// `invalid_client` if the request names none, `unauthorized_client` if it is not who it says.
pub(super) fn authenticated(ctx: &Ctx, request: &Parameters) -> Result<User, Fault> {
    let found = match request.get("client_assertion") {
        Some(text) if request.get("client_assertion_type") == Some(JWT_BEARER) => {
            let user = assertion::user(ctx, text)?;
            user.ok_or(ClientFault::BadAssertion).and_then(active)
        }
        Some(_) => return Err(Fault::invalid_request("client_assertion_type is not known")),
        None => match request.client()? {
            Some((id, secret)) => by_secret(ctx, id, secret),
            None => return Err(Fault::invalid_client("the client must authenticate")),
        },
    };
    found.map_err(|fault| match fault {
        ClientFault::Other(fault) => fault,
        _ => Fault::unauthorized_client("the client is not who it says"),
    })
}

fn active(user: User) -> Result<User, ClientFault> {
    match user.state {
        UserState::Active => Ok(user),
        _ => Err(ClientFault::Inactive),
    }
}

/// Wrong secrets of the minute that runs.
///
/// A secret has 381 random bits and cannot be guessed; this only bounds and shows the attempt. A right
/// secret is never refused, so that nobody can lock a client out.
#[derive(Default)]
pub(super) struct WrongSecrets(Mutex<(i64, u32)>);

impl WrongSecrets {
    /// As many as one wrong configuration and its retries cause, and far fewer than an attack.
    const A_MINUTE: u32 = 120;

    /// Counts one; tells how long to wait if there were too many.
    fn count(&self, now: Timestamp) -> Option<Duration> {
        let minute = now.seconds().div_euclid(60);
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.0 != minute {
            *counted = (minute, 0);
        }
        counted.1 = counted.1.saturating_add(1);
        if counted.1 <= Self::A_MINUTE {
            return None;
        }
        if counted.1 == Self::A_MINUTE + 1 {
            log::warn!(
                "more than {} wrong client secrets within a minute",
                Self::A_MINUTE
            );
        }
        let rest = 60 - now.seconds().rem_euclid(60);
        Some(Duration::from_secs(rest.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_secrets_are_bounded_within_a_minute() {
        let wrong = WrongSecrets::default();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        for _ in 0..WrongSecrets::A_MINUTE {
            assert_eq!(wrong.count(at(6015)), None);
        }
        assert_eq!(wrong.count(at(6015)), Some(Duration::from_secs(45)));
        assert_eq!(wrong.count(at(6060)), None);
    }
}
