//! `ListSMSProviders` and `GetSMSProvider`; tokens are never shown.

use crate::{
    api::{
        Ctx, lists,
        message_providers::{self, one, opened},
    },
    contract::pb::zitadel::{
        admin::v1::{
            GetSmsProviderRequest, GetSmsProviderResponse, ListSmsProvidersRequest,
            ListSmsProvidersResponse,
        },
        settings::v1::{
            HttpConfig, SmsProvider as WireProvider, SmsProviderConfigState, TwilioConfig,
            sms_provider::Config,
        },
    },
    error::Error,
    masked_url::without_login,
    store::{EndpointSecret, SmsProviderKind},
};

type Found = message_providers::Found<SmsProviderKind>;

/// Lists the ways to send SMS.
pub(in crate::api) async fn list(
    ctx: &Ctx,
    request: ListSmsProvidersRequest,
) -> Result<ListSmsProvidersResponse, Error> {
    let page = lists::page_v1(request.query);
    let found = message_providers::list(ctx, page, |_| true).await?;
    Ok(ListSmsProvidersResponse {
        details: Some(lists::details_v1(&found)),
        result: found
            .items
            .into_iter()
            .map(|found| shown(ctx, found))
            .collect(),
    })
}

/// Shows a way to send SMS.
pub(in crate::api) async fn get(
    ctx: &Ctx,
    request: GetSmsProviderRequest,
) -> Result<GetSmsProviderResponse, Error> {
    let found = one(ctx, |tx| tx.sms_provider(&request.id))?;
    Ok(GetSmsProviderResponse {
        config: Some(shown(ctx, found)),
    })
}

fn shown(ctx: &Ctx, (provider, details): Found) -> WireProvider {
    let state = if provider.is_active {
        SmsProviderConfigState::SmsProviderConfigActive
    } else {
        SmsProviderConfigState::SmsProviderConfigInactive
    };
    let config = match &provider.kind {
        SmsProviderKind::Twilio(settings) => Config::Twilio(TwilioConfig {
            sid: settings.sid.clone(),
            sender_number: settings.sender_number.clone(),
            verify_service_sid: settings.verify_service_sid.clone(),
        }),
        SmsProviderKind::Http { endpoint } => {
            let secret = EndpointSecret::parse(&opened(ctx, &provider), endpoint);
            Config::Http(HttpConfig {
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
