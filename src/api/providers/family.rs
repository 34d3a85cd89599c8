//! Providers of plugins as a family of message providers.

use crate::{
    api::{
        details,
        message_providers::{Family, Refusals},
    },
    contract::pb::zitadel::v1::ObjectDetails,
    domain::{Aggregate, Event},
    error::{self, Error},
    store::{PluginProvider, PluginSettings, ReadTx, WriteTx},
};

impl Family for PluginSettings {
    const REFUSALS: Refusals = Refusals {
        get: error::PROVIDER_NOT_FOUND,
        activate: error::PROVIDER_NOT_FOUND,
        active: error::PROVIDER_ACTIVE,
        deactivate: error::PROVIDER_NOT_FOUND,
        inactive: error::PROVIDER_INACTIVE,
        remove: error::PROVIDER_NOT_FOUND,
    };

    fn find(tx: &ReadTx<'_>, id: &str) -> Result<Option<PluginProvider>, Error> {
        tx.plugin_provider(id)
    }

    fn all(tx: &ReadTx<'_>) -> Result<Vec<PluginProvider>, Error> {
        tx.plugin_providers()
    }

    fn save(tx: &WriteTx<'_>, provider: &PluginProvider) -> Result<(), Error> {
        tx.save_plugin_provider(provider)
    }

    fn delete(tx: &WriteTx<'_>, id: &str) -> Result<(), Error> {
        tx.delete_plugin_provider(id)
    }

    fn activated(id: String) -> Event {
        Event::ProviderActivated { name: id }
    }

    fn deactivated(id: String) -> Event {
        Event::ProviderDeactivated { name: id }
    }

    fn removed(id: String) -> Event {
        Event::ProviderRemoved { name: id }
    }

    fn details(object: &Aggregate) -> ObjectDetails {
        details::full(object)
    }
}
