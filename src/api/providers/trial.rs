//! `SendTestMessage`: one text through one provider, at once. The caller waits, so that it learns what
//! the gateway says.

use crate::{
    api::Ctx,
    contract::pb::belfry::v1::{SendTestMessageRequest, SendTestMessageResponse, TestResult},
    domain::TestSms,
    error::Error,
};

/// What a test says unless the caller words it.
const TEXT: &str = "This is a test message from Belfry.";

/// Sends a text.
pub(in crate::api) async fn send(
    ctx: &Ctx,
    request: SendTestMessageRequest,
) -> Result<SendTestMessageResponse, Error> {
    let SendTestMessageRequest { name, to, text } = request;
    let id = ctx.new_id();
    let sms = TestSms {
        id: id.clone(),
        to: ctx.phone_number(&to)?,
        text: Some(text)
            .filter(|text| !text.trim().is_empty())
            .unwrap_or_else(|| TEXT.to_owned()),
    };
    let asked = name.clone();
    let sent = ctx
        .services
        .gateway
        .send(move |gateway| gateway.send(&asked, sms));
    let Some(result) = sent.await? else {
        return Err(super::show::not_running(ctx, &name)?);
    };
    // A provider takes some ten seconds at most.
    let took = prost_types::Duration {
        seconds: result.took.as_secs() as i64,
        nanos: result.took.subsec_nanos() as i32,
    };
    Ok(SendTestMessageResponse {
        result: Some(TestResult {
            status: result.status as i32,
            segments: result.segments,
            price: result.price,
            provider_id: result.provider_id,
            provider_code: result.provider_code,
            detail: result.detail,
            took: Some(took),
            message_id: id,
        }),
    })
}
