//! Write SMS providers for Belfry in safe Rust.
//!
//! A provider is a `cdylib` crate with one type that implements [`Provider`], and one line that
//! exports it. The server loads the library at run time, by default in a process of its own; a
//! panic becomes [`Failure::Internal`] and costs the instance, which is created anew.
//!
//! ```
//! use belfry_plugin::{Description, Failure, FakeHost, Host, Message, Provider, Sent};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! pub struct Config {
//!     greeting: String,
//! }
//!
//! pub struct Town {
//!     host: Host,
//!     greeting: String,
//! }
//!
//! impl Provider for Town {
//!     type Config = Config;
//!
//!     fn description() -> Description {
//!         Description::new("town", "Town crier").config_schema(serde_json::json!({
//!             "type": "object",
//!             "properties": {"greeting": {"type": "string", "default": "Hear ye"}},
//!         }))
//!     }
//!
//!     fn create(host: Host, config: Config) -> Result<Self, Failure> {
//!         Ok(Self { host, greeting: config.greeting })
//!     }
//!
//!     fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
//!         if !message.to.starts_with("+41") {
//!             return Err(Failure::Unsupported("only Swiss numbers can hear the crier".into()));
//!         }
//!         self.host.info(format!("{}: message {}", self.greeting, message.id));
//!         Ok(Sent::default())
//!     }
//! }
//!
//! belfry_plugin::export!(Town: Send);
//!
//! // A unit test needs no server:
//! let host = FakeHost::default();
//! let config = serde_json::from_str(r#"{"greeting": "Hark"}"#).unwrap();
//! let town = Town::create(host.host(), config).unwrap();
//! town.send(&Message { id: "m1", to: "+41791234567", ..Message::default() }).unwrap();
//! assert_eq!(host.lines()[0].1, "Hark: message m1");
//! assert!(town.send(&Message { to: "+33612345678", ..Message::default() }).is_err());
//! ```

pub mod abi;
mod abilities;
mod calls;
#[cfg(feature = "client")]
mod client;
mod convert;
mod export;
mod fake_host;
mod host;
mod http;
mod provider;
#[cfg(feature = "client")]
mod public;

pub use abilities::{
    Check, Health, Poll, Receipt, ReceiptState, Verdict, Verify, Webhook, WebhookAnswer,
};
#[cfg(feature = "client")]
pub use client::Client;
#[doc(hidden)]
pub use export::{Exported, text};
pub use fake_host::FakeHost;
pub use host::{Host, Level};
#[doc(hidden)]
pub use http::answer;
pub use http::{HttpFailure, HttpRequest, HttpResponse};
pub use provider::{Description, Failure, Message, Provider, Reason, Sent};
