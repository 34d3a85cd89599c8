//! The message texts of the admin service: how messages are worded for organizations that word nothing.

use super::level::{self, Level};
use crate::{
    api::{
        Ctx,
        table::{ADMIN, Table},
    },
    contract::pb::zitadel::admin::v1 as pb,
    domain::{MessageText, MessageType, TextKey},
    error::Error,
};

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(
            ADMIN,
            "GetCustomVerifyPhoneMessageText",
            get_custom_verify_phone,
        )?
        .on(
            ADMIN,
            "GetDefaultVerifyPhoneMessageText",
            get_default_verify_phone,
        )?
        .on(ADMIN, "SetDefaultVerifyPhoneMessageText", set_verify_phone)?
        .on(
            ADMIN,
            "ResetCustomVerifyPhoneMessageTextToDefault",
            reset_verify_phone,
        )?
        .on(
            ADMIN,
            "GetCustomVerifySMSOTPMessageText",
            get_custom_verify_sms_otp,
        )?
        .on(
            ADMIN,
            "GetDefaultVerifySMSOTPMessageText",
            get_default_verify_sms_otp,
        )?
        .on(
            ADMIN,
            "SetDefaultVerifySMSOTPMessageText",
            set_verify_sms_otp,
        )?
        .on(
            ADMIN,
            "ResetCustomVerifySMSOTPMessageTextToDefault",
            reset_verify_sms_otp,
        )
}

/// Shows how the instance words the SMS that verifies a phone.
async fn get_custom_verify_phone(
    ctx: &Ctx,
    request: pb::GetCustomVerifyPhoneMessageTextRequest,
) -> Result<pb::GetCustomVerifyPhoneMessageTextResponse, Error> {
    let text = level::custom(
        ctx,
        Level::Instance,
        MessageType::VerifyPhone,
        &request.language,
    )?;
    Ok(pb::GetCustomVerifyPhoneMessageTextResponse {
        custom_text: Some(text),
    })
}

/// Shows how the SMS that verifies a phone is worded where the instance words nothing.
async fn get_default_verify_phone(
    ctx: &Ctx,
    request: pb::GetDefaultVerifyPhoneMessageTextRequest,
) -> Result<pb::GetDefaultVerifyPhoneMessageTextResponse, Error> {
    let text = level::built_in_alone(ctx, MessageType::VerifyPhone, &request.language)?;
    Ok(pb::GetDefaultVerifyPhoneMessageTextResponse {
        custom_text: Some(text),
    })
}

/// Words the SMS that verifies a phone for the instance.
async fn set_verify_phone(
    ctx: &Ctx,
    request: pb::SetDefaultVerifyPhoneMessageTextRequest,
) -> Result<pb::SetDefaultVerifyPhoneMessageTextResponse, Error> {
    let mut text = MessageText::default();
    text.set(TextKey::Title, request.title);
    text.set(TextKey::PreHeader, request.pre_header);
    text.set(TextKey::Subject, request.subject);
    text.set(TextKey::Greeting, request.greeting);
    text.set(TextKey::Text, request.text);
    text.set(TextKey::ButtonText, request.button_text);
    text.set(TextKey::Footer, request.footer_text);
    let details = level::set(
        ctx,
        Level::Instance,
        MessageType::VerifyPhone,
        &request.language,
        text,
    )
    .await?;
    Ok(pb::SetDefaultVerifyPhoneMessageTextResponse {
        details: Some(details),
    })
}

/// Takes what the instance words of the SMS that verifies a phone away.
async fn reset_verify_phone(
    ctx: &Ctx,
    request: pb::ResetCustomVerifyPhoneMessageTextToDefaultRequest,
) -> Result<pb::ResetCustomVerifyPhoneMessageTextToDefaultResponse, Error> {
    let details = level::reset(
        ctx,
        Level::Instance,
        MessageType::VerifyPhone,
        &request.language,
    )
    .await?;
    Ok(pb::ResetCustomVerifyPhoneMessageTextToDefaultResponse {
        details: Some(details),
    })
}

/// Shows how the instance words the SMS with a one-time password.
async fn get_custom_verify_sms_otp(
    ctx: &Ctx,
    request: pb::GetCustomVerifySmsotpMessageTextRequest,
) -> Result<pb::GetCustomVerifySmsotpMessageTextResponse, Error> {
    let text = level::custom(
        ctx,
        Level::Instance,
        MessageType::VerifySmsOtp,
        &request.language,
    )?;
    Ok(pb::GetCustomVerifySmsotpMessageTextResponse {
        custom_text: Some(text),
    })
}

/// Shows how the SMS with a one-time password is worded where the instance words nothing.
async fn get_default_verify_sms_otp(
    ctx: &Ctx,
    request: pb::GetDefaultVerifySmsotpMessageTextRequest,
) -> Result<pb::GetDefaultVerifySmsotpMessageTextResponse, Error> {
    let text = level::built_in_alone(ctx, MessageType::VerifySmsOtp, &request.language)?;
    Ok(pb::GetDefaultVerifySmsotpMessageTextResponse {
        custom_text: Some(text),
    })
}

/// Words the SMS with a one-time password for the instance.
async fn set_verify_sms_otp(
    ctx: &Ctx,
    request: pb::SetDefaultVerifySmsotpMessageTextRequest,
) -> Result<pb::SetDefaultVerifySmsotpMessageTextResponse, Error> {
    let mut text = MessageText::default();
    text.set(TextKey::Text, request.text);
    let details = level::set(
        ctx,
        Level::Instance,
        MessageType::VerifySmsOtp,
        &request.language,
        text,
    )
    .await?;
    Ok(pb::SetDefaultVerifySmsotpMessageTextResponse {
        details: Some(details),
    })
}

/// Takes what the instance words of the SMS with a one-time password away.
async fn reset_verify_sms_otp(
    ctx: &Ctx,
    request: pb::ResetCustomVerifySmsotpMessageTextToDefaultRequest,
) -> Result<pb::ResetCustomVerifySmsotpMessageTextToDefaultResponse, Error> {
    let details = level::reset(
        ctx,
        Level::Instance,
        MessageType::VerifySmsOtp,
        &request.language,
    )
    .await?;
    Ok(pb::ResetCustomVerifySmsotpMessageTextToDefaultResponse {
        details: Some(details),
    })
}
