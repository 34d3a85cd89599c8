//! How the instance words its messages: the rows of the admin service.

use super::wording::{self, Level};
use crate::{
    api::{
        Ctx,
        table::{ADMIN, Table},
    },
    contract::pb::zitadel::admin::v1 as wire,
    domain::{MessageType, TextKey},
    error::{self, Error},
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

/// The errors of a reset: no language, nothing to reset.
const RESET: (&error::Entry, &error::Entry) =
    (error::INSTANCE_TEXT_INVALID, error::INSTANCE_TEXT_NOT_FOUND);

fn level(_ctx: &Ctx) -> Result<Level, Error> {
    Ok(Level::Instance)
}

macro_rules! operations {
    ($message:ident: $get_custom:ident($custom:ident -> $custom_answer:ident), $get_default:ident($default:ident -> $default_answer:ident),
        $reset:ident($reset_request:ident -> $reset_answer:ident)) => {
        async fn $get_custom(
            ctx: &Ctx,
            request: wire::$custom,
        ) -> Result<wire::$custom_answer, Error> {
            let text = wording::custom(ctx, level(ctx)?, MessageType::$message, &request.language)?;
            Ok(wire::$custom_answer {
                custom_text: Some(text),
            })
        }

        async fn $get_default(
            ctx: &Ctx,
            request: wire::$default,
        ) -> Result<wire::$default_answer, Error> {
            let text = wording::default_of_instance(ctx, MessageType::$message, &request.language)?;
            Ok(wire::$default_answer {
                custom_text: Some(text),
            })
        }

        async fn $reset(
            ctx: &Ctx,
            request: wire::$reset_request,
        ) -> Result<wire::$reset_answer, Error> {
            let level = level(ctx)?;
            let details =
                wording::reset(ctx, level, MessageType::$message, &request.language, RESET);
            Ok(wire::$reset_answer {
                details: Some(details.await?),
            })
        }
    };
}

operations! {
    VerifyPhone:
    get_custom_verify_phone(GetCustomVerifyPhoneMessageTextRequest -> GetCustomVerifyPhoneMessageTextResponse),
    get_default_verify_phone(GetDefaultVerifyPhoneMessageTextRequest -> GetDefaultVerifyPhoneMessageTextResponse),
    reset_verify_phone(ResetCustomVerifyPhoneMessageTextToDefaultRequest -> ResetCustomVerifyPhoneMessageTextToDefaultResponse)
}

operations! {
    VerifySmsOtp:
    get_custom_verify_sms_otp(GetCustomVerifySmsotpMessageTextRequest -> GetCustomVerifySmsotpMessageTextResponse),
    get_default_verify_sms_otp(GetDefaultVerifySmsotpMessageTextRequest -> GetDefaultVerifySmsotpMessageTextResponse),
    reset_verify_sms_otp(ResetCustomVerifySmsotpMessageTextToDefaultRequest -> ResetCustomVerifySmsotpMessageTextToDefaultResponse)
}

async fn set_verify_phone(
    ctx: &Ctx,
    request: wire::SetDefaultVerifyPhoneMessageTextRequest,
) -> Result<wire::SetDefaultVerifyPhoneMessageTextResponse, Error> {
    let parts = [
        request.title,
        request.pre_header,
        request.subject,
        request.greeting,
        request.text,
        request.button_text,
        request.footer_text,
    ];
    let message = MessageType::VerifyPhone;
    let details = wording::set(ctx, level(ctx)?, message, &request.language, parts).await?;
    Ok(wire::SetDefaultVerifyPhoneMessageTextResponse {
        details: Some(details),
    })
}

async fn set_verify_sms_otp(
    ctx: &Ctx,
    request: wire::SetDefaultVerifySmsotpMessageTextRequest,
) -> Result<wire::SetDefaultVerifySmsotpMessageTextResponse, Error> {
    let mut parts = wording::Parts::default();
    parts[TextKey::Text as usize] = request.text;
    let message = MessageType::VerifySmsOtp;
    let details = wording::set(ctx, level(ctx)?, message, &request.language, parts).await?;
    Ok(wire::SetDefaultVerifySmsotpMessageTextResponse {
        details: Some(details),
    })
}
