//! Ways to send e-mail: contract/providers.md §2. They belong to the instance; one at most is active.
//!
//! Two parallel APIs show the same objects: `/smtp…` knows mail servers alone, `/email…` knows HTTP
//! endpoints too. Their requests have the same fields under the same numbers, so that most rows are
//! twins. Passwords and keys are sealed before the change is queued and never told in events.

mod family;
mod show;
mod smtp;
mod trial;

pub use trial::MailTester;

use super::{
    message_providers::{http, state},
    table::{ADMIN, Table},
};
use crate::{contract::pb::zitadel::admin::v1 as pb, store::EmailProviderKind as Kind};

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    let table = table
        .on(ADMIN, "GetSMTPConfig", show::get_smtp_config)?
        .on(ADMIN, "GetSMTPConfigById", show::get_smtp_config_by_id)?
        .on(ADMIN, "ListSMTPConfigs", show::list_smtp_configs)?
        .on(ADMIN, "AddSMTPConfig", smtp::add)?
        .on(ADMIN, "UpdateSMTPConfig", smtp::update)?
        .on(ADMIN, "UpdateSMTPConfigPassword", smtp::update_password)?
        .on(ADMIN, "ActivateSMTPConfig", state::activate::<Kind>)?
        .on(ADMIN, "DeactivateSMTPConfig", state::deactivate::<Kind>)?
        .on(ADMIN, "RemoveSMTPConfig", state::remove::<Kind>)?
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
        .on(ADMIN, "AddEmailProviderHTTP", http::add::<Kind>)?
        .on(ADMIN, "UpdateEmailProviderHTTP", http::update::<Kind>)?
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
            state::activate::<Kind>,
        )?
        .twin::<pb::DeactivateEmailProviderRequest, _, _>(
            ADMIN,
            "DeactivateEmailProvider",
            state::deactivate::<Kind>,
        )?
        .twin::<pb::RemoveEmailProviderRequest, _, _>(
            ADMIN,
            "RemoveEmailProvider",
            state::remove::<Kind>,
        )?
        .twin::<pb::TestEmailProviderSmtpByIdRequest, _, _>(
            ADMIN,
            "TestEmailProviderSMTPById",
            trial::test_by_id,
        )?
        .twin::<pb::TestEmailProviderSmtpRequest, _, _>(ADMIN, "TestEmailProviderSMTP", trial::test)
}
