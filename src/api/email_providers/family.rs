//! Ways to send e-mail as a family of message providers.

use crate::{
    api::{
        details,
        message_providers::{Family, HttpFamily, Refusals},
    },
    contract::pb::zitadel::v1::ObjectDetails,
    domain::{Aggregate, Event},
    error::{self, Entry, Error},
    store::{EmailProvider, EmailProviderKind, ReadTx, WriteTx},
};

impl Family for EmailProviderKind {
    const REFUSALS: Refusals = Refusals {
        get: error::SMTP_GET_NOT_FOUND,
        activate: error::SMTP_ACTIVATE_NOT_FOUND,
        active: error::SMTP_ACTIVE,
        deactivate: error::SMTP_DEACTIVATE_NOT_FOUND,
        inactive: error::SMTP_INACTIVE,
        remove: error::SMTP_REMOVE_NOT_FOUND,
    };

    fn find(tx: &ReadTx<'_>, id: &str) -> Result<Option<EmailProvider>, Error> {
        tx.email_provider(id)
    }

    fn all(tx: &ReadTx<'_>) -> Result<Vec<EmailProvider>, Error> {
        tx.email_providers()
    }

    fn save(tx: &WriteTx<'_>, provider: &EmailProvider) -> Result<(), Error> {
        tx.save_email_provider(provider)
    }

    fn delete(tx: &WriteTx<'_>, id: &str) -> Result<(), Error> {
        tx.delete_email_provider(id)
    }

    fn activated(id: String) -> Event {
        Event::SmtpConfigActivated { id }
    }

    fn deactivated(id: String) -> Event {
        Event::SmtpConfigDeactivated { id }
    }

    fn removed(id: String) -> Event {
        Event::SmtpConfigRemoved { id }
    }

    fn details(object: &Aggregate) -> ObjectDetails {
        details::full(object)
    }
}

impl HttpFamily for EmailProviderKind {
    const NOT_FOUND: &'static Entry = error::SMTP_HTTP_UPDATE_NOT_FOUND;
    const KEY_END: &'static str =
        "invalid UpdateEmailProviderHTTPRequest.ExpirationSigningKey: value must equal 0s";
    const MASKED: &'static str = "invalid UpdateEmailProviderHTTPRequest.Endpoint: value must be the whole URL, or the one that is shown";

    fn http(endpoint: String) -> Self {
        Self::Http { endpoint }
    }

    fn endpoint(&self) -> Option<&str> {
        match self {
            Self::Http { endpoint } => Some(endpoint),
            Self::Smtp(_) => None,
        }
    }

    fn http_added(id: String, description: String, endpoint: String) -> Event {
        Event::SmtpConfigHttpAdded {
            id,
            description,
            endpoint,
        }
    }

    fn http_changed(id: String, description: Option<String>, endpoint: Option<String>) -> Event {
        Event::SmtpConfigHttpChanged {
            id,
            description,
            endpoint,
        }
    }
}
