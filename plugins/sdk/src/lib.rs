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
mod export;
mod host;
mod provider;

#[doc(hidden)]
pub use export::{Exported, text};
pub use host::{FakeHost, Host, Level};
pub use provider::{Description, Failure, Message, Provider, Reason, Sent};
