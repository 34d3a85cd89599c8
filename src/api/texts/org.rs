//! The message texts of the management service: how the context organization words its messages.

use super::level::{self, Level};
use crate::{
    api::{
        Ctx,
        table::{MANAGEMENT, Table},
    },
    contract::pb::zitadel::management::v1 as pb,
    domain::{MessageText, MessageType, TextKey},
    error::Error,
};

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(
            MANAGEMENT,
            "GetCustomVerifyPhoneMessageText",
            get_custom_verify_phone,
        )?
        .on(
            MANAGEMENT,
            "GetDefaultVerifyPhoneMessageText",
            get_default_verify_phone,
        )?
        .on(
            MANAGEMENT,
            "SetCustomVerifyPhoneMessageText",
            set_verify_phone,
        )?
        .on(
            MANAGEMENT,
            "ResetCustomVerifyPhoneMessageTextToDefault",
            reset_verify_phone,
        )?
        .on(
            MANAGEMENT,
            "GetCustomVerifySMSOTPMessageText",
            get_custom_verify_sms_otp,
        )?
        .on(
            MANAGEMENT,
            "GetDefaultVerifySMSOTPMessageText",
            get_default_verify_sms_otp,
        )?
        .on(
            MANAGEMENT,
            "SetCustomVerifySMSOTPMessageText",
            set_verify_sms_otp,
        )?
        .on(
            MANAGEMENT,
            "ResetCustomVerifySMSOTPMessageTextToDefault",
            reset_verify_sms_otp,
        )
}

/// The context organization.
fn level(ctx: &Ctx) -> Result<Level, Error> {
    Ok(Level::Org(ctx.principal()?.org.row))
}

/// Shows how the context organization words the SMS that verifies a phone.
async fn get_custom_verify_phone(
    ctx: &Ctx,
    request: pb::GetCustomVerifyPhoneMessageTextRequest,
) -> Result<pb::GetCustomVerifyPhoneMessageTextResponse, Error> {
    let text = level::custom(
        ctx,
        level(ctx)?,
        MessageType::VerifyPhone,
        &request.language,
    )?;
    Ok(pb::GetCustomVerifyPhoneMessageTextResponse {
        custom_text: Some(text),
    })
}

/// Shows how the SMS that verifies a phone is worded where the context organization words nothing.
async fn get_default_verify_phone(
    ctx: &Ctx,
    request: pb::GetDefaultVerifyPhoneMessageTextRequest,
) -> Result<pb::GetDefaultVerifyPhoneMessageTextResponse, Error> {
    let text = level::default(
        ctx,
        level(ctx)?,
        MessageType::VerifyPhone,
        &request.language,
    )?;
    Ok(pb::GetDefaultVerifyPhoneMessageTextResponse {
        custom_text: Some(text),
    })
}

/// Words the SMS that verifies a phone for the context organization.
async fn set_verify_phone(
    ctx: &Ctx,
    request: pb::SetCustomVerifyPhoneMessageTextRequest,
) -> Result<pb::SetCustomVerifyPhoneMessageTextResponse, Error> {
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
        level(ctx)?,
        MessageType::VerifyPhone,
        &request.language,
        text,
    )
    .await?;
    Ok(pb::SetCustomVerifyPhoneMessageTextResponse {
        details: Some(details),
    })
}

/// Takes what the context organization words of the SMS that verifies a phone away.
async fn reset_verify_phone(
    ctx: &Ctx,
    request: pb::ResetCustomVerifyPhoneMessageTextToDefaultRequest,
) -> Result<pb::ResetCustomVerifyPhoneMessageTextToDefaultResponse, Error> {
    let details = level::reset(
        ctx,
        level(ctx)?,
        MessageType::VerifyPhone,
        &request.language,
    )
    .await?;
    Ok(pb::ResetCustomVerifyPhoneMessageTextToDefaultResponse {
        details: Some(details),
    })
}

/// Shows how the context organization words the SMS with a one-time password.
async fn get_custom_verify_sms_otp(
    ctx: &Ctx,
    request: pb::GetCustomVerifySmsotpMessageTextRequest,
) -> Result<pb::GetCustomVerifySmsotpMessageTextResponse, Error> {
    let text = level::custom(
        ctx,
        level(ctx)?,
        MessageType::VerifySmsOtp,
        &request.language,
    )?;
    Ok(pb::GetCustomVerifySmsotpMessageTextResponse {
        custom_text: Some(text),
    })
}

/// Shows how the SMS with a one-time password is worded where the context organization words nothing.
async fn get_default_verify_sms_otp(
    ctx: &Ctx,
    request: pb::GetDefaultVerifySmsotpMessageTextRequest,
) -> Result<pb::GetDefaultVerifySmsotpMessageTextResponse, Error> {
    let text = level::default(
        ctx,
        level(ctx)?,
        MessageType::VerifySmsOtp,
        &request.language,
    )?;
    Ok(pb::GetDefaultVerifySmsotpMessageTextResponse {
        custom_text: Some(text),
    })
}

/// Words the SMS with a one-time password for the context organization.
async fn set_verify_sms_otp(
    ctx: &Ctx,
    request: pb::SetCustomVerifySmsotpMessageTextRequest,
) -> Result<pb::SetCustomVerifySmsotpMessageTextResponse, Error> {
    let mut text = MessageText::default();
    text.set(TextKey::Text, request.text);
    let details = level::set(
        ctx,
        level(ctx)?,
        MessageType::VerifySmsOtp,
        &request.language,
        text,
    )
    .await?;
    Ok(pb::SetCustomVerifySmsotpMessageTextResponse {
        details: Some(details),
    })
}

/// Takes what the context organization words of the SMS with a one-time password away.
async fn reset_verify_sms_otp(
    ctx: &Ctx,
    request: pb::ResetCustomVerifySmsotpMessageTextToDefaultRequest,
) -> Result<pb::ResetCustomVerifySmsotpMessageTextToDefaultResponse, Error> {
    let details = level::reset(
        ctx,
        level(ctx)?,
        MessageType::VerifySmsOtp,
        &request.language,
    )
    .await?;
    Ok(pb::ResetCustomVerifySmsotpMessageTextToDefaultResponse {
        details: Some(details),
    })
}
