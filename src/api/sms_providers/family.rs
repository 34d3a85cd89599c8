//! Ways to send SMS as a family of message providers.

use crate::{
    api::{
        details,
        message_providers::{Family, HttpFamily, Refusals},
    },
    contract::pb::zitadel::v1::ObjectDetails,
    domain::{Aggregate, Event},
    error::{self, Entry, Error},
    store::{ReadTx, SmsProvider, SmsProviderKind, WriteTx},
};

impl Family for SmsProviderKind {
    const REFUSALS: Refusals = Refusals {
        get: error::SMS_GET_NOT_FOUND,
        activate: error::SMS_ACTIVATE_NOT_FOUND,
        active: error::SMS_ACTIVE,
        deactivate: error::SMS_DEACTIVATE_NOT_FOUND,
        inactive: error::SMS_INACTIVE,
        remove: error::SMS_REMOVE_NOT_FOUND,
    };

    fn find(tx: &ReadTx<'_>, id: &str) -> Result<Option<SmsProvider>, Error> {
        tx.sms_provider(id)
    }

    fn all(tx: &ReadTx<'_>) -> Result<Vec<SmsProvider>, Error> {
        tx.sms_providers()
    }

    fn save(tx: &WriteTx<'_>, provider: &SmsProvider) -> Result<(), Error> {
        tx.save_sms_provider(provider)
    }

    fn delete(tx: &WriteTx<'_>, id: &str) -> Result<(), Error> {
        tx.delete_sms_provider(id)
    }

    fn activated(id: String) -> Event {
        Event::SmsConfigActivated { id }
    }

    fn deactivated(id: String) -> Event {
        Event::SmsConfigDeactivated { id }
    }

    fn removed(id: String) -> Event {
        Event::SmsConfigRemoved { id }
    }

    fn details(object: &Aggregate) -> ObjectDetails {
        details::created(object)
    }
}

impl HttpFamily for SmsProviderKind {
    const NOT_FOUND: &'static Entry = error::SMS_HTTP_UPDATE_NOT_FOUND;
    const KEY_END: &'static str =
        "invalid UpdateSMSProviderHTTPRequest.ExpirationSigningKey: value must equal 0s";
    const MASKED: &'static str = "invalid UpdateSMSProviderHTTPRequest.Endpoint: value must be the whole URL, or the one that is shown";

    fn http(endpoint: String) -> Self {
        Self::Http { endpoint }
    }

    fn endpoint(&self) -> Option<&str> {
        match self {
            Self::Http { endpoint } => Some(endpoint),
            Self::Twilio(_) => None,
        }
    }

    fn http_added(id: String, description: String, endpoint: String) -> Event {
        Event::SmsConfigHttpAdded {
            id,
            description,
            endpoint,
        }
    }

    fn http_changed(id: String, description: Option<String>, endpoint: Option<String>) -> Event {
        Event::SmsConfigHttpChanged {
            id,
            description,
            endpoint,
        }
    }
}
