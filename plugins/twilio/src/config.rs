//! The `config` table of the provider: its type, its schema for the host, and what a schema cannot say.
//!
//! The host has checked the shape and filled the defaults; here an empty text becomes "not set", and
//! settings that only make sense together are checked together.

use std::collections::BTreeMap;

use belfry_plugin::Failure;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::errors::Action;

const API_URL: &str = "https://api.twilio.com";
const VERIFY_URL: &str = "https://verify.twilio.com";

/// The `config` table of the provider. It holds secrets, so it cannot be printed.
#[derive(Deserialize)]
pub struct Config {
    /// Whose account: `AC…`.
    pub(crate) account_sid: String,
    /// The account's token. It authenticates requests unless there is an API key, and signs callbacks.
    pub(crate) auth_token: Option<String>,
    /// An API key instead of the token: `SK…`.
    pub(crate) api_key_sid: Option<String>,
    pub(crate) api_key_secret: Option<String>,
    /// The number, short code or name that texts come from.
    pub(crate) sender_number: Option<String>,
    /// A Messaging Service that chooses the sender: `MG…`.
    pub(crate) messaging_service_sid: Option<String>,
    /// The Verify service that makes, sends and checks codes: `VA…`.
    pub(crate) verify_service_sid: Option<String>,
    #[serde(default = "api_url")]
    pub(crate) api_url: String,
    #[serde(default = "verify_url")]
    pub(crate) verify_url: String,
    #[serde(default = "yes")]
    pub(crate) status_callback: bool,
    /// The secret of a shared key that signs callbacks instead of the token.
    pub(crate) webhook_key: Option<String>,
    pub(crate) max_price: Option<f64>,
    pub(crate) risk_check: Option<String>,
    pub(crate) smart_encoded: Option<bool>,
    pub(crate) content_retention: Option<String>,
    pub(crate) address_retention: Option<String>,
    /// What the operator knows better about single error codes.
    #[serde(default)]
    pub(crate) error_actions: BTreeMap<u32, Action>,
}

fn api_url() -> String {
    API_URL.into()
}

fn verify_url() -> String {
    VERIFY_URL.into()
}

fn yes() -> bool {
    true
}

impl Config {
    /// The configuration without empty texts and trailing slashes.
    ///
    /// # Errors
    /// Settings that are missing beside each other, as [`Failure::Misconfigured`].
    pub(crate) fn checked(mut self) -> Result<Self, Failure> {
        for setting in [
            &mut self.auth_token,
            &mut self.api_key_sid,
            &mut self.api_key_secret,
            &mut self.sender_number,
            &mut self.messaging_service_sid,
            &mut self.verify_service_sid,
            &mut self.webhook_key,
        ] {
            setting.take_if(|text| text.is_empty());
        }
        for url in [&mut self.api_url, &mut self.verify_url] {
            url.truncate(url.trim_end_matches('/').len());
        }
        let fault = if self.api_key_sid.is_some() != self.api_key_secret.is_some() {
            "api_key_sid and api_key_secret need each other"
        } else if self.auth_token.is_none() && self.api_key_sid.is_none() {
            "give auth_token, or api_key_sid and api_key_secret"
        } else if !self.has_sender() && self.verify_service_sid.is_none() {
            "give sender_number, messaging_service_sid or verify_service_sid"
        } else {
            return Ok(self);
        };
        Err(Failure::Misconfigured(fault.into()))
    }

    /// Whether texts can be sent.
    pub(crate) fn has_sender(&self) -> bool {
        self.sender_number.is_some() || self.messaging_service_sid.is_some()
    }

    /// User name and password for Twilio.
    pub(crate) fn credentials(&self) -> (&str, &str) {
        match (&self.api_key_sid, &self.api_key_secret) {
            (Some(sid), Some(secret)) => (sid, secret),
            _ => (
                &self.account_sid,
                self.auth_token.as_deref().unwrap_or_default(),
            ),
        }
    }
}

/// What the host checks, and shows to operators.
pub(crate) fn schema() -> Value {
    let secret = |title: &str, description: &str| json!({"type": "string", "writeOnly": true, "title": title, "description": description});
    // A SID goes into the path of URLs; how long it is, Twilio may change.
    let sid = |title: &str, description: &str| {
        json!({
            "type": "string", "pattern": "^[0-9A-Za-z_-]*$", "maxLength": 200,
            "title": title, "description": description,
        })
    };
    let url = |title: &str, default: &str| {
        json!({
            "type": "string", "pattern": "^https?://[^\\s?#]+$", "maxLength": 2048,
            "title": title, "default": default,
        })
    };
    let choice =
        |title: &str, words: [&str; 2]| json!({"type": "string", "enum": words, "title": title});
    json!({
        "type": "object",
        "required": ["account_sid"],
        "properties": {
            "account_sid": {
                "type": "string", "pattern": "^[0-9A-Za-z_-]+$", "maxLength": 200,
                "title": "Account SID", "description": "AC…, from the start page of Twilio's console",
            },
            "auth_token": secret("Auth token", "Authenticates requests, and checks status callbacks"),
            "api_key_sid": sid("API key SID", "SK…; with its secret, used instead of the auth token"),
            "api_key_secret": secret("API key secret", "Shown once, when the key is made"),
            "sender_number": {
                "type": "string", "maxLength": 200,
                "title": "Sender", "description": "A number of the account, a short code or a name",
            },
            "messaging_service_sid": sid("Messaging Service", "MG…; chooses the sender"),
            "verify_service_sid": sid("Verify service", "VA…; Twilio makes, sends and checks codes"),
            "api_url": url("Messages API", API_URL),
            "verify_url": url("Verify API", VERIFY_URL),
            "status_callback": {
                "type": "boolean", "default": true,
                "title": "Status callbacks",
                "description": "Ask Twilio to report what became of a text",
            },
            "webhook_key": secret(
                "Webhook key",
                "The secret of a shared key that signs status callbacks instead of the auth token",
            ),
            "max_price": {"type": "number", "minimum": 0, "title": "Highest price of a message"},
            "risk_check": choice("SMS pumping protection", ["enable", "disable"]),
            "smart_encoded": {
                "type": "boolean",
                "title": "Smart encoding", "description": "Replace characters that cost more segments",
            },
            "content_retention": choice("Keep texts at Twilio", ["retain", "discard"]),
            "address_retention": choice("Keep numbers at Twilio", ["retain", "obfuscate"]),
            "error_actions": {
                "type": "object", "additionalProperties": true, "default": {},
                "title": "What error codes mean",
                "description": "Twilio's error code = invalid_recipient, rejected, unsupported, \
                                throttled, unavailable, outcome_unknown, unauthorized or misconfigured",
            },
        },
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn checked(config: Value) -> Result<Config, Failure> {
        serde_json::from_value::<Config>(config).unwrap().checked()
    }

    #[test]
    fn settings_that_need_each_other_are_asked_for() {
        for (config, missing) in [
            (
                json!({"account_sid": "AC1", "sender_number": "+1"}),
                "auth_token",
            ),
            (
                json!({"account_sid": "AC1", "auth_token": "", "sender_number": "+1"}),
                "auth_token",
            ),
            (
                json!({"account_sid": "AC1", "auth_token": "t", "api_key_sid": "SK1",
                       "sender_number": "+1"}),
                "api_key_secret",
            ),
            (
                json!({"account_sid": "AC1", "auth_token": "t", "verify_service_sid": ""}),
                "sender_number",
            ),
        ] {
            let Err(Failure::Misconfigured(reason)) = checked(config.clone()) else {
                panic!("{config} was accepted");
            };
            assert!(reason.text.contains(missing), "{}", reason.text);
        }
    }

    #[test]
    fn an_api_key_is_used_before_the_token() {
        let mut config = json!({"account_sid": "AC1", "auth_token": "t", "sender_number": "+1"});
        assert_eq!(checked(config.clone()).unwrap().credentials(), ("AC1", "t"));
        config["api_key_sid"] = "SK1".into();
        config["api_key_secret"] = "s".into();
        assert_eq!(checked(config).unwrap().credentials(), ("SK1", "s"));
    }

    #[test]
    fn every_secret_is_marked_and_every_property_is_known_and_explained() {
        let schema = schema();
        for secret in ["auth_token", "api_key_secret", "webhook_key"] {
            assert_eq!(schema["properties"][secret]["writeOnly"], true, "{secret}");
        }
        let manual = include_str!("../README.md");
        let mut all = json!({});
        for (name, property) in schema["properties"].as_object().unwrap() {
            assert!(manual.contains(&format!("`{name}`")), "{name}");
            all[name] = match property["type"].as_str().unwrap() {
                "string" => property["enum"].get(0).cloned().unwrap_or("x".into()),
                "boolean" => false.into(),
                "number" => 0.05.into(),
                "object" => json!({"21211": "rejected"}),
                other => panic!("{name} is a {other}"),
            };
        }
        let config = checked(all).unwrap();
        assert!(!config.status_callback);
        assert_eq!(config.max_price, Some(0.05));
        assert_eq!(config.error_actions[&21211], Action::Rejected);
    }

    #[test]
    fn an_action_that_is_no_action_is_refused() {
        let config = json!({"account_sid": "AC1", "error_actions": {"21211": "shrug"}});
        assert!(serde_json::from_value::<Config>(config).is_err());
    }
}
