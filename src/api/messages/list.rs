//! `ListMessages` and `CountMessages`.

use prost_types::Timestamp as WireTime;

use super::show::{shown, wire_state};
use crate::{
    api::{Ctx, expiration::instant, lists},
    clock::Timestamp,
    contract::pb::belfry::v1::{
        CountMessagesRequest, CountMessagesResponse, ListMessagesRequest, ListMessagesResponse,
        MessageCount,
    },
    domain::{Channel, MessagePurpose, MessageState},
    error::Error,
    store::{Made, MessageSearch},
};

/// Lists messages.
pub(in crate::api) async fn list(
    ctx: &Ctx,
    request: ListMessagesRequest,
) -> Result<ListMessagesResponse, Error> {
    let page = lists::page_filter(request.pagination)?;
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    let search = MessageSearch {
        states: states(&request.states)?,
        channel: match request.channel {
            1 => Some(Channel::Sms),
            2 => Some(Channel::Email),
            _ => None,
        },
        purpose: MessagePurpose::from_number(request.purpose.into()),
        user: given(request.user_id),
        organization: given(request.organization_id),
        provider: given(request.provider),
        recipient_prefix: given(request.recipient_prefix),
        made: made(
            "ListMessagesRequest",
            request.created_from,
            request.created_before,
        )?,
        page,
    };
    let store = &ctx.services.store;
    let found = store.read(move |tx| tx.search_messages(&search)).await?;
    Ok(ListMessagesResponse {
        pagination: Some(lists::pagination(&found, page)),
        messages: found.items.into_iter().map(shown).collect(),
    })
}

/// Counts messages.
pub(in crate::api) async fn count(
    ctx: &Ctx,
    request: CountMessagesRequest,
) -> Result<CountMessagesResponse, Error> {
    let made = made(
        "CountMessagesRequest",
        request.created_from,
        request.created_before,
    )?;
    let counted = ctx.services.store.read(move |tx| tx.count_messages(made));
    let counts = counted.await?.into_iter().map(|counted| MessageCount {
        channel: counted.channel as i32,
        provider: counted.provider,
        state: wire_state(counted.state),
        count: counted.count,
    });
    Ok(CountMessagesResponse {
        counts: counts.collect(),
    })
}

fn states(numbers: &[i32]) -> Result<Vec<MessageState>, Error> {
    let state = |number: &i32| {
        MessageState::from_number(i64::from(*number) - 1).ok_or_else(|| {
            let text =
                "invalid ListMessagesRequest.States: value must be one of the defined enum values";
            Error::invalid(text)
        })
    };
    numbers.iter().map(state).collect()
}

fn made(request: &str, from: Option<WireTime>, before: Option<WireTime>) -> Result<Made, Error> {
    let time = |field: &str, wire: Option<WireTime>| -> Result<Option<Timestamp>, Error> {
        let Some(wire) = wire else { return Ok(None) };
        let read = instant(wire).ok_or_else(|| {
            let text = format!("invalid {request}.{field}: value is not a valid timestamp");
            Error::invalid(text)
        });
        read.map(Some)
    };
    Ok(Made {
        from: time("CreatedFrom", from)?,
        before: time("CreatedBefore", before)?,
    })
}
