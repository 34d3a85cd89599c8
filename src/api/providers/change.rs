//! `AddProvider` and `UpdateProvider`.

use super::{changeable, is_configured};
use crate::{
    api::{
        Ctx, details,
        gateway::refusal,
        message_providers::{differing, new, opened, save, seal, unchanged},
    },
    contract::{
        json_from_struct,
        pb::belfry::v1::{
            AddProviderRequest, AddProviderResponse, UpdateProviderRequest, UpdateProviderResponse,
        },
    },
    domain::{Event, WantedPlugin},
    error::{self, Error},
    store::{PluginSettings, SMS_PREFIX},
};

/// The longest settings, as JSON.
const MOST_SETTINGS: usize = 64 * 1024;

const BAD_NAME: &str = "invalid AddProviderRequest.Name: value must be letters, digits, '-', '_' and '.', \
    begin with a letter or digit, and not with \"sms-\"";
const BAD_PIN: &str = "invalid AddProviderRequest.Sha256: value must be 64 hexadecimal digits";
const BAD_NEW_PIN: &str =
    "invalid UpdateProviderRequest.Sha256: value must be 64 hexadecimal digits";

/// Adds a provider; it is inactive at first.
pub(in crate::api) async fn add(
    ctx: &Ctx,
    request: AddProviderRequest,
) -> Result<AddProviderResponse, Error> {
    let AddProviderRequest {
        name,
        plugin,
        config,
        description,
        ..
    } = request;
    if !is_name(&name) {
        return Err(Error::invalid(BAD_NAME));
    }
    let sha256 = pin(request.sha256, BAD_PIN)?;
    let found = ctx.services.store.point(|tx| tx.plugin_provider(&name))?;
    if found.is_some() || is_configured(ctx, &name).await? {
        return Err(error::PROVIDER_EXISTS.into());
    }
    let wanted = WantedPlugin {
        plugin: plugin.clone(),
        sha256: sha256.clone(),
        settings: json_from_struct(&config.unwrap_or_default()),
        before: None,
    };
    let settings = checked(ctx, wanted).await?;
    let memory_limit = Some(request.memory_limit).filter(|limit| *limit > 0);
    let kind = PluginSettings {
        plugin: plugin.clone(),
        sha256: sha256.clone(),
        memory_limit,
    };
    let mut provider = new(ctx, &name, description.clone(), kind, &settings);
    let details = ctx
        .write(move |tx| {
            if tx.plugin_provider(&name)?.is_some() {
                return Err(error::PROVIDER_EXISTS.into());
            }
            let event = Event::ProviderAdded {
                name,
                plugin,
                description,
                sha256,
                memory_limit,
            };
            Ok(details::full(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(AddProviderResponse {
        details: Some(details),
    })
}

/// Changes a provider.
pub(in crate::api) async fn update(
    ctx: &Ctx,
    request: UpdateProviderRequest,
) -> Result<UpdateProviderResponse, Error> {
    let UpdateProviderRequest {
        name,
        config,
        description,
        ..
    } = request;
    let sha256 = pin(request.sha256, BAD_NEW_PIN)?;
    changeable(ctx, &name).await?;
    let found = ctx.services.store.point(|tx| tx.plugin_provider(&name))?;
    let seen = found.ok_or(error::PROVIDER_NOT_FOUND)?;
    let before = opened(ctx, &seen);
    // Another pin is another file, which may want other settings or be none at all.
    let settings = if config.is_none() && sha256 == seen.kind.sha256 {
        None
    } else {
        let wanted = WantedPlugin {
            plugin: seen.kind.plugin.clone(),
            sha256: sha256.clone(),
            settings: config.map_or_else(|| before.clone(), |config| json_from_struct(&config)),
            before: Some(before.clone()),
        };
        Some(checked(ctx, wanted).await?).filter(|settings| *settings != before)
    };
    let sealed = settings.map(|settings| seal(ctx, &name, &settings));
    let memory_limit = Some(request.memory_limit).filter(|limit| *limit > 0);
    let change = ctx.write(move |tx| {
        let found = tx.plugin_provider(&name)?;
        let mut provider = found.ok_or(error::PROVIDER_NOT_FOUND)?;
        if provider.sequence != seen.sequence {
            return Err(error::PROVIDER_CHANGED.into());
        }
        let kind = PluginSettings {
            plugin: provider.kind.plugin.clone(),
            sha256,
            memory_limit,
        };
        if provider.kind == kind && provider.description == description && sealed.is_none() {
            return Ok(unchanged(tx, &provider)?);
        }
        let event = Event::ProviderChanged {
            name,
            description: differing(&provider.description, &description),
            sha256: (provider.kind.sha256 != kind.sha256)
                .then(|| kind.sha256.clone().unwrap_or_default()),
            memory_limit: (provider.kind.memory_limit != kind.memory_limit)
                .then(|| memory_limit.unwrap_or_default()),
        };
        provider.kind = kind;
        provider.description = description;
        if let Some(sealed) = sealed {
            provider.sealed_secret = sealed;
        }
        Ok(details::full(&save(tx, &mut provider, event)?))
    });
    Ok(UpdateProviderResponse {
        details: Some(ctx.services.gateway.after(change).await?),
    })
}

fn is_name(name: &str) -> bool {
    let is_good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    begins_well && name.chars().all(is_good) && !name.starts_with(SMS_PREFIX)
}

fn pin(sha256: String, refusal: &'static str) -> Result<Option<String>, Error> {
    if sha256.is_empty() {
        return Ok(None);
    }
    if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Error::invalid(refusal));
    }
    Ok(Some(sha256.to_lowercase()))
}

/// The settings to keep.
async fn checked(ctx: &Ctx, wanted: WantedPlugin) -> Result<String, Error> {
    if wanted.settings.len() > MOST_SETTINGS {
        return Err(Error::from(error::PROVIDER_SETTINGS_INVALID).saying("longer than 64 kB"));
    }
    let checked = ctx
        .services
        .gateway
        .work(move |gateway| gateway.check(&wanted));
    checked.await?.map_err(refusal)
}
