//! When keys and personal access tokens stop being good: read from the wire and checked.

use prost_types::Timestamp as WireTime;

use crate::{
    clock::Timestamp,
    error::{self, Error},
};

/// The end of what has none: 9999-12-31T23:59:59Z (contract/users.md §2).
const NEVER: Timestamp = Timestamp::from_micros(253_402_300_799_000_000);

/// The end that a request asks for; without one there is none.
///
/// # Errors
/// INVALID for a time outside of the years 1 to 9999; `message` is the name of the request.
pub(super) fn read(message: &str, date: Option<WireTime>) -> Result<Timestamp, Error> {
    let Some(date) = date else { return Ok(NEVER) };
    instant(date).ok_or_else(|| {
        let text = format!("invalid {message}.ExpirationDate: value is not a valid timestamp");
        Error::invalid(text)
    })
}

/// An instant from the wire, between the years 1 and 9999.
pub(super) fn instant(wire: WireTime) -> Option<Timestamp> {
    let in_range = (-62_135_596_800..=253_402_300_799).contains(&wire.seconds)
        && (0..1_000_000_000).contains(&wire.nanos);
    in_range
        .then(|| Timestamp::from_micros(wire.seconds * 1_000_000 + i64::from(wire.nanos) / 1000))
}

/// Checks that an end is not past.
///
/// # Errors
/// INVALID DOMAIN-dv3t5 if it is.
pub(super) fn check(end: Timestamp, now: Timestamp) -> Result<(), Error> {
    match end < now {
        true => Err(error::TOKEN_EXPIRES_IN_THE_PAST.into()),
        false => Ok(()),
    }
}

/// An end for a token that nobody bounds.
pub(super) fn or_never(end: Option<Timestamp>) -> Timestamp {
    end.unwrap_or(NEVER)
}
