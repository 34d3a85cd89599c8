//! The history of one object on the wire, whatever the object: which part is asked for, and how an
//! event is shown.
//!
//! Called by the operations that list the changes of users and organizations.

use crate::{
    api::details,
    contract::pb::zitadel::{
        change::v1::{Change, ChangeQuery},
        v1::LocalizedMessage,
    },
    store::{EventPage, StoredEvent},
};

/// Events in one answer at most, also when no limit is asked for: a history grows without end, and a
/// caller goes on with the sequence.
pub(super) const MOST_EVENTS: u32 = 1000;

/// The part of a history that a request asks for.
pub(super) fn page(query: Option<ChangeQuery>) -> EventPage {
    let query = query.unwrap_or_default();
    EventPage {
        after_sequence: i64::try_from(query.sequence).unwrap_or(i64::MAX),
        limit: at_most(query.limit),
        is_ascending: query.asc,
    }
}

/// A limit where 0 means as many as there may be.
pub(super) fn at_most(limit: u32) -> u32 {
    match limit {
        0 => MOST_EVENTS,
        limit => limit.min(MOST_EVENTS),
    }
}

/// Events as the v1 services show them.
pub(super) fn changes(events: Vec<StoredEvent>) -> Vec<Change> {
    events.into_iter().map(change).collect()
}

fn change(event: StoredEvent) -> Change {
    let (display_name, login_name) = event.editor_names.unwrap_or_default();
    Change {
        change_date: Some(details::wire_time(event.created_at)),
        event_type: Some(localized("EventTypes", &event.name)),
        sequence: u64::try_from(event.sequence).unwrap_or(0),
        editor_id: event.editor,
        editor_display_name: display_name,
        resource_owner_id: event.owner_id,
        editor_preferred_login_name: login_name,
        editor_avatar_url: String::new(),
    }
}

/// A name that is filed under a key; there are no texts for such keys, so that the key is the text.
pub(super) fn localized(kind: &str, name: &str) -> LocalizedMessage {
    let key = format!("{kind}.{name}");
    LocalizedMessage {
        localized_message: key.clone(),
        key,
    }
}
