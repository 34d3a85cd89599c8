//! The providers that the administration API keeps, as providers of plugins: the active one for SMS.

use std::sync::Arc;

use log::error;
use serde_json::{Value, json};

use crate::{
    error::Error,
    plugin::{Isolation, Origin, ProviderConfig},
    secrets::Keys,
    store::{SmsProvider, SmsProviderKind, Store},
};

/// Reads them.
#[derive(Clone)]
pub(in crate::app) struct Kept {
    pub store: Store,
    pub keys: Arc<Keys>,
}

impl Kept {
    /// Those that are active, in the order they are tried, in front of those of the configuration.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(super) fn configs(&self) -> Result<Vec<ProviderConfig>, Error> {
        let active = self.store.read_blocking(|tx| tx.active_sms_provider())?;
        Ok(active
            .and_then(|provider| self.config(provider))
            .into_iter()
            .collect())
    }

    fn config(&self, provider: SmsProvider) -> Option<ProviderConfig> {
        let name = name_of(&provider.id);
        let secret = self
            .keys
            .open_setting(&provider.id, &provider.sealed_secret);
        let Some(secret) = secret.and_then(|secret| String::from_utf8(secret).ok()) else {
            error!("provider {name} is left out: its secret was sealed with another key");
            return None;
        };
        let (plugin, config) = settings(provider.kind, &secret);
        Some(ProviderConfig {
            name,
            plugin: plugin.to_owned(),
            isolation: Isolation::Process,
            required: false,
            sha256: None,
            memory_limit: None,
            config,
            origin: Origin::SmsProvider {
                id: provider.id,
                description: provider.description,
            },
        })
    }
}

/// The name of an SMS provider among the providers.
fn name_of(id: &str) -> String {
    format!("sms-{id}")
}

/// The plugin for an SMS provider, and its settings; those that are empty are left out.
fn settings(kind: SmsProviderKind, secret: &str) -> (&'static str, Value) {
    let (plugin, mut settings) = match kind {
        SmsProviderKind::Twilio(twilio) => (
            "twilio",
            json!({
                "account_sid": twilio.sid,
                "auth_token": secret,
                "sender_number": twilio.sender_number,
                "verify_service_sid": twilio.verify_service_sid,
            }),
        ),
        SmsProviderKind::Http { endpoint } => (
            "http",
            json!({ "endpoint": endpoint, "signing_key": secret }),
        ),
    };
    if let Some(settings) = settings.as_object_mut() {
        settings.retain(|_, value| value != "");
    }
    (plugin, settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::TwilioSettings;

    #[test]
    fn a_twilio_account_without_a_service_says_nothing_of_one() {
        let account = TwilioSettings {
            sid: "AC1".to_owned(),
            sender_number: "+15005550006".to_owned(),
            verify_service_sid: String::new(),
        };
        let expected = json!({
            "account_sid": "AC1", "auth_token": "t", "sender_number": "+15005550006",
        });
        let found = settings(SmsProviderKind::Twilio(account), "t");
        assert_eq!(found, ("twilio", expected));
    }

    #[test]
    fn an_endpoint_gets_its_signing_key() {
        let kind = SmsProviderKind::Http {
            endpoint: "http://localhost:1".to_owned(),
        };
        let expected = json!({ "endpoint": "http://localhost:1", "signing_key": "k" });
        assert_eq!(settings(kind, "k"), ("http", expected));
    }
}
