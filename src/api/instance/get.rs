//! `GetMyInstance`, `GetIAM`, `GetOIDCInformation` and v2 `GetGeneralSettings`.

use super::{NAME, languages};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::{
        admin::v1::{GetMyInstanceRequest, GetMyInstanceResponse},
        instance::v1::{Domain, InstanceDetail, State},
        management::v1::{
            GetIamRequest, GetIamResponse, GetOidcInformationRequest, GetOidcInformationResponse,
        },
        settings::v2::{GetGeneralSettingsRequest, GetGeneralSettingsResponse},
    },
    domain::LANGUAGES,
    error::Error,
};

/// Shows the instance.
pub(in crate::api) async fn get_my_instance(
    ctx: &Ctx,
    _request: GetMyInstanceRequest,
) -> Result<GetMyInstanceResponse, Error> {
    let instance = ctx.services.store.point(|tx| tx.instance())?;
    let details = details::full(&instance.aggregate);
    let domain = Domain {
        details: Some(details.clone()),
        domain: ctx.services.instance_domain.clone(),
        primary: true,
        generated: false,
    };
    Ok(GetMyInstanceResponse {
        instance: Some(InstanceDetail {
            id: instance.aggregate.id,
            details: Some(details),
            state: State::Running.into(),
            name: NAME.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            domains: vec![domain],
        }),
    })
}

/// Names the default organization and the project that access tokens for this API are for.
pub(in crate::api) async fn get_iam(
    ctx: &Ctx,
    _request: GetIamRequest,
) -> Result<GetIamResponse, Error> {
    let (instance, project_id) = ctx
        .services
        .store
        .point(|tx| Ok((tx.instance()?, tx.project_id()?)))?;
    Ok(GetIamResponse {
        global_org_id: instance.default_org.id.clone(),
        iam_project_id: project_id,
        default_org_id: instance.default_org.id,
    })
}

/// Says where tokens come from, seen from where the request was sent to.
pub(in crate::api) async fn get_oidc_information(
    ctx: &Ctx,
    _request: GetOidcInformationRequest,
) -> Result<GetOidcInformationResponse, Error> {
    Ok(GetOidcInformationResponse {
        issuer: ctx.origin.clone(),
        discovery_endpoint: format!("{}/.well-known/openid-configuration", ctx.origin),
    })
}

/// Shows the languages and the default organization.
pub(in crate::api) async fn get_general_settings(
    ctx: &Ctx,
    _request: GetGeneralSettingsRequest,
) -> Result<GetGeneralSettingsResponse, Error> {
    let instance = ctx.services.store.point(|tx| tx.instance())?;
    Ok(GetGeneralSettingsResponse {
        default_org_id: instance.default_org.id,
        default_language: languages::default_language(ctx)?,
        supported_languages: LANGUAGES.iter().map(|tag| (*tag).to_owned()).collect(),
    })
}
