//! `PreviewMessage`: an SMS as it would be sent now, and what it takes.

use crate::{
    api::Ctx,
    contract::pb::belfry::v1::{PreviewMessageRequest, PreviewMessageResponse},
    domain::{GeneratorType, Language, MessagePurpose, MessageType},
    error::{self, Error},
    wording::{Preview, PreviewQuestion},
};

/// Shows an SMS.
pub(in crate::api) async fn preview(
    ctx: &Ctx,
    request: PreviewMessageRequest,
) -> Result<PreviewMessageResponse, Error> {
    let (message, kind) = match MessagePurpose::from_number(request.purpose.into()) {
        None | Some(MessagePurpose::VerifyPhone) => {
            (MessageType::VerifyPhone, GeneratorType::VerifyPhoneCode)
        }
        Some(MessagePurpose::PasswordReset) => {
            (MessageType::PasswordReset, GeneratorType::PasswordResetCode)
        }
        Some(_) => {
            return Err(Error::invalid(
                "invalid PreviewMessageRequest.Purpose: value must be one that goes by SMS",
            ));
        }
    };
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    let language = given(request.language).map(|tag| Language::parse(&tag));
    if language.as_ref().is_some_and(|it| it.tag().is_empty()) {
        return Err(error::LANGUAGE_UNDEFINED.into());
    }
    let number = given(request.phone).map(|phone| ctx.phone_number(&phone));
    let number = number.transpose()?;
    let (user, org) = (given(request.user_id), given(request.organization_id));
    let services = &ctx.services;
    let preview = services.store.point(|tx| {
        let user = match user {
            Some(id) => Some(tx.user(&id)?.ok_or(error::PHONE_GET_USER_NOT_FOUND)?),
            None => None,
        };
        if user.as_ref().is_some_and(|user| user.human().is_none()) {
            return Err(error::PHONE_GET_NOT_HUMAN.into());
        }
        let org = match org {
            Some(id) => Some(tx.org_by_id(&id)?.ok_or(error::ORG_NOT_FOUND)?),
            None => None,
        };
        let question = PreviewQuestion {
            message,
            user,
            org,
            language,
            number,
            origin: ctx.origin.clone(),
            code: services.codes.policies.get(kind).sample(),
            now: ctx.now,
        };
        services.texts.preview(tx, question)
    })?;
    Ok(shown(preview))
}

fn shown(preview: Preview) -> PreviewMessageResponse {
    // A text has some thousand characters at most.
    let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let region = preview.region.map(|region| region.to_string());
    PreviewMessageResponse {
        characters: number(preview.text.chars().count()),
        text: preview.text,
        template: preview.template,
        language: preview.language,
        source: preview.source as i32,
        region: region.unwrap_or_default(),
        encoding: preview.segments.encoding as i32,
        units: number(preview.segments.units),
        segments: number(preview.segments.count),
        warnings: preview.remarks.iter().map(ToString::to_string).collect(),
    }
}
