//! `GetMessage`, and how messages look on the wire.

use crate::{
    api::{Ctx, details::wire_time},
    contract::pb::belfry::v1::{Attempt, GetMessageRequest, GetMessageResponse, Message},
    domain::{MessageId, MessageState},
    error::{self, Error},
    ids,
    store::{FoundAttempt, FoundMessage},
};

/// Shows a message and its attempts.
pub(in crate::api) async fn get(
    ctx: &Ctx,
    request: GetMessageRequest,
) -> Result<GetMessageResponse, Error> {
    let id = id(&request.id)?;
    let found = ctx
        .services
        .store
        .point(|tx| Ok((tx.found_message(id)?, tx.attempts(id)?)))?;
    let message = found.0.ok_or(error::MESSAGE_NOT_FOUND)?;
    Ok(GetMessageResponse {
        message: Some(shown(message)),
        attempts: found.1.into_iter().map(attempt).collect(),
    })
}

/// The id of a message that a caller names.
///
/// # Errors
/// NOTFOUND MSG-N0tFd for what cannot be one.
pub(super) fn id(text: &str) -> Result<MessageId, Error> {
    let id = text.parse().map(MessageId);
    id.map_err(|_| error::MESSAGE_NOT_FOUND.into())
}

/// The number of a state on the wire, where 0 is no state.
pub(super) fn wire_state(state: MessageState) -> i32 {
    state as i32 + 1
}

/// A message on the wire.
pub(super) fn shown(message: FoundMessage) -> Message {
    let is_queued = message.state == MessageState::Queued;
    let (status, price) = match message.last {
        Some((status, price)) => (status as i32, price),
        None => (0, String::new()),
    };
    Message {
        id: message.id.to_string(),
        user_id: message.user,
        organization_id: message.organization,
        channel: message.channel as i32,
        purpose: message.purpose as i32,
        recipient: message.recipient,
        state: wire_state(message.state),
        state_since: Some(wire_time(message.changed_at)),
        creation_date: Some(wire_time(ids::made_at(message.id.0))),
        expiration_date: Some(wire_time(message.expires_at)),
        next_attempt: is_queued.then(|| wire_time(message.due_at)),
        attempts: message.attempts,
        unknown_outcomes: message.unknown_outcomes,
        provider: message.provider,
        status,
        segments: message.segments,
        price,
        only_provider: message.only_provider,
        resend_of: message
            .resend_of
            .map(|id| id.to_string())
            .unwrap_or_default(),
    }
}

fn attempt(found: FoundAttempt) -> Attempt {
    let (receipt, receipt_code, receipt_at) = match found.receipt {
        Some((state, code, at)) => (wire_state(state.state()), code, at),
        None => (0, String::new(), None),
    };
    Attempt {
        number: found.number,
        provider: found.provider,
        route: found.route,
        start: Some(wire_time(found.started_at)),
        end: found.ended_at.map(wire_time),
        status: found.status.map_or(0, |status| status as i32),
        provider_id: found.provider_id,
        provider_code: found.provider_code,
        detail: found.detail,
        segments: found.segments,
        price: found.price,
        checked_by_provider: found.is_checked_by_provider,
        receipt,
        receipt_code,
        receipt_date: receipt_at.map(wire_time),
    }
}
