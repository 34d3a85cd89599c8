//! What an author writes: a [`Provider`] and its [`Description`]; and what its calls speak in.

use std::{borrow::Cow, time::Duration};

use serde::{Serialize, de::DeserializeOwned};

use crate::Host;

/// An SMS provider. One value serves all calls, up to
/// [`max_concurrency`](Description::max_concurrency) of them at the same time.
///
/// ```
/// use belfry_plugin::*;
///
/// #[derive(serde::Deserialize)]
/// struct Config {
///     endpoint: String,
/// }
///
/// struct Town {
///     host: Host,
///     config: Config,
/// }
///
/// impl Provider for Town {
///     type Config = Config;
///
///     fn description() -> Description {
///         Description::new("town", "Town")
///             .http_hosts(["{endpoint}"])
///             .config_schema(serde_json::json!({
///                 "type": "object",
///                 "required": ["endpoint"],
///                 "properties": {"endpoint": {"type": "string", "pattern": "^https?://"}},
///             }))
///     }
///
///     fn create(host: Host, config: Config) -> Result<Self, Failure> {
///         Ok(Self { host, config })
///     }
///
///     fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
///         let body = serde_json::json!({"to": message.to, "text": message.text, "id": message.id});
///         // Without an answer the `?` says whether the message may have been sent.
///         let answer = self.host.http(&HttpRequest {
///             url: &self.config.endpoint,
///             body: body.to_string().as_bytes(),
///             timeout: message.timeout,
///             ..HttpRequest::default()
///         })?;
///         match answer.status {
///             200..300 => Ok(Sent::default()),
///             429 => Err(Failure::Throttled("too fast".into(), answer.retry_after)),
///             status => Err(Failure::Unavailable(format!("status {status}").into())),
///         }
///     }
/// }
///
/// belfry_plugin::export!(Town: Send);
///
/// let fake = FakeHost::answering(|_| Ok(HttpResponse { status: 503, ..HttpResponse::default() }));
/// let config = Config { endpoint: "https://sms.example.com/send".into() };
/// let town = Town::create(fake.host(), config).unwrap();
/// let message = Message { id: "m1", to: "+41791234567", text: "hello", ..Message::default() };
/// assert!(matches!(town.send(&message), Err(Failure::Unavailable(_))));
/// ```
pub trait Provider: Sized + Send + Sync + 'static {
    /// The configuration. The server has checked it against the schema and filled the defaults.
    type Config: DeserializeOwned;

    /// Who this is and what it can do; asked once.
    fn description() -> Description;

    /// Builds the provider. Connect lazily: a gateway that is down is no reason to fail here.
    ///
    /// # Errors
    /// Whatever makes the configuration unusable, as [`Failure::Misconfigured`]: tried again when
    /// something has changed. [`Failure::Unavailable`] is tried again by the clock.
    fn create(host: Host, config: Self::Config) -> Result<Self, Failure>;

    /// Sends one message, within [`Message::timeout`].
    ///
    /// # Errors
    /// The variant of [`Failure`] decides what the server does next.
    fn send(&self, message: &Message<'_>) -> Result<Sent, Failure>;
}

/// One SMS to send.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// The same over all attempts: the idempotency key.
    pub id: &'a str,
    /// 1 for the first try.
    pub attempt: u32,
    /// E.164, such as `+41791234567`.
    pub to: &'a str,
    /// The sender that is wished; may be empty.
    pub sender: &'a str,
    /// The finished text. It holds the code: never log it.
    pub text: &'a str,
    /// BCP 47, such as `de`.
    pub locale: &'a str,
    /// Such as `VerifyPhone`.
    pub template_name: &'a str,
    /// A JSON object: `contextInfo`, `templateData`, `args`; the code is `args.code`.
    pub metadata_json: &'a str,
    /// What is left for this call.
    pub timeout: Duration,
    /// Where the gateway may call [`Webhook`](crate::Webhook): append a path and a query of your own.
    /// Empty if the server has no public address.
    pub receipt_url: &'a str,
    /// When the text becomes useless, in milliseconds since 1970-01-01T00:00:00Z.
    pub expires_at_unix_ms: i64,
}

impl Default for Message<'_> {
    /// A message for unit tests: an empty one, with ten seconds left, and good for an hour by the clock
    /// of [`FakeHost::default`](crate::FakeHost).
    fn default() -> Self {
        Self {
            id: "",
            attempt: 1,
            to: "",
            sender: "",
            text: "",
            locale: "en",
            template_name: "",
            metadata_json: "{}",
            timeout: Duration::from_secs(10),
            receipt_url: "",
            expires_at_unix_ms: 1_700_003_600_000,
        }
    }
}

/// The provider accepted the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The provider's name for the message; may be empty. At most 127 bytes are kept.
    pub provider_id: String,
    /// How many SMS it took; 0 if that is not known.
    pub segments: u32,
    /// What it costs, such as `0.0079 USD`; empty if that is not known. 31 bytes at most are kept.
    pub price: String,
}

/// Why a message was not sent, and so what the server does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The number cannot get SMS: never tried again.
    InvalidRecipient(Reason),
    /// Blocked, opted out, fraud limit, content: never tried again.
    Rejected(Reason),
    /// Not served by this provider: the next one is asked.
    Unsupported(Reason),
    /// Too fast: tried again after the given time.
    Throttled(Reason, Option<Duration>),
    /// Surely not sent (server error, no name, connection refused): tried again.
    Unavailable(Reason),
    /// The request left and no answer came: tried again with the same id.
    OutcomeUnknown(Reason),
    /// Our credentials are wrong or revoked: the provider is closed.
    Unauthorized(Reason),
    /// No credit, unknown sender, bad setting: the provider is closed.
    Misconfigured(Reason),
    /// A fault of this plugin.
    Internal(Reason),
}

/// The operator's explanation: never the text of a message, a code or a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// For the log; at most 319 bytes are kept.
    pub text: Cow<'static, str>,
    /// The provider's own error code; at most 63 bytes are kept.
    pub code: String,
}

impl Reason {
    /// A reason with the provider's own error code.
    pub fn with_code(text: impl Into<Cow<'static, str>>, code: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: code.into(),
        }
    }
}

impl From<&'static str> for Reason {
    fn from(text: &'static str) -> Self {
        Self::with_code(text, "")
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self::with_code(text, "")
    }
}

/// What `describe` tells the server; the header lists the meaning of each key.
#[derive(Clone, Debug, Serialize)]
pub struct Description {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: &'static str,
    homepage: &'static str,
    config_schema: serde_json::Value,
    max_concurrency: u32,
    http_hosts: Vec<&'static str>,
    idempotent_send: bool,
}

impl Description {
    /// A provider with that id (letters, digits, `-`, `_`, `.`) and name for people.
    pub fn new(id: &'static str, name: &'static str) -> Self {
        Self {
            id,
            name,
            version: "",
            vendor: "",
            homepage: "",
            config_schema: serde_json::json!({"type": "object"}),
            max_concurrency: 1,
            http_hosts: Vec::new(),
            idempotent_send: false,
        }
    }

    /// The plugin's version; usually `env!("CARGO_PKG_VERSION")`.
    pub fn version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    /// Who makes it, and where its page is.
    pub fn vendor(mut self, vendor: &'static str, homepage: &'static str) -> Self {
        self.vendor = vendor;
        self.homepage = homepage;
        self
    }

    /// The JSON Schema of [`Provider::Config`]; the header says what is understood.
    pub fn config_schema(mut self, schema: serde_json::Value) -> Self {
        self.config_schema = schema;
        self
    }

    /// How many calls may run at the same time: 1 (the default) to 64.
    pub fn max_concurrency(mut self, calls: u32) -> Self {
        self.max_concurrency = calls;
        self
    }

    /// Hosts that [`Host::http`] may reach: `api.example.com`, by HTTPS and never at a private address;
    /// `{endpoint}` is the host of the URL that the operator wrote in the property `endpoint`.
    pub fn http_hosts(mut self, hosts: impl IntoIterator<Item = &'static str>) -> Self {
        self.http_hosts.extend(hosts);
        self
    }

    /// Sending twice with one message id sends one SMS.
    pub fn idempotent_send(mut self) -> Self {
        self.idempotent_send = true;
        self
    }
}
