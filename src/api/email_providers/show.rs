//! Get and list the ways to send e-mail, in the forms of `/smtp` and `/email`; passwords are never shown.

use crate::{
    api::{
        Ctx, lists,
        message_providers::{self, list, one, opened},
    },
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
    },
    error::{self, Error},
    masked_url::without_login,
    store::{EmailProvider, EmailProviderKind, EndpointSecret},
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

type Found = message_providers::Found<EmailProviderKind>;

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
    let config = match &provider.kind {
        EmailProviderKind::Smtp(settings) => Config::Smtp(EmailProviderSmtp {
            sender_address: settings.sender_address.clone(),
            sender_name: settings.sender_name.clone(),
            tls: settings.tls,
            host: settings.host.clone(),
            user: settings.user.clone(),
            reply_to_address: settings.reply_to.clone(),
        }),
        EmailProviderKind::Http { endpoint } => {
            let secret = EndpointSecret::parse(&opened(ctx, &provider), endpoint);
            Config::Http(EmailProviderHttp {
                endpoint: without_login(&secret.endpoint).into_owned(),
                signing_key: secret.signing_key,
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
