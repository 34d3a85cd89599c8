//! The providers that the API keeps, as providers of plugins: the active one of `/admin/v1/sms`, then
//! those of any plugin in the order in which they were added.

use std::sync::Arc;

use log::error;
use serde_json::{Value, json};

use crate::{
    error::Error,
    plugin::{Isolation, Origin, Pace, ProviderConfig},
    secrets::Keys,
    store::{
        EndpointSecret, PluginProvider, Provider, ReadTx, SmsProvider, SmsProviderKind, Store,
    },
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
        let read = |tx: &ReadTx<'_>| Ok((tx.active_sms_provider()?, tx.plugin_providers()?));
        let (sms, of_plugins) = self.store.read_blocking(read)?;
        let sms = sms.and_then(|provider| self.of_sms(provider));
        let active = of_plugins.into_iter().filter(|provider| provider.is_active);
        let of_plugins = active.filter_map(|provider| self.of_plugin(provider));
        Ok(sms.into_iter().chain(of_plugins).collect())
    }

    fn of_sms(&self, provider: SmsProvider) -> Option<ProviderConfig> {
        let (name, plugin) = (provider.name(), provider.plugin().to_owned());
        let secret = self.secret(&provider, &name)?;
        Some(ProviderConfig {
            name,
            plugin,
            isolation: Isolation::Process,
            required: false,
            sha256: None,
            memory_limit: None,
            config: settings(provider.kind, &secret),
            pace: Pace::default(),
            origin: Origin::SmsProvider {
                id: provider.id,
                description: provider.description,
            },
        })
    }

    fn of_plugin(&self, provider: PluginProvider) -> Option<ProviderConfig> {
        let settings = self.secret(&provider, &provider.id)?;
        Some(ProviderConfig {
            name: provider.id,
            plugin: provider.kind.plugin,
            isolation: Isolation::Process,
            required: false,
            sha256: provider.kind.sha256,
            memory_limit: provider.kind.memory_limit,
            config: serde_json::from_str(&settings).ok()?,
            pace: Pace::default(),
            origin: Origin::Api {
                description: provider.description,
            },
        })
    }

    /// The secret of a provider, opened.
    fn secret<Kind>(&self, provider: &Provider<Kind>, name: &str) -> Option<String> {
        let sealed = &provider.sealed_secret;
        let opened = self.keys.open_setting(&provider.id, sealed);
        let secret = opened.and_then(|secret| String::from_utf8(secret).ok());
        if secret.is_none() {
            error!("provider {name} is left out: its secret was sealed with another key");
        }
        secret
    }
}

/// The settings of the plugin for an SMS provider; those that are empty are left out.
fn settings(kind: SmsProviderKind, secret: &str) -> Value {
    let mut settings = match kind {
        SmsProviderKind::Twilio(twilio) => json!({
            "account_sid": twilio.sid,
            "auth_token": secret,
            "sender_number": twilio.sender_number,
            "verify_service_sid": twilio.verify_service_sid,
        }),
        SmsProviderKind::Http { endpoint } => {
            let EndpointSecret {
                signing_key,
                endpoint,
            } = EndpointSecret::parse(secret, &endpoint);
            json!({ "endpoint": endpoint, "signing_key": signing_key })
        }
    };
    if let Some(settings) = settings.as_object_mut() {
        settings.retain(|_, value| value != "");
    }
    settings
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
        assert_eq!(settings(SmsProviderKind::Twilio(account), "t"), expected);
    }

    #[test]
    fn an_endpoint_gets_its_signing_key() {
        let kind = SmsProviderKind::Http {
            endpoint: "http://localhost:1".to_owned(),
        };
        let expected = json!({ "endpoint": "http://localhost:1", "signing_key": "k" });
        assert_eq!(settings(kind, "k"), expected);
    }
}
