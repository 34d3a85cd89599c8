//! Ways to send SMS: contract/providers.md §1. They belong to the instance; one at most is active, and
//! that one is tried before the providers of the configuration.
//!
//! What is kept here becomes a provider of a plugin in `app`, after each change. Tokens and keys are
//! sealed before the change is queued and never told in events.

mod family;
mod show;
mod twilio;

use super::{
    message_providers::{http, state},
    table::{ADMIN, Table},
};
use crate::{contract::pb::zitadel::admin::v1 as pb, store::SmsProviderKind as Kind};

/// The rows of these operations. Those that e-mail has too take its messages: they have the same
/// fields under the same numbers.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(ADMIN, "ListSMSProviders", show::list)?
        .on(ADMIN, "GetSMSProvider", show::get)?
        .on(ADMIN, "AddSMSProviderTwilio", twilio::add)?
        .on(ADMIN, "UpdateSMSProviderTwilio", twilio::update)?
        .on(ADMIN, "UpdateSMSProviderTwilioToken", twilio::update_token)?
        .twin::<pb::AddSmsProviderHttpRequest, _, _>(
            ADMIN,
            "AddSMSProviderHTTP",
            http::add::<Kind>,
        )?
        .twin::<pb::UpdateSmsProviderHttpRequest, _, _>(
            ADMIN,
            "UpdateSMSProviderHTTP",
            http::update::<Kind>,
        )?
        .twin::<pb::ActivateSmsProviderRequest, _, _>(
            ADMIN,
            "ActivateSMSProvider",
            state::activate::<Kind>,
        )?
        .twin::<pb::DeactivateSmsProviderRequest, _, _>(
            ADMIN,
            "DeactivateSMSProvider",
            state::deactivate::<Kind>,
        )?
        .twin::<pb::RemoveSmsProviderRequest, _, _>(
            ADMIN,
            "RemoveSMSProvider",
            state::remove::<Kind>,
        )
}
