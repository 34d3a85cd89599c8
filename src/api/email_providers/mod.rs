//! Ways to send e-mail: contract/providers.md §2. They belong to the instance; one at most is active.
//!
//! Two parallel APIs show the same objects: `/smtp…` knows mail servers alone, `/email…` knows HTTP
//! endpoints too. Their requests have the same fields under the same numbers, so that most rows are
//! twins. Passwords and keys are sealed before the change is queued and never told in events.

mod http;
mod show;
mod smtp;
mod state;
mod trial;

pub use trial::MailTester;

use super::table::{ADMIN, Table};
use crate::{
    contract::pb::zitadel::admin::v1 as pb,
    domain::{Aggregate, Event},
    error::Error,
    store::{EmailProvider, WriteTx},
};

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    let table = table
        .on(ADMIN, "GetSMTPConfig", show::get_smtp_config)?
        .on(ADMIN, "GetSMTPConfigById", show::get_smtp_config_by_id)?
        .on(ADMIN, "ListSMTPConfigs", show::list_smtp_configs)?
        .on(ADMIN, "AddSMTPConfig", smtp::add)?
        .on(ADMIN, "UpdateSMTPConfig", smtp::update)?
        .on(ADMIN, "UpdateSMTPConfigPassword", smtp::update_password)?
        .on(ADMIN, "ActivateSMTPConfig", state::activate)?
        .on(ADMIN, "DeactivateSMTPConfig", state::deactivate)?
        .on(ADMIN, "RemoveSMTPConfig", state::remove)?
        .on(ADMIN, "TestSMTPConfigById", trial::test_by_id)?
        .on(ADMIN, "TestSMTPConfig", trial::test)?;
    register_email(table)
}

fn register_email(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(ADMIN, "GetEmailProvider", show::get_email_provider)?
        .on(
            ADMIN,
            "GetEmailProviderById",
            show::get_email_provider_by_id,
        )?
        .on(ADMIN, "ListEmailProviders", show::list_email_providers)?
        .on(ADMIN, "AddEmailProviderHTTP", http::add)?
        .on(ADMIN, "UpdateEmailProviderHTTP", http::update)?
        .twin::<pb::AddEmailProviderSmtpRequest, _, _>(ADMIN, "AddEmailProviderSMTP", smtp::add)?
        .twin::<pb::UpdateEmailProviderSmtpRequest, _, _>(
            ADMIN,
            "UpdateEmailProviderSMTP",
            smtp::update,
        )?
        .twin::<pb::UpdateEmailProviderSmtpPasswordRequest, _, _>(
            ADMIN,
            "UpdateEmailProviderSMTPPassword",
            smtp::update_password,
        )?
        .twin::<pb::ActivateEmailProviderRequest, _, _>(
            ADMIN,
            "ActivateEmailProvider",
            state::activate,
        )?
        .twin::<pb::DeactivateEmailProviderRequest, _, _>(
            ADMIN,
            "DeactivateEmailProvider",
            state::deactivate,
        )?
        .twin::<pb::RemoveEmailProviderRequest, _, _>(ADMIN, "RemoveEmailProvider", state::remove)?
        .twin::<pb::TestEmailProviderSmtpByIdRequest, _, _>(
            ADMIN,
            "TestEmailProviderSMTPById",
            trial::test_by_id,
        )?
        .twin::<pb::TestEmailProviderSmtpRequest, _, _>(ADMIN, "TestEmailProviderSMTP", trial::test)
}

/// Keeps a provider with the event that tells of it.
fn save(tx: &WriteTx<'_>, provider: &mut EmailProvider, event: Event) -> Result<Aggregate, Error> {
    let instance = tx.append_to_instance(event)?;
    if provider.sequence == 0 {
        // New: as old as its first event, which is not before that of the change in front of it.
        provider.created_at = instance.changed_at;
    }
    provider.sequence = instance.sequence;
    provider.changed_at = instance.changed_at;
    tx.save_email_provider(provider)?;
    Ok(seen_as_object(provider, instance))
}

/// A provider as an object with a history of its own, for the details: its events are the instance's.
fn seen_as_object(provider: &EmailProvider, instance: Aggregate) -> Aggregate {
    Aggregate {
        sequence: provider.sequence,
        created_at: provider.created_at,
        changed_at: provider.changed_at,
        ..instance
    }
}
