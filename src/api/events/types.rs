//! `ListEventTypes` and `ListAggregateTypes`: what there can be in a history, written yet or not.

use crate::{
    api::{Ctx, history},
    contract::pb::zitadel::{
        admin::v1::{
            ListAggregateTypesRequest, ListAggregateTypesResponse, ListEventTypesRequest,
            ListEventTypesResponse,
        },
        event::v1::{AggregateType, EventType},
    },
    domain::{self, Event},
    error::Error,
};

/// Lists the types of events in the order of the alphabet.
pub(in crate::api) async fn list_event_types(
    _ctx: &Ctx,
    _request: ListEventTypesRequest,
) -> Result<ListEventTypesResponse, Error> {
    let mut names = Event::NAMES.to_vec();
    names.sort_unstable();
    Ok(ListEventTypesResponse {
        event_types: names.into_iter().map(event_type).collect(),
    })
}

/// Lists the types of objects in the order of the alphabet.
pub(in crate::api) async fn list_aggregate_types(
    _ctx: &Ctx,
    _request: ListAggregateTypesRequest,
) -> Result<ListAggregateTypesResponse, Error> {
    let mut names = domain::AggregateType::ALL.map(domain::AggregateType::name);
    names.sort_unstable();
    Ok(ListAggregateTypesResponse {
        aggregate_types: names.into_iter().map(aggregate_type).collect(),
    })
}

/// An event type on the wire.
pub(super) fn event_type(name: &str) -> EventType {
    EventType {
        r#type: name.to_owned(),
        localized: Some(history::localized("EventTypes", name)),
    }
}

/// A type of objects on the wire.
pub(super) fn aggregate_type(name: &str) -> AggregateType {
    AggregateType {
        r#type: name.to_owned(),
        localized: Some(history::localized("AggregateTypes", name)),
    }
}
