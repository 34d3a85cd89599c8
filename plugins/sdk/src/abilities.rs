//! What a provider may be able to do beside sending: each ability is a trait of its own, and
//! [`export!`](crate::export) lists those that the type has.

use std::time::Duration;

use crate::{Failure, HttpRequest, Message, Provider, Sent};

/// The provider makes, sends and checks the code itself, as Twilio Verify does.
///
/// The server asks [`start`](Self::start) before [`Provider::send`]; [`Failure::Unsupported`] means
/// "not with this configuration", and then `send` is called.
///
/// ```
/// # use belfry_plugin::*;
/// # struct Town;
/// # impl Provider for Town {
/// #     type Config = serde_json::Value;
/// #     fn description() -> Description { Description::new("town", "Town") }
/// #     fn create(_: Host, _: Self::Config) -> Result<Self, Failure> { Ok(Self) }
/// #     fn send(&self, _: &Message<'_>) -> Result<Sent, Failure> { Ok(Sent::default()) }
/// # }
/// impl Verify for Town {
///     fn start(&self, message: &Message<'_>) -> Result<Sent, Failure> {
///         Ok(Sent { provider_id: format!("v-{}", message.id), ..Sent::default() })
///     }
///
///     fn check(&self, check: &Check<'_>) -> Result<Verdict, Failure> {
///         Ok(if check.code == "Hark!" { Verdict::Approved } else { Verdict::WrongCode })
///     }
/// }
/// let check = Check { provider_id: "v-m1", code: "Hark!", ..Check::default() };
/// assert_eq!(Town.check(&check), Ok(Verdict::Approved));
/// belfry_plugin::export!(Town: Send + Verify);
/// ```
pub trait Verify: Provider {
    /// Sends a code of the provider's own making; [`Message::text`] is empty.
    ///
    /// # Errors
    /// As in [`Provider::send`].
    fn start(&self, message: &Message<'_>) -> Result<Sent, Failure>;

    /// Says what the code that a user typed is worth.
    ///
    /// # Errors
    /// Why the question could not be answered. A wrong code is no error but a [`Verdict`].
    fn check(&self, check: &Check<'_>) -> Result<Verdict, Failure>;
}

/// A code that a user typed.
#[derive(Clone, Copy)]
pub struct Check<'a> {
    /// [`Message::id`] of the message that started the verification.
    pub message_id: &'a str,
    /// What [`Verify::start`] answered in [`Sent::provider_id`].
    pub provider_id: &'a str,
    /// E.164.
    pub to: &'a str,
    /// What the user typed: never log it.
    pub code: &'a str,
    /// What is left for this call.
    pub timeout: Duration,
}

impl Default for Check<'_> {
    /// A check for unit tests: an empty one, with ten seconds left.
    fn default() -> Self {
        Self {
            message_id: "",
            provider_id: "",
            to: "",
            code: "",
            timeout: Duration::from_secs(10),
        }
    }
}

/// What a code is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the right one.
    Approved,
    /// It is not the one that was sent.
    WrongCode,
    /// The verification waits for something other than a code.
    Pending,
    /// It is too late.
    Expired,
    /// There were too many tries.
    Exhausted,
}

/// The provider can say whether it is reachable and its credentials are good.
///
/// ```
/// # use belfry_plugin::*;
/// # use std::time::Duration;
/// # struct Town;
/// # impl Provider for Town {
/// #     type Config = serde_json::Value;
/// #     fn description() -> Description { Description::new("town", "Town") }
/// #     fn create(_: Host, _: Self::Config) -> Result<Self, Failure> { Ok(Self) }
/// #     fn send(&self, _: &Message<'_>) -> Result<Sent, Failure> { Ok(Sent::default()) }
/// # }
/// impl Health for Town {
///     fn health(&self, _timeout: Duration) -> Result<(), Failure> {
///         Err(Failure::Unavailable("the crier sleeps".into()))
///     }
/// }
/// assert!(Town.health(Duration::from_secs(1)).is_err());
/// belfry_plugin::export!(Town: Send + Health);
/// ```
pub trait Health: Provider {
    /// Checks credentials and reachability, within `timeout`; sends nothing.
    ///
    /// # Errors
    /// What would keep a message from being sent now.
    fn health(&self, timeout: Duration) -> Result<(), Failure>;
}

/// The provider can be asked what became of messages.
///
/// ```
/// # use belfry_plugin::*;
/// # use std::time::Duration;
/// # struct Town;
/// # impl Provider for Town {
/// #     type Config = serde_json::Value;
/// #     fn description() -> Description { Description::new("town", "Town") }
/// #     fn create(_: Host, _: Self::Config) -> Result<Self, Failure> { Ok(Self) }
/// #     fn send(&self, _: &Message<'_>) -> Result<Sent, Failure> { Ok(Sent::default()) }
/// # }
/// impl Poll for Town {
///     fn poll(&self, ids: &[&str], _timeout: Duration) -> Result<Vec<Receipt>, Failure> {
///         Ok(ids.iter().map(|id| Receipt::new(*id, ReceiptState::Delivered)).collect())
///     }
/// }
/// assert_eq!(Town.poll(&["a", "b"], Duration::from_secs(1)).unwrap().len(), 2);
/// belfry_plugin::export!(Town: Send + Poll);
/// ```
pub trait Poll: Provider {
    /// The news of some messages, by [`Sent::provider_id`], at most 50 of them. Those without news are
    /// left out. Receipts that came by a connection of the plugin's own are handed out here too.
    ///
    /// # Errors
    /// Why nothing could be asked.
    fn poll(&self, ids: &[&str], timeout: Duration) -> Result<Vec<Receipt>, Failure>;
}

/// The gateway calls the server at [`Message::receipt_url`] to report what became of a message.
///
/// ```
/// # use belfry_plugin::*;
/// # struct Town;
/// # impl Provider for Town {
/// #     type Config = serde_json::Value;
/// #     fn description() -> Description { Description::new("town", "Town") }
/// #     fn create(_: Host, _: Self::Config) -> Result<Self, Failure> { Ok(Self) }
/// #     fn send(&self, _: &Message<'_>) -> Result<Sent, Failure> { Ok(Sent::default()) }
/// # }
/// impl Webhook for Town {
///     fn webhook(&self, request: &HttpRequest<'_>) -> Result<WebhookAnswer, Failure> {
///         if request.header("X-Seal") != Some("red wax") {
///             return Err(Failure::Rejected("the seal is broken".into()));
///         }
///         let id = String::from_utf8_lossy(request.body);
///         Ok(WebhookAnswer::with([Receipt::new(id, ReceiptState::Delivered)]))
///     }
/// }
/// let call = HttpRequest { body: b"m1", headers: &[("x-seal", "red wax")], ..HttpRequest::default() };
/// assert_eq!(Town.webhook(&call).unwrap().receipts[0].provider_id, "m1");
/// assert!(Town.webhook(&HttpRequest::default()).is_err());
/// belfry_plugin::export!(Town: Send + Webhook);
/// ```
pub trait Webhook: Provider {
    /// Reads one call of the gateway. The signature comes first: [`Failure::Rejected`] if it is wrong,
    /// and the caller gets a 403.
    ///
    /// # Errors
    /// Why the call is not believed, or not understood.
    fn webhook(&self, request: &HttpRequest<'_>) -> Result<WebhookAnswer, Failure>;
}

/// What the gateway's call was about, and what it is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookAnswer {
    /// The news; 64 of them at most are kept.
    pub receipts: Vec<Receipt>,
    /// The HTTP status to answer; 0 means 200. A 2xx has the body `OK`.
    pub http_status: u16,
}

impl WebhookAnswer {
    /// A 200 with those news.
    pub fn with(receipts: impl IntoIterator<Item = Receipt>) -> Self {
        Self {
            receipts: receipts.into_iter().collect(),
            http_status: 0,
        }
    }
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// [`Sent::provider_id`], or [`Message::id`] if the gateway echoes that; 127 bytes at most.
    pub provider_id: String,
    /// Where the message is now.
    pub state: ReceiptState,
    /// The gateway's own code for it; 63 bytes at most are kept.
    pub provider_code: String,
    /// When it happened, in milliseconds since 1970-01-01T00:00:00Z; 0 means now.
    pub at_unix_ms: i64,
}

impl Receipt {
    /// A receipt of now, without the gateway's own code.
    pub fn new(provider_id: impl Into<String>, state: ReceiptState) -> Self {
        Self {
            provider_id: provider_id.into(),
            state,
            provider_code: String::new(),
            at_unix_ms: 0,
        }
    }
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
