//! `ListEvents`: events of all objects, newest first unless asked otherwise.

use super::types::{aggregate_type, event_type};
use crate::{
    api::{Ctx, details, history},
    clock::Timestamp,
    contract::{
        pb::zitadel::{
            admin::v1::{
                ListEventsRequest, ListEventsResponse,
                list_events_request::{CreationDateFilter, CreationDateRange},
            },
            event::v1::{Aggregate, Editor, Event},
        },
        struct_from_json,
    },
    domain::AggregateType,
    error::Error,
    store::{EventSearch, FoundEvent, TimeBounds},
};

/// The part of the server that writes all events.
const SERVICE: &str = "zitadel";

/// Lists the events that a request describes.
pub(in crate::api) async fn list_events(
    ctx: &Ctx,
    request: ListEventsRequest,
) -> Result<ListEventsResponse, Error> {
    let search = search(request);
    let store = &ctx.services.store;
    let found = store.read(move |tx| tx.search_events(&search)).await?;
    let events = found.into_iter().map(shown);
    Ok(ListEventsResponse {
        events: events.collect::<Result<_, _>>()?,
    })
}

fn search(request: ListEventsRequest) -> EventSearch {
    let time = bounds(&request);
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    let kinds = |names: &[String]| {
        let all = AggregateType::ALL.into_iter();
        all.filter(|kind| names.iter().any(|name| name == kind.name()))
            .collect()
    };
    EventSearch {
        after_sequence: i64::try_from(request.sequence).unwrap_or(i64::MAX),
        limit: history::at_most(request.limit),
        is_ascending: request.asc,
        editor: given(request.editor_user_id),
        types: request.event_types,
        aggregate_id: given(request.aggregate_id),
        aggregate_types: Some(request.aggregate_types)
            .filter(|names| !names.is_empty())
            .map(|names| kinds(&names)),
        owner_id: given(request.resource_owner),
        time,
    }
}

/// A range holds instead of a single time, and that instead of the deprecated one; a single time is
/// where the list begins, in whichever direction it goes.
fn bounds(request: &ListEventsRequest) -> TimeBounds {
    let from = match &request.creation_date_filter {
        Some(CreationDateFilter::Range(CreationDateRange { since, until })) => {
            return TimeBounds {
                after: since.as_ref().map(instant),
                before: until.as_ref().map(instant),
            };
        }
        Some(CreationDateFilter::From(from)) => Some(from),
        None => request.creation_date.as_ref(),
    };
    let from = from.map(instant);
    if request.asc {
        TimeBounds {
            after: from,
            before: None,
        }
    } else {
        TimeBounds {
            after: None,
            before: from,
        }
    }
}

fn instant(time: &prost_types::Timestamp) -> Timestamp {
    let micros = i64::from(time.nanos) / 1000;
    Timestamp::from_micros(
        time.seconds
            .saturating_mul(1_000_000)
            .saturating_add(micros),
    )
}

fn shown(event: FoundEvent) -> Result<Event, Error> {
    // Anything but an object is a fault of the database (ADMIN-eaimD in the reference).
    let payload = event.payload.as_deref().map(struct_from_json).transpose();
    let payload = payload.map_err(Error::internal)?;
    let kind = event.aggregate_type.map(AggregateType::name);
    Ok(Event {
        editor: Some(Editor {
            user_id: event.editor,
            display_name: event.editor_name,
            service: SERVICE.to_owned(),
        }),
        aggregate: Some(Aggregate {
            id: event.aggregate_id,
            r#type: Some(aggregate_type(kind.unwrap_or_default())),
            resource_owner: event.owner_id,
        }),
        sequence: event.sequence.unsigned_abs(),
        creation_date: Some(details::wire_time(event.created_at)),
        payload,
        r#type: Some(event_type(&event.name)),
    })
}
