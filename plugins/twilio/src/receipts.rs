//! What became of a message: Twilio's states as those of the SDK, and the status callback that brings
//! them. <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>
//!
//! Callbacks come in any order and more than once; the host sorts that out.

use std::{borrow::Cow, collections::HashMap, time::UNIX_EPOCH};

use belfry_plugin::{Failure, HttpRequest, Level, Receipt, ReceiptState, WebhookAnswer};
use serde_json::Value;

use crate::{
    Twilio,
    api::{number, text},
    signature::is_media_type,
};

/// The code of a message that waited longer than it was good for.
const VALIDITY_EXPIRED: u32 = 30036;

/// What Twilio says about a message.
pub(crate) struct Outcome<'a> {
    pub(crate) sid: Cow<'a, str>,
    pub(crate) status: Cow<'a, str>,
    pub(crate) error_code: Option<u32>,
    /// 0 for now.
    pub(crate) at_unix_ms: i64,
}

impl Twilio {
    /// Reads one status callback, if it is Twilio's.
    pub(crate) fn read_callback(
        &self,
        request: &HttpRequest<'_>,
    ) -> Result<WebhookAnswer, Failure> {
        if !self.keys.signed(request) {
            return Err(Failure::Rejected(
                "the signature of the status callback is not Twilio's".into(),
            ));
        }
        // A call that reports nothing of ours, such as an incoming SMS, is well all the same: any
        // other answer would only make Twilio log an error.
        let receipt = outcome(request).and_then(|outcome| self.receipt(&outcome));
        Ok(WebhookAnswer::with(receipt))
    }

    /// The receipt of an outcome, if it is one. What only the operator can help is logged, since a
    /// receipt reaches nobody's eyes.
    pub(crate) fn receipt(&self, outcome: &Outcome<'_>) -> Option<Receipt> {
        let mut state = state(&outcome.status)?;
        if state == ReceiptState::Undelivered {
            if outcome.error_code == Some(VALIDITY_EXPIRED) {
                state = ReceiptState::Expired;
            }
            if let Failure::Misconfigured(reason) | Failure::Unauthorized(reason) =
                self.actions.of_code(outcome.error_code)
            {
                let line = format!("Twilio did not deliver a message: {}", reason.text);
                self.host.log(Level::Error, line);
            }
        }
        Some(Receipt {
            provider_id: outcome.sid.clone().into_owned(),
            state,
            provider_code: outcome
                .error_code
                .map(|code| code.to_string())
                .unwrap_or_default(),
            at_unix_ms: outcome.at_unix_ms,
        })
    }
}

/// What a callback is about; `None` if it names no message.
fn outcome(request: &HttpRequest<'_>) -> Option<Outcome<'static>> {
    let kind = request.header("content-type").unwrap_or_default();
    let (sid, status, error_code) = if is_media_type(kind, "application/json") {
        let body: Value = serde_json::from_slice(request.body).ok()?;
        let of = |name| text(&body, name).map(str::to_owned);
        (
            of("MessageSid")?,
            of("MessageStatus")?,
            number(&body, "ErrorCode"),
        )
    } else {
        let mut form: HashMap<_, _> = form_urlencoded::parse(request.body).into_owned().collect();
        (
            form.remove("MessageSid")?,
            form.remove("MessageStatus")?,
            form.get("ErrorCode").and_then(|code| code.parse().ok()),
        )
    };
    Some(Outcome {
        sid: Cow::Owned(sid),
        status: Cow::Owned(status),
        error_code,
        at_unix_ms: 0,
    })
}

/// Twilio's states as ours; `None` for incoming messages and for words that are new.
fn state(status: &str) -> Option<ReceiptState> {
    Some(match status {
        "accepted" | "scheduled" | "queued" | "sending" => ReceiptState::Accepted,
        "sent" | "partially_delivered" => ReceiptState::Sent,
        "delivered" | "read" => ReceiptState::Delivered,
        "undelivered" | "failed" | "canceled" => ReceiptState::Undelivered,
        _ => return None,
    })
}

/// The time of an RFC 2822 date as Twilio writes it, always in GMT; 0 if it is none.
pub(crate) fn unix_ms(date: &str) -> i64 {
    let date = date.replace("+0000", "GMT");
    let Ok(time) = httpdate::parse_http_date(&date) else {
        return 0;
    };
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0))
}
