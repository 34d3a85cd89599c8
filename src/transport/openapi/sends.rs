//! The errors of the operations that send codes by SMS: what the limits against pumping refuse with.

use std::time::Duration;

use crate::error::{self, Error};

/// The limits against pumping (`api::codes`), in the order they are looked at.
pub(super) fn refused() -> impl Iterator<Item = Error> {
    let not_served = [
        (
            error::COUNTRY_NOT_SERVED,
            "No codes are sent to numbers of BS",
        ),
        (
            error::NUMBER_TYPE_REFUSED,
            "No codes are sent to numbers of the type premium_rate",
        ),
    ];
    let reached = [
        (
            error::COUNTRY_STOPPED,
            "No codes are sent to numbers of this country for a while",
        ),
        (
            error::TOO_MANY_SENDS_TO_NUMBER,
            "A code was sent to this number just now",
        ),
        (
            error::TOO_MANY_SENDS_OF_USER,
            "Too many codes were sent to this user",
        ),
        (
            error::TOO_MANY_SENDS_TO_PREFIX,
            "Too many codes were sent to numbers like this one",
        ),
        (
            error::TOO_MANY_SENDS_OF_ORGANIZATION,
            "Too many codes were sent to users of this organization",
        ),
        (
            error::TOO_MANY_SENDS_TO_COUNTRY,
            "Too many codes were sent to numbers of this country",
        ),
        (error::TOO_MANY_SENDS, "Too many codes were sent"),
    ];
    let not_served = not_served
        .into_iter()
        .map(|(id, text)| Error::precondition(id, text.to_owned()));
    let reached = reached.into_iter().map(|(id, text)| {
        let text = format!("{text}; try again in 60 seconds");
        Error::exhausted(id, text, Duration::from_secs(60))
    });
    not_served.chain(reached)
}
