//! What Twilio's refusals mean for a message and for the provider.
//!
//! Twilio splits its error codes over time and advises against logic on single ones. So the HTTP status
//! decides first, and the table of codes only refines a refusal of this one request (4xx); whoever
//! knows better says so in `error_actions`, which beats both. Twilio's error messages quote numbers:
//! they are never passed on.

use std::{collections::BTreeMap, time::Duration};

use belfry_plugin::{Failure, HttpResponse, Reason};
use serde::Deserialize;

use crate::api::{json, number};

/// What to do about a refusal: the failures of the SDK, as words of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The number cannot get SMS.
    InvalidRecipient,
    /// Never this message again.
    Rejected,
    /// Another provider may.
    Unsupported,
    /// Too fast: the provider rests.
    Throttled,
    /// Surely not sent: again later.
    Unavailable,
    /// It may have been sent.
    OutcomeUnknown,
    /// The credentials are wrong.
    Unauthorized,
    /// Only the operator can help.
    Misconfigured,
}

use Action::{
    InvalidRecipient, Misconfigured, OutcomeUnknown, Rejected, Throttled, Unauthorized,
    Unavailable, Unsupported,
};

/// The codes that say more than their HTTP status, with our words for them. The limits of Verify per
/// number come with status 429 and the blocks with 403: without the table, one number would make the
/// provider rest, or close it.
const CODES: &[(u32, Action, &str)] = &[
    // Messages: the recipient
    (21211, InvalidRecipient, "not a valid number"),
    (21265, InvalidRecipient, "the recipient is a short code"),
    (21604, InvalidRecipient, "no recipient"),
    (21614, InvalidRecipient, "not a mobile number"),
    (21635, InvalidRecipient, "a landline"),
    (
        21408,
        Unsupported,
        "the account may not send to this country",
    ),
    (
        21612,
        Unsupported,
        "no route from this sender to the number",
    ),
    (21610, Rejected, "the recipient opted out"),
    // Messages: the sender and the account
    (21212, Misconfigured, "the sender is not valid"),
    (21603, Misconfigured, "no sender"),
    (
        21606,
        Misconfigured,
        "the sender is not of this account, or cannot send SMS",
    ),
    (
        21608,
        Misconfigured,
        "a trial account sends to confirmed numbers only",
    ),
    (
        21609,
        Misconfigured,
        "Twilio refuses the address for status callbacks",
    ),
    (
        21659,
        Misconfigured,
        "the sender is not a number of Twilio's",
    ),
    (
        21660,
        Misconfigured,
        "the sender belongs to another account",
    ),
    (30002, Misconfigured, "the account is suspended"),
    (30034, Misconfigured, "traffic to the US is not registered"),
    // Messages: the message
    (21617, Rejected, "the text is too long"),
    (30007, Rejected, "filtered as spam"),
    (
        30450,
        Rejected,
        "blocked by the protection against SMS pumping",
    ),
    (21611, Throttled, "the sender's queue is full"),
    (30001, Throttled, "the queue is full"),
    // Delivery, mostly in receipts
    (30003, Unavailable, "the handset is unreachable"),
    (30004, Rejected, "the message is blocked"),
    (30005, InvalidRecipient, "the number is unknown"),
    (
        30006,
        InvalidRecipient,
        "a landline, or a carrier that is not reachable",
    ),
    (30008, Unavailable, "Twilio does not know why"),
    (30410, Unavailable, "the carrier did not answer in time"),
    // Verify
    (60200, InvalidRecipient, "not a valid number"),
    (60202, Rejected, "too many tries for this number"),
    (60203, Rejected, "too many messages to this number"),
    (60204, Misconfigured, "the Verify service cannot do this"),
    (60205, InvalidRecipient, "a landline"),
    (60212, Rejected, "too many requests for this number at once"),
    (60238, Rejected, "blocked by Twilio"),
    (60410, Rejected, "blocked by the protection against fraud"),
    (
        60605,
        Unsupported,
        "the Verify service may not send to this country",
    ),
];

/// The table, with what the operator knows better.
pub(crate) struct Actions {
    overrides: BTreeMap<u32, Action>,
}

impl Actions {
    pub(crate) fn new(overrides: BTreeMap<u32, Action>) -> Self {
        Self { overrides }
    }

    /// What a message failed of, by the code that Twilio gave for it after it had taken it.
    pub(crate) fn of_code(&self, code: Option<u32>) -> Failure {
        let known = code.and_then(known);
        let action = code.and_then(|code| self.overrides.get(&code).copied());
        let action = action
            .or(known.map(|(action, _)| action))
            .unwrap_or(Rejected);
        let words = known.map_or("Twilio could not deliver it", |(_, words)| words);
        failure(action, reason(words, None, code), None)
    }

    /// What an answer means that is not the one that was hoped for.
    pub(crate) fn of_answer(&self, response: &HttpResponse) -> Failure {
        let code = code(response);
        let (class, class_words) = of_status(response.status);
        let refines = matches!(response.status, 400..=499) && response.status != 401;
        let known = code.and_then(known).filter(|_| refines);
        let (action, words) = known.unwrap_or((class, class_words));
        let action = code
            .and_then(|code| self.overrides.get(&code).copied())
            .unwrap_or(action);
        let reason = reason(words, Some(response.status), code);
        failure(action, reason, response.retry_after)
    }
}

/// The failure of a mere question: nothing can have been sent, so nothing is of unknown outcome.
pub(crate) fn of_question(failure: Failure) -> Failure {
    match failure {
        Failure::OutcomeUnknown(reason) => Failure::Unavailable(reason),
        other => other,
    }
}

/// Twilio's own code of a refusal.
pub(crate) fn code(response: &HttpResponse) -> Option<u32> {
    number(&json(response), "code")
}

fn known(code: u32) -> Option<(Action, &'static str)> {
    let row = CODES.iter().find(|row| row.0 == code)?;
    Some((row.1, row.2))
}

/// What an HTTP status means by itself.
fn of_status(status: u16) -> (Action, &'static str) {
    match status {
        // Nobody asked for an answer of these kinds; whether something was sent cannot be told.
        0..=299 => (OutcomeUnknown, "Twilio's answer is not understood"),
        300..=399 => (Misconfigured, "redirects are not followed"),
        401 | 403 => (Unauthorized, "Twilio refuses the credentials"),
        402 => (Misconfigured, "the account has no credit"),
        404 => (Misconfigured, "no such account or service"),
        408 | 504 => (OutcomeUnknown, "Twilio did not answer in time"),
        429 => (Throttled, "too many requests"),
        400..=499 => (Rejected, "Twilio refuses the message"),
        _ => (Unavailable, "Twilio has an outage"),
    }
}

fn reason(words: &'static str, status: Option<u16>, code: Option<u32>) -> Reason {
    let number = match (code, status) {
        (Some(code), _) => code.to_string(),
        (None, Some(status)) => status.to_string(),
        (None, None) => String::new(),
    };
    let text = match (status, code) {
        (Some(status), Some(code)) => format!("{words} (HTTP {status}, error {code})"),
        (Some(status), None) => format!("{words} (HTTP {status})"),
        (None, Some(code)) => format!("{words} (error {code})"),
        (None, None) => words.to_owned(),
    };
    Reason::with_code(text, number)
}

fn failure(action: Action, reason: Reason, retry_after: Option<Duration>) -> Failure {
    match action {
        InvalidRecipient => Failure::InvalidRecipient(reason),
        Rejected => Failure::Rejected(reason),
        Unsupported => Failure::Unsupported(reason),
        Throttled => Failure::Throttled(reason, retry_after),
        Unavailable => Failure::Unavailable(reason),
        OutcomeUnknown => Failure::OutcomeUnknown(reason),
        Unauthorized => Failure::Unauthorized(reason),
        Misconfigured => Failure::Misconfigured(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_manual_and_in_the_table_once() {
        let manual = include_str!("../README.md");
        for (place, (code, ..)) in CODES.iter().enumerate() {
            assert!(manual.contains(&code.to_string()), "{code}");
            let others = CODES[place + 1..].iter();
            assert!(others.clone().all(|row| row.0 != *code), "{code} is twice");
        }
    }
}
