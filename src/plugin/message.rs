//! What the rest of the server says to a provider and hears from it.
//!
//! Owned values, free of the C interface: `abi` and `frame` convert them. None of them prints a text, a
//! code or a number.

use std::{fmt, time::Duration};

use serde_json::Value;

/// One call of a plugin's function.
#[derive(Clone)]
pub enum Call {
    /// Send our text to one number.
    Send(Message),
    /// Make a code and send it.
    VerifyStart(Message),
    /// Say what a code is worth.
    VerifyCheck(Check),
    /// Look at credentials and reachability, within the time.
    Health(Duration),
    /// Tell what became of messages, by the provider's names for them; within the time.
    Poll(Vec<String>, Duration),
    /// Read what the gateway reports.
    Webhook(HttpRequest),
}

impl Call {
    /// How long the plugin may take.
    pub fn timeout(&self) -> Duration {
        match self {
            Self::Send(message) | Self::VerifyStart(message) => message.timeout,
            Self::VerifyCheck(check) => check.timeout,
            Self::Health(timeout) | Self::Poll(_, timeout) => *timeout,
            Self::Webhook(request) => request.timeout,
        }
    }

    /// The same call with less time.
    pub(super) fn within(mut self, left: Duration) -> Self {
        match &mut self {
            Self::Send(message) | Self::VerifyStart(message) => message.timeout = left,
            Self::VerifyCheck(check) => check.timeout = left,
            Self::Health(timeout) | Self::Poll(_, timeout) => *timeout = left,
            Self::Webhook(request) => request.timeout = left,
        }
        self
    }

    /// Whose message it is about; empty for none.
    pub(super) fn message_id(&self) -> &str {
        match self {
            Self::Send(message) | Self::VerifyStart(message) => &message.message_id,
            Self::VerifyCheck(check) => &check.message_id,
            Self::Health(_) | Self::Poll(..) | Self::Webhook(_) => "",
        }
    }
}

/// One SMS to send.
#[derive(Clone, Default)]
pub struct Message {
    /// The same over all attempts; the provider's idempotency key.
    pub message_id: String,
    /// 1 for the first try.
    pub attempt: u32,
    /// E.164.
    pub to: String,
    /// The sender that is wished; may be empty.
    pub sender: String,
    /// The finished text; empty when the provider makes the code.
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

/// A code that a user typed, for the provider that made the right one.
#[derive(Clone)]
pub struct Check {
    /// The message that started the verification.
    pub message_id: String,
    /// What the provider named it.
    pub provider_id: String,
    /// E.164.
    pub to: String,
    /// What the user typed.
    pub code: String,
    /// How long the provider may take.
    pub timeout: Duration,
}

/// What a code is worth, as the provider says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The right one.
    Approved,
    /// Another one.
    WrongCode,
    /// The verification waits for something else.
    Pending,
    /// Too late.
    Expired,
    /// Too many tries.
    Exhausted,
}

/// A request that a gateway made to the server.
#[derive(Clone)]
pub struct HttpRequest {
    /// Such as `POST`.
    pub method: String,
    /// As the gateway sees it, with its query.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body, 64 kB at most.
    pub body: Vec<u8>,
    /// How long the provider may take.
    pub timeout: Duration,
}

/// What became of a message, as the gateway reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's name for the message, or our id of it.
    pub provider_id: String,
    /// Where the message is.
    pub state: ReceiptState,
    /// The gateway's own code; may be empty.
    pub provider_code: String,
    /// Milliseconds since 1970-01-01T00:00:00Z; 0 for now.
    pub at_unix_ms: i64,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReceiptState {
    /// The gateway has it.
    Accepted,
    /// The gateway has passed it on.
    Sent,
    /// It is on the phone.
    Delivered,
    /// It will not arrive.
    Undelivered,
    /// It was not delivered in time.
    Expired,
}

/// What a call came to (plugin-abi §6).
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
    /// Too fast: again after [`Answer::retry_after`], or by the next provider.
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

/// The answer to one [`Call`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The decision.
    pub status: Status,
    /// Whether the host says so because the plugin did not answer: it died, hung or is not there.
    pub by_host: bool,
    /// With [`Status::Throttled`], if the provider said so.
    pub retry_after: Option<Duration>,
    /// How many SMS it took, if the provider said so.
    pub segments: Option<u32>,
    /// What it costs, such as `0.0079 USD`; may be empty.
    pub price: String,
    /// The provider's name for the message; may be empty.
    pub provider_id: String,
    /// The provider's own error code; may be empty.
    pub provider_code: String,
    /// For logs and operators, never for the end user; may be empty. Number and code are masked.
    pub detail: String,
    /// What the code is worth; only after [`Call::VerifyCheck`].
    pub verdict: Option<Verdict>,
    /// What to answer the gateway; only after [`Call::Webhook`], `None` for 200.
    pub http_status: Option<u16>,
    /// The news; only after [`Call::Poll`] and [`Call::Webhook`].
    pub receipts: Vec<Receipt>,
    /// Whether something in it made no sense and was replaced or left out: an unknown number, bytes
    /// that are no text.
    pub is_garbage: bool,
}

impl Answer {
    /// An answer that comes from the host itself.
    pub(super) fn of_host(status: Status, detail: impl Into<String>) -> Self {
        Self {
            by_host: true,
            detail: detail.into(),
            ..Self::of(status)
        }
    }

    /// An answer that says nothing but its status.
    pub(crate) fn of(status: Status) -> Self {
        Self {
            status,
            by_host: false,
            retry_after: None,
            segments: None,
            price: String::new(),
            provider_id: String::new(),
            provider_code: String::new(),
            detail: String::new(),
            verdict: None,
            http_status: None,
            receipts: Vec::new(),
            is_garbage: false,
        }
    }
}

/// What a plugin can do, apart from being built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// It sends texts of ours.
    pub send: bool,
    /// It makes, sends and checks codes.
    pub verify: bool,
    /// It tells its health.
    pub health: bool,
    /// It can be asked what became of messages.
    pub poll: bool,
    /// It reads calls of its gateway.
    pub webhook: bool,
}

impl Abilities {
    /// The names of those that are there, as `export!` has them.
    pub fn names(self) -> Vec<&'static str> {
        [
            (self.send, "Send"),
            (self.verify, "Verify"),
            (self.health, "Health"),
            (self.poll, "Poll"),
            (self.webhook, "Webhook"),
        ]
        .into_iter()
        .filter_map(|(there, name)| there.then_some(name))
        .collect()
    }
}
