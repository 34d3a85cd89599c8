//! The languages of messages: `GetSupportedLanguages` of the v1 services, `GetDefaultLanguage` and
//! `SetDefaultLanguage`.
//!
//! The default is the configured one until it is set here; delivery reads it for each message.

use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::{admin::v1 as admin, auth::v1 as auth, management::v1 as management},
    domain::{Event, LANGUAGES, Language},
    error::{self, Error},
};

fn supported() -> Vec<String> {
    LANGUAGES.iter().map(|tag| (*tag).to_owned()).collect()
}

/// `GetSupportedLanguages` of the management service.
pub(in crate::api) async fn of_management(
    _ctx: &Ctx,
    _request: management::GetSupportedLanguagesRequest,
) -> Result<management::GetSupportedLanguagesResponse, Error> {
    Ok(management::GetSupportedLanguagesResponse {
        languages: supported(),
    })
}

/// `GetSupportedLanguages` of the auth service.
pub(in crate::api) async fn of_auth(
    _ctx: &Ctx,
    _request: auth::GetSupportedLanguagesRequest,
) -> Result<auth::GetSupportedLanguagesResponse, Error> {
    Ok(auth::GetSupportedLanguagesResponse {
        languages: supported(),
    })
}

/// `GetSupportedLanguages` of the admin service.
pub(in crate::api) async fn of_admin(
    _ctx: &Ctx,
    _request: admin::GetSupportedLanguagesRequest,
) -> Result<admin::GetSupportedLanguagesResponse, Error> {
    Ok(admin::GetSupportedLanguagesResponse {
        languages: supported(),
    })
}

/// The language of messages to users who prefer none.
pub(in crate::api) fn default_language(ctx: &Ctx) -> Result<String, Error> {
    let chosen = ctx.services.store.point(|tx| tx.default_language())?;
    Ok(chosen.unwrap_or_else(|| ctx.services.texts.settings().default_language.clone()))
}

/// Shows the language of messages to users who prefer none.
pub(in crate::api) async fn get_default_language(
    ctx: &Ctx,
    _request: admin::GetDefaultLanguageRequest,
) -> Result<admin::GetDefaultLanguageResponse, Error> {
    Ok(admin::GetDefaultLanguageResponse {
        language: default_language(ctx)?,
    })
}

/// Sets the language of messages to users who prefer none; nothing happens if it is already.
pub(in crate::api) async fn set_default_language(
    ctx: &Ctx,
    request: admin::SetDefaultLanguageRequest,
) -> Result<admin::SetDefaultLanguageResponse, Error> {
    let language = Language::parse(&request.language).tag().to_owned();
    if language.is_empty() {
        return Err(error::LANGUAGE_UNDEFINED.into());
    }
    if !LANGUAGES.contains(&language.as_str()) {
        return Err(error::LANGUAGE_NOT_SUPPORTED.into());
    }
    let details = ctx
        .write(move |tx| {
            let mut instance = tx.instance()?;
            if tx.default_language()?.as_ref() != Some(&language) {
                tx.set_default_language(&language)?;
                instance
                    .aggregate
                    .push(Event::InstanceDefaultLanguageSet { language });
                tx.save_instance(&mut instance)?;
            }
            Ok(details::full(&instance.aggregate))
        })
        .await?;
    Ok(admin::SetDefaultLanguageResponse {
        details: Some(details),
    })
}
