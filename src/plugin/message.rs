//! What the rest of the server says to a provider and hears from it.
//!
//! Owned values, free of the C interface: `abi` and `frame` convert them. Neither [`Message`] nor
//! [`SendResult`] prints a text, a code or a number.

use std::{fmt, time::Duration};

use serde_json::Value;

/// One SMS to send.
#[derive(Clone)]
pub struct Message {
    /// The same over all attempts; the provider's idempotency key.
    pub message_id: String,
    /// 1 for the first try.
    pub attempt: u32,
    /// E.164.
    pub to: String,
    /// The sender that is wished; may be empty.
    pub sender: String,
    /// The finished text.
    pub text: String,
    /// BCP 47.
    pub locale: String,
    /// Such as `VerifyPhone`.
    pub template_name: String,
    /// The JSON object `{contextInfo, templateData, args}` of contract/providers §4.
    pub metadata_json: String,
    /// How long the provider may take.
    pub timeout: Duration,
    /// Where the gateway may report what became of it; empty without a public address.
    pub receipt_url: String,
    /// When the text becomes useless, in milliseconds since 1970-01-01T00:00:00Z.
    pub expires_at_unix_ms: i64,
}

impl Message {
    /// The code in `args`, which the log masks while the message is on its way.
    pub(super) fn code(&self) -> Option<String> {
        let metadata: Value = serde_json::from_str(&self.metadata_json).ok()?;
        Some(metadata.get("args")?.get("code")?.as_str()?.to_owned())
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("message_id", &self.message_id)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// What became of a message (plugin-abi §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The provider accepted it.
    Ok,
    /// The number cannot get SMS: never try again.
    InvalidRecipient,
    /// Blocked, opted out, fraud limit, content: never try again.
    Rejected,
    /// Not served by this provider: ask the next one at once.
    Unsupported,
    /// Too fast: again after [`SendResult::retry_after`], or by the next provider.
    Throttled,
    /// Surely not sent: retry with back-off, or by the next provider.
    Unavailable,
    /// It may have been sent: once more with the same id, or stop.
    OutcomeUnknown,
    /// Credentials are wrong: the provider is closed, ask the next one.
    Unauthorized,
    /// The account or a setting is wrong: the provider is closed, ask the next one.
    Misconfigured,
    /// A fault of the plugin: ask the next one.
    Internal,
}

impl Status {
    /// Whether it counts against the provider.
    pub(super) fn is_failure(self) -> bool {
        matches!(
            self,
            Self::Unavailable | Self::OutcomeUnknown | Self::Internal
        )
    }

    /// Whether the provider is of no use until someone changes something.
    pub(super) fn closes(self) -> bool {
        matches!(self, Self::Unauthorized | Self::Misconfigured)
    }
}

/// The answer to one [`Message`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendResult {
    /// The decision.
    pub status: Status,
    /// Whether the host says so because the plugin did not answer: it died, hung or is not there.
    pub by_host: bool,
    /// With [`Status::Throttled`], if the provider said so.
    pub retry_after: Option<Duration>,
    /// How many SMS it took, if the provider said so.
    pub segments: Option<u32>,
    /// The provider's name for the message; may be empty.
    pub provider_id: String,
    /// The provider's own error code; may be empty.
    pub provider_code: String,
    /// For logs and operators, never for the end user; may be empty. Number and code are masked.
    pub detail: String,
}

impl SendResult {
    /// A result that comes from the host itself.
    pub(super) fn of_host(status: Status, detail: impl Into<String>) -> Self {
        Self {
            status,
            by_host: true,
            retry_after: None,
            segments: None,
            provider_id: String::new(),
            provider_code: String::new(),
            detail: detail.into(),
        }
    }
}
