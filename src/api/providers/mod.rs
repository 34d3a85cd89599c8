//! The providers that SMS go through, whatever plugin they are of, and the plugins themselves: Belfry's
//! own operations, which ZITADEL does not have (contract/proto/belfry/v1/providers.proto).
//!
//! Those of the configuration and of `/admin/v1/sms` are shown here and changed elsewhere. Settings are
//! sealed before a change is queued and never told in events; secrets in them are never shown.

mod change;
mod family;
mod plugins;
mod show;
mod trial;

use super::{
    Ctx,
    message_providers::state,
    table::{PROVIDERS, Table},
};
use crate::{
    contract::pb::{
        belfry::v1 as pb,
        zitadel::admin::v1::{
            ActivateSmtpConfigRequest, ActivateSmtpConfigResponse, DeactivateSmtpConfigRequest,
            DeactivateSmtpConfigResponse, RemoveSmtpConfigRequest, RemoveSmtpConfigResponse,
        },
    },
    error::{self, Error},
    store::{PluginSettings, SMS_PREFIX},
};

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(PROVIDERS, "ListPlugins", plugins::list)?
        .on(PROVIDERS, "ListProviders", show::list)?
        .on(PROVIDERS, "GetProvider", show::get)?
        .on(PROVIDERS, "ListProviderErrors", show::errors)?
        .on(PROVIDERS, "AddProvider", change::add)?
        .on(PROVIDERS, "UpdateProvider", change::update)?
        .twin::<pb::RemoveProviderRequest, _, _>(PROVIDERS, "RemoveProvider", remove)?
        .twin::<pb::ActivateProviderRequest, _, _>(PROVIDERS, "ActivateProvider", activate)?
        .twin::<pb::DeactivateProviderRequest, _, _>(PROVIDERS, "DeactivateProvider", deactivate)?
        .on(PROVIDERS, "ReloadProviders", show::reload)?
        .on(PROVIDERS, "SendTestMessage", trial::send)
}

/// Removes a provider.
async fn remove(
    ctx: &Ctx,
    request: RemoveSmtpConfigRequest,
) -> Result<RemoveSmtpConfigResponse, Error> {
    changeable(ctx, &request.id).await?;
    let change = state::remove::<PluginSettings>(ctx, request);
    ctx.services.gateway.after(change).await
}

/// Uses a provider.
async fn activate(
    ctx: &Ctx,
    request: ActivateSmtpConfigRequest,
) -> Result<ActivateSmtpConfigResponse, Error> {
    let gateway = &ctx.services.gateway;
    changeable(ctx, &request.id).await?;
    let found = ctx
        .services
        .store
        .point(|tx| tx.plugin_provider(&request.id))?;
    if let Some(idle) = found.filter(|provider| !provider.is_active) {
        if is_configured(ctx, &idle.id).await? {
            return Err(error::PROVIDER_NAME_TAKEN.into());
        }
        let PluginSettings { plugin, sha256, .. } = idle.kind;
        gateway.check_usable(plugin, sha256).await?;
    }
    let change = state::activate::<PluginSettings>(ctx, request);
    gateway.after(change).await
}

/// Stops using a provider.
async fn deactivate(
    ctx: &Ctx,
    request: DeactivateSmtpConfigRequest,
) -> Result<DeactivateSmtpConfigResponse, Error> {
    changeable(ctx, &request.id).await?;
    let change = state::deactivate::<PluginSettings>(ctx, request);
    ctx.services.gateway.after(change).await
}

/// Whether a provider of that name would be changed here: one that is kept is, also when the configuration
/// has taken its name since.
///
/// # Errors
/// PRECOND PROV-C0nfg for one of the configuration, PROV-Sm5Pr for one of `/admin/v1/sms`.
async fn changeable(ctx: &Ctx, name: &str) -> Result<(), Error> {
    if ctx
        .services
        .store
        .point(|tx| tx.plugin_provider(name))?
        .is_some()
    {
        return Ok(());
    }
    if is_configured(ctx, name).await? {
        return Err(error::PROVIDER_CONFIGURED.into());
    }
    let Some(id) = name.strip_prefix(SMS_PREFIX) else {
        return Ok(());
    };
    match ctx.services.store.point(|tx| tx.sms_provider(id))? {
        Some(_) => Err(error::PROVIDER_OF_SMS.into()),
        None => Ok(()),
    }
}

/// Whether the configuration has a provider of that name.
async fn is_configured(ctx: &Ctx, name: &str) -> Result<bool, Error> {
    let name = name.to_owned();
    let question = move |gateway: &dyn crate::domain::SmsGateway| {
        let mut providers = gateway.providers().into_iter();
        providers.any(|provider| provider.is_configured && provider.name == name)
    };
    ctx.services.gateway.ask(question).await
}
