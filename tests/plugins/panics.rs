//! A provider that panics at each text with a certain word, and says which instance took the others.
//!
//! An example of the server's package (`Cargo.toml`), so that only the tests build it.

#![allow(missing_docs)]

use std::sync::atomic::{AtomicU32, Ordering};

use belfry_plugin::{Description, Failure, Host, Message, Provider, Sent};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Config {
    word: String,
}

pub struct Panics {
    word: String,
    instance: u32,
}

impl Provider for Panics {
    type Config = Config;

    fn description() -> Description {
        Description::new("panics", "Panics").config_schema(serde_json::json!({
            "type": "object",
            "required": ["word"],
            "properties": {"word": {"type": "string"}},
        }))
    }

    fn create(_: Host, config: Config) -> Result<Self, Failure> {
        static INSTANCES: AtomicU32 = AtomicU32::new(0);
        Ok(Self {
            word: config.word,
            instance: 1 + INSTANCES.fetch_add(1, Ordering::SeqCst),
        })
    }

    fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        assert!(!message.text.contains(&self.word), "a bug in the plugin");
        Ok(Sent {
            provider_id: format!("instance {}", self.instance),
            ..Sent::default()
        })
    }
}

belfry_plugin::export!(Panics: Send);
