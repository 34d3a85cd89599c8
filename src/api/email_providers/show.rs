//! Get and list the ways to send e-mail, in the forms of `/smtp` and `/email`; passwords are never shown.

use super::seen_as_object;
use crate::{
    api::{Ctx, details, lists},
    contract::pb::zitadel::{
        admin::v1::{
            GetEmailProviderByIdRequest, GetEmailProviderByIdResponse, GetEmailProviderRequest,
            GetEmailProviderResponse, GetSmtpConfigByIdRequest, GetSmtpConfigByIdResponse,
            GetSmtpConfigRequest, GetSmtpConfigResponse, ListEmailProvidersRequest,
            ListEmailProvidersResponse, ListSmtpConfigsRequest, ListSmtpConfigsResponse,
        },
        settings::v1::{
            EmailProvider as WireProvider, EmailProviderHttp, EmailProviderSmtp,
            EmailProviderState, SmtpConfig, SmtpConfigState, email_provider::Config,
        },
        v1::ObjectDetails,
    },
    domain::{Aggregate, List, Page},
    error::{self, Error},
    store::{EmailProvider, EmailProviderKind, ReadTx},
};

/// Shows the active mail server.
pub(in crate::api) async fn get_smtp_config(
    ctx: &Ctx,
    _request: GetSmtpConfigRequest,
) -> Result<GetSmtpConfigResponse, Error> {
    let found = one(ctx, |tx| tx.active_email_provider())?;
    Ok(GetSmtpConfigResponse {
        smtp_config: Some(smtp_config(found)?),
    })
}

/// Shows a mail server.
pub(in crate::api) async fn get_smtp_config_by_id(
    ctx: &Ctx,
    request: GetSmtpConfigByIdRequest,
) -> Result<GetSmtpConfigByIdResponse, Error> {
    let found = one(ctx, |tx| tx.email_provider(&request.id))?;
    Ok(GetSmtpConfigByIdResponse {
        smtp_config: Some(smtp_config(found)?),
    })
}

/// Lists the mail servers.
pub(in crate::api) async fn list_smtp_configs(
    ctx: &Ctx,
    request: ListSmtpConfigsRequest,
) -> Result<ListSmtpConfigsResponse, Error> {
    let is_wanted =
        |provider: &EmailProvider| matches!(provider.kind, EmailProviderKind::Smtp { .. });
    let found = list(ctx, lists::page_v1(request.query), is_wanted).await?;
    Ok(ListSmtpConfigsResponse {
        details: Some(lists::details_v1(&found)),
        result: found
            .items
            .into_iter()
            .map(smtp_config)
            .collect::<Result<_, _>>()?,
    })
}

/// Shows the active way to send e-mail.
pub(in crate::api) async fn get_email_provider(
    ctx: &Ctx,
    _request: GetEmailProviderRequest,
) -> Result<GetEmailProviderResponse, Error> {
    let found = one(ctx, |tx| tx.active_email_provider())?;
    Ok(GetEmailProviderResponse {
        config: Some(email_provider(ctx, found)),
    })
}

/// Shows a way to send e-mail.
pub(in crate::api) async fn get_email_provider_by_id(
    ctx: &Ctx,
    request: GetEmailProviderByIdRequest,
) -> Result<GetEmailProviderByIdResponse, Error> {
    let found = one(ctx, |tx| tx.email_provider(&request.id))?;
    Ok(GetEmailProviderByIdResponse {
        config: Some(email_provider(ctx, found)),
    })
}

/// Lists the ways to send e-mail.
pub(in crate::api) async fn list_email_providers(
    ctx: &Ctx,
    request: ListEmailProvidersRequest,
) -> Result<ListEmailProvidersResponse, Error> {
    let found = list(ctx, lists::page_v1(request.query), |_| true).await?;
    Ok(ListEmailProvidersResponse {
        details: Some(lists::details_v1(&found)),
        result: found
            .items
            .into_iter()
            .map(|found| email_provider(ctx, found))
            .collect(),
    })
}

/// A provider with its details.
type Found = (EmailProvider, ObjectDetails);

fn one(
    ctx: &Ctx,
    find: impl FnOnce(&ReadTx<'_>) -> Result<Option<EmailProvider>, Error>,
) -> Result<Found, Error> {
    ctx.services.store.point(|tx| {
        let provider = find(tx)?.ok_or(error::SMTP_GET_NOT_FOUND)?;
        Ok(with_details(provider, tx.instance()?.aggregate))
    })
}

/// A page of the providers in the order in which they were added. There are a few at most.
async fn list(
    ctx: &Ctx,
    page: Page,
    is_wanted: fn(&EmailProvider) -> bool,
) -> Result<List<Found>, Error> {
    let read = move |tx: &ReadTx<'_>| {
        let mut providers = tx.email_providers()?;
        providers.retain(is_wanted);
        let instance = tx.instance()?.aggregate;
        let page = List::cut(providers, page, tx.as_of()?);
        Ok(page.map(|provider| with_details(provider, instance.clone())))
    };
    ctx.services.store.read(read).await
}

fn with_details(provider: EmailProvider, instance: Aggregate) -> Found {
    let details = details::full(&seen_as_object(&provider, instance));
    (provider, details)
}

/// # Errors
/// NOTFOUND for an HTTP endpoint: this form knows mail servers alone.
fn smtp_config((provider, details): Found) -> Result<SmtpConfig, Error> {
    let EmailProviderKind::Smtp(settings) = provider.kind else {
        return Err(error::SMTP_GET_NOT_FOUND.into());
    };
    let state = if provider.is_active {
        SmtpConfigState::SmtpConfigActive
    } else {
        SmtpConfigState::SmtpConfigInactive
    };
    Ok(SmtpConfig {
        details: Some(details),
        sender_address: settings.sender_address,
        sender_name: settings.sender_name,
        tls: settings.tls,
        host: settings.host,
        user: settings.user,
        reply_to_address: settings.reply_to,
        state: state.into(),
        description: provider.description,
        id: provider.id,
    })
}

fn email_provider(ctx: &Ctx, (provider, details): Found) -> WireProvider {
    let state = if provider.is_active {
        EmailProviderState::EmailProviderActive
    } else {
        EmailProviderState::EmailProviderInactive
    };
    let config = match provider.kind {
        EmailProviderKind::Smtp(settings) => Config::Smtp(EmailProviderSmtp {
            sender_address: settings.sender_address,
            sender_name: settings.sender_name,
            tls: settings.tls,
            host: settings.host,
            user: settings.user,
            reply_to_address: settings.reply_to,
        }),
        EmailProviderKind::Http { endpoint } => {
            let keys = &ctx.services.keys;
            let signing_key = keys.open_setting(&provider.id, &provider.sealed_secret);
            Config::Http(EmailProviderHttp {
                endpoint,
                signing_key: signing_key
                    .and_then(|key| String::from_utf8(key).ok())
                    .unwrap_or_default(),
            })
        }
    };
    WireProvider {
        details: Some(details),
        id: provider.id,
        state: state.into(),
        description: provider.description,
        config: Some(config),
    }
}
