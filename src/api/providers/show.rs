//! List and get providers, with those that are kept and not in use, and their last errors.

use std::collections::HashSet;

use crate::{
    api::{
        Ctx,
        details::wire_time,
        message_providers::{Found, all, open, opened},
    },
    contract::{
        pb::belfry::v1::{
            GetProviderRequest, GetProviderResponse, ListProviderErrorsRequest,
            ListProviderErrorsResponse, ListProvidersRequest, ListProvidersResponse, Provider,
            ProviderCount, ProviderError, ProviderFaults, ProviderSource, ReloadProvidersRequest,
            ReloadProvidersResponse,
        },
        struct_from_json,
    },
    domain::{ProviderFailure, ProviderState, RunningProvider},
    error::{self, Error},
    store::{self, PluginSettings, ReadTx, SMS_PREFIX, SmsProviderKind},
};

/// Lists all providers.
pub(in crate::api) async fn list(
    ctx: &Ctx,
    _request: ListProvidersRequest,
) -> Result<ListProvidersResponse, Error> {
    Ok(ListProvidersResponse {
        providers: providers(ctx).await?,
    })
}

/// Reads what the configuration and the plugins' files are now, and lists all providers.
pub(in crate::api) async fn reload(
    ctx: &Ctx,
    _request: ReloadProvidersRequest,
) -> Result<ReloadProvidersResponse, Error> {
    if !ctx
        .services
        .gateway
        .work(|gateway| gateway.reread())
        .await?
    {
        return Err(error::PROVIDERS_NOT_READ.into());
    }
    Ok(ReloadProvidersResponse {
        providers: providers(ctx).await?,
    })
}

/// Shows a provider.
pub(in crate::api) async fn get(
    ctx: &Ctx,
    request: GetProviderRequest,
) -> Result<GetProviderResponse, Error> {
    let mut providers = providers(ctx).await?.into_iter();
    let found = providers.find(|provider| provider.name == request.name);
    let provider = found.ok_or(error::PROVIDER_NOT_FOUND)?;
    let mut answer = GetProviderResponse::default();
    let is_kept = provider.source == ProviderSource::Api as i32;
    answer.provider = Some(provider);
    let kept = ctx
        .services
        .store
        .point(|tx| tx.plugin_provider(&request.name))?;
    if let Some(kept) = kept.filter(|_| is_kept) {
        let settings = opened(ctx, &kept);
        let PluginSettings { plugin, sha256, .. } = kept.kind;
        let shown = ctx
            .services
            .gateway
            .work(move |gateway| gateway.shown(&plugin, sha256.as_deref(), &settings));
        let shown = shown.await?;
        answer.config = struct_from_json(&shown.settings).ok();
        answer.hidden = shown.hidden;
    }
    Ok(answer)
}

/// Lists the last errors.
pub(in crate::api) async fn errors(
    ctx: &Ctx,
    request: ListProviderErrorsRequest,
) -> Result<ListProviderErrorsResponse, Error> {
    let name = Some(request.name).filter(|name| !name.is_empty());
    let failures = ctx
        .services
        .gateway
        .ask(move |gateway| gateway.failures(name.as_deref()));
    let most = match request.limit {
        0 => usize::MAX,
        limit => limit as usize,
    };
    Ok(ListProviderErrorsResponse {
        errors: failures.await?.into_iter().take(most).map(error).collect(),
    })
}

/// The refusal of a call on a provider that does not run: there is none, it is inactive, or why.
pub(super) fn not_running(ctx: &Ctx, name: &str) -> Result<Error, Error> {
    let kept = ctx.services.store.point(|tx| {
        let of_sms = match name.strip_prefix(SMS_PREFIX) {
            Some(id) => tx.sms_provider(id)?.map(|kept| idle(ctx, &kept, false)),
            None => None,
        };
        let of_plugin = tx.plugin_provider(name)?;
        Ok(of_sms.or(of_plugin.map(|kept| idle(ctx, &kept, false))))
    })?;
    Ok(match kept {
        None => error::PROVIDER_NOT_FOUND.into(),
        Some((ProviderState::Inactive, _)) => error::PROVIDER_INACTIVE.into(),
        Some((_, reason)) => Error::from(error::PROVIDER_NOT_RUNNING).saying(reason),
    })
}

/// What the database knows of providers.
struct Kept {
    of_plugins: Vec<Found<PluginSettings>>,
    of_sms: Vec<Found<SmsProviderKind>>,
}

/// Those that run, in the order they are tried, then those that are kept and do not.
async fn providers(ctx: &Ctx) -> Result<Vec<Provider>, Error> {
    let running = ctx.services.gateway.ask(|gateway| gateway.providers());
    let running = running.await?;
    let read = |tx: &ReadTx<'_>| {
        Ok(Kept {
            of_plugins: all(tx)?,
            of_sms: all(tx)?,
        })
    };
    let mut kept = ctx.services.store.read(read).await?;
    let configured = running.iter().filter(|provider| provider.is_configured);
    let configured: HashSet<_> = configured.map(|provider| provider.name.clone()).collect();
    let mut shown: Vec<_> = running
        .into_iter()
        .map(|provider| with_what_is_kept(provider, &mut kept))
        .collect();
    let of_sms = kept.of_sms.into_iter().map(|found| {
        let idle = idle(ctx, &found.0, configured.contains(&found.0.name()));
        not_used(of_sms(found), idle)
    });
    let of_plugins = kept.of_plugins.into_iter().map(|found| {
        let idle = idle(ctx, &found.0, configured.contains(&found.0.id));
        not_used(of_plugin(found), idle)
    });
    shown.extend(of_sms.chain(of_plugins));
    Ok(shown)
}

/// A running provider, with what is kept about it, which is then taken out.
fn with_what_is_kept(running: RunningProvider, kept: &mut Kept) -> Provider {
    let is_it = |name: &str| !running.is_configured && name == running.name;
    let found = kept.of_sms.iter().position(|(sms, _)| is_it(&sms.name()));
    let mut provider = match found {
        Some(place) => of_sms(kept.of_sms.remove(place)),
        None => {
            let mut kept_ones = kept.of_plugins.iter();
            let place = kept_ones.position(|(provider, _)| is_it(&provider.id));
            place.map_or_else(
                || Provider {
                    source: ProviderSource::Config.into(),
                    ..Provider::default()
                },
                |place| of_plugin(kept.of_plugins.remove(place)),
            )
        }
    };
    let count = |(status, count)| ProviderCount {
        status: status as i32,
        count,
    };
    provider.name = running.name;
    provider.plugin = running.plugin;
    provider.version = running.version;
    provider.sha256 = running.sha256;
    provider.state = running.state as i32;
    provider.reason = running.reason;
    provider.since = Some(wire_time(running.since));
    provider.abilities = running.abilities.into_iter().map(str::to_owned).collect();
    provider.generation = running.generation;
    provider.running = running.running;
    provider.counts = running
        .counts
        .into_iter()
        .map(|(status, n)| count((status, n)))
        .collect();
    provider.reload_fault = running.reload_fault;
    provider.resident_bytes = running.resident_bytes;
    provider.libraries = running.libraries;
    provider.faults = Some(ProviderFaults {
        garbage: running.faults.garbage,
        unknown_receipts: running.faults.unknown_receipts,
        forged_reports: running.faults.forged_reports,
        dropped_lines: running.faults.dropped_lines,
    });
    provider
}

fn of_sms((sms, details): Found<SmsProviderKind>) -> Provider {
    Provider {
        details: Some(details),
        name: sms.name(),
        plugin: sms.plugin().to_owned(),
        source: ProviderSource::SmsProvider.into(),
        sms_provider_id: sms.id,
        description: sms.description,
        ..Provider::default()
    }
}

fn of_plugin((kept, details): Found<PluginSettings>) -> Provider {
    Provider {
        details: Some(details),
        name: kept.id,
        plugin: kept.kind.plugin,
        source: ProviderSource::Api.into(),
        description: kept.description,
        pinned_sha256: kept.kind.sha256.unwrap_or_default(),
        memory_limit: kept.kind.memory_limit.unwrap_or_default(),
        ..Provider::default()
    }
}

/// The state of a provider that is kept and does not run, and why it does not although it is active.
fn idle<Kind>(
    ctx: &Ctx,
    kept: &store::Provider<Kind>,
    is_name_taken: bool,
) -> (ProviderState, &'static str) {
    if !kept.is_active {
        (ProviderState::Inactive, "")
    } else if is_name_taken {
        (
            ProviderState::Failed,
            "the configuration has a provider of this name, which runs in its place: remove this one, or \
             rename the other",
        )
    } else if open(&ctx.services.keys, kept).is_none() {
        (
            ProviderState::Failed,
            "its secrets were sealed with another key: give them again",
        )
    } else {
        (
            ProviderState::Loading,
            "it is about to be started; if it stays so, the server's log says why",
        )
    }
}

fn not_used(provider: Provider, (state, reason): (ProviderState, &str)) -> Provider {
    Provider {
        state: state as i32,
        reason: reason.to_owned(),
        ..provider
    }
}

fn error(failure: ProviderFailure) -> ProviderError {
    ProviderError {
        provider: failure.provider,
        time: Some(wire_time(failure.at)),
        message_id: failure.message_id,
        status: failure.status as i32,
        provider_code: failure.provider_code,
        detail: failure.detail,
    }
}

#[cfg(test)]
mod tests {
    use crate::{contract::pb::belfry::v1 as pb, domain};

    #[test]
    fn the_numbers_of_states_and_results_are_those_of_the_contract() {
        let state = |state: domain::ProviderState| pb::ProviderState::try_from(state as i32);
        assert_eq!(
            state(domain::ProviderState::Inactive),
            Ok(pb::ProviderState::Inactive)
        );
        assert_eq!(
            state(domain::ProviderState::Ready),
            Ok(pb::ProviderState::Ready)
        );
        assert_eq!(
            state(domain::ProviderState::Stopped),
            Ok(pb::ProviderState::Stopped)
        );
        let status = |status: domain::CallStatus| pb::CallStatus::try_from(status as i32);
        assert_eq!(status(domain::CallStatus::Ok), Ok(pb::CallStatus::Ok));
        assert_eq!(
            status(domain::CallStatus::Unavailable),
            Ok(pb::CallStatus::Unavailable)
        );
        assert_eq!(
            status(domain::CallStatus::Internal),
            Ok(pb::CallStatus::Internal)
        );
    }
}
