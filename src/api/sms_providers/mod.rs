//! Ways to send SMS: contract/providers.md §1. They belong to the instance; one at most is active, and
//! that one is tried before the providers of the configuration.
//!
//! What is kept here becomes a provider of a plugin in `app`, after each change. Tokens and keys are
//! sealed before the change is queued and never told in events.

mod family;
mod show;
mod twilio;

use super::{
    Ctx,
    message_providers::{http, state},
    table::{ADMIN, Table},
};
use crate::{contract::pb::zitadel::admin::v1 as pb, error::Error, store::SmsProviderKind as Kind};

/// The rows of these operations. Those that e-mail has too take its messages: they have the same
/// fields under the same numbers. Who changes a provider that may be active is answered when the
/// change has arrived.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    let table = table
        .on(ADMIN, "ListSMSProviders", show::list)?
        .on(ADMIN, "GetSMSProvider", show::get)?
        .on(ADMIN, "AddSMSProviderTwilio", twilio::add)?
        .on(
            ADMIN,
            "UpdateSMSProviderTwilio",
            async |ctx: &Ctx, request| {
                ctx.services
                    .gateway
                    .after(twilio::update(ctx, request))
                    .await
            },
        )?
        .on(
            ADMIN,
            "UpdateSMSProviderTwilioToken",
            async |ctx: &Ctx, request| {
                let change = twilio::update_token(ctx, request);
                ctx.services.gateway.after(change).await
            },
        )?;
    register_shared(table)
}

fn register_shared(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .twin::<pb::AddSmsProviderHttpRequest, _, _>(
            ADMIN,
            "AddSMSProviderHTTP",
            http::add::<Kind>,
        )?
        .twin::<pb::UpdateSmsProviderHttpRequest, _, _>(
            ADMIN,
            "UpdateSMSProviderHTTP",
            async |ctx: &Ctx, request| {
                let change = http::update::<Kind>(ctx, request);
                ctx.services.gateway.after(change).await
            },
        )?
        .twin::<pb::ActivateSmsProviderRequest, _, _>(ADMIN, "ActivateSMSProvider", activate)?
        .twin::<pb::DeactivateSmsProviderRequest, _, _>(
            ADMIN,
            "DeactivateSMSProvider",
            async |ctx: &Ctx, request| {
                let change = state::deactivate::<Kind>(ctx, request);
                ctx.services.gateway.after(change).await
            },
        )?
        .twin::<pb::RemoveSmsProviderRequest, _, _>(
            ADMIN,
            "RemoveSMSProvider",
            async |ctx: &Ctx, request| {
                let change = state::remove::<Kind>(ctx, request);
                ctx.services.gateway.after(change).await
            },
        )
}

/// Uses a way to send SMS, if there is a plugin for it that may run.
async fn activate(
    ctx: &Ctx,
    request: pb::ActivateSmtpConfigRequest,
) -> Result<pb::ActivateSmtpConfigResponse, Error> {
    let gateway = &ctx.services.gateway;
    let found = ctx
        .services
        .store
        .point(|tx| tx.sms_provider(&request.id))?;
    if let Some(idle) = found.filter(|provider| !provider.is_active) {
        gateway.check_usable(idle.plugin().to_owned(), None).await?;
    }
    gateway.after(state::activate::<Kind>(ctx, request)).await
}
