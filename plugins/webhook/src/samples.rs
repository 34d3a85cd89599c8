//! Answers that are known beforehand: each is held against the rules when the provider is created, so
//! that a slip in a rule shows before the first message does.

use belfry_plugin::{Failure, HttpResponse, Sent};
use serde::Deserialize;

use crate::rules::Rules;

/// An answer of the gateway, and what it means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    #[serde(default)]
    pub body: String,
    /// `accepted`, or the name of a failure as rules have it.
    pub expect: String,
}

impl Sample {
    /// Whether the rules say what is expected.
    ///
    /// # Errors
    /// [`Failure::Misconfigured`] with what they say instead.
    pub fn check(&self, number: usize, rules: &Rules) -> Result<(), Failure> {
        let response = HttpResponse {
            status: self.status,
            body: self.body.clone().into_bytes(),
            ..HttpResponse::default()
        };
        let said = name(&rules.verdict("sample", &response));
        match said == self.expect {
            true => Ok(()),
            false => Err(Failure::Misconfigured(
                format!(
                    "samples[{number}] should be {}, and the rules say {said}",
                    self.expect
                )
                .into(),
            )),
        }
    }
}

fn name(verdict: &Result<Sent, Failure>) -> &'static str {
    match verdict {
        Ok(_) => "accepted",
        Err(Failure::InvalidRecipient(_)) => "invalid_recipient",
        Err(Failure::Rejected(_)) => "rejected",
        Err(Failure::Unsupported(_)) => "unsupported",
        Err(Failure::Throttled(..)) => "throttled",
        Err(Failure::Unavailable(_)) => "unavailable",
        Err(Failure::OutcomeUnknown(_)) => "outcome_unknown",
        Err(Failure::Unauthorized(_)) => "unauthorized",
        Err(Failure::Misconfigured(_)) => "misconfigured",
        Err(Failure::Internal(_)) => "internal",
    }
}
