//! Changes of messages as events of a stream: what the delivery tells, with what the database knows.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::watch;

use crate::{
    delivery::Feed,
    domain::{Channel, PhoneNumber, mask_email},
    store::{FoundMessage, MessageMove, Store},
    transport::{Events, StreamEvent},
};

/// The changes of messages.
pub(super) struct LiveMessages {
    pub feed: Arc<Feed>,
    pub store: Store,
}

impl Events for LiveMessages {
    fn watch(&self) -> watch::Receiver<u64> {
        self.feed.watch()
    }

    fn after(&self, number: u64, most: usize) -> Vec<StreamEvent> {
        let seen = self.feed.after(number, most);
        let found = self.store.point(|tx| {
            let messages = seen.changes.iter().map(|(_, moved)| moved.id);
            messages.map(|id| tx.found_message(id)).collect()
        });
        // What cannot be read now, or is gone, is told without.
        let found: Vec<Option<FoundMessage>> =
            found.unwrap_or_else(|_| vec![None; seen.changes.len()]);
        let gap = seen.has_gap.then(|| StreamEvent {
            id: seen.start,
            name: "gap",
            data: json!({"reason": "earlier changes are not remembered; list the messages"})
                .to_string(),
        });
        let changes = seen.changes.into_iter().zip(found);
        gap.into_iter()
            .chain(changes.map(|((number, moved), message)| event(number, &moved, message)))
            .collect()
    }
}

fn event(number: u64, moved: &MessageMove, message: Option<FoundMessage>) -> StreamEvent {
    let at = prost_types::Timestamp {
        seconds: moved.at.seconds(),
        nanos: i32::try_from(moved.at.micros().rem_euclid(1_000_000) * 1000).unwrap_or(0),
    };
    let mut data = json!({
        "id": moved.id.to_string(),
        "state": moved.state.name(),
        "time": at.to_string(),
    });
    if let Some(provider) = &moved.provider {
        data["provider"] = json!(provider);
    }
    if let Some(message) = message {
        let recipient = match message.channel {
            Channel::Sms => PhoneNumber::from_normalized(message.recipient).masked(),
            Channel::Email => mask_email(&message.recipient),
        };
        data["channel"] = json!(match message.channel {
            Channel::Sms => "sms",
            Channel::Email => "email",
        });
        data["recipient"] = json!(recipient);
        data["userId"] = json!(message.user);
        data["organizationId"] = json!(message.organization);
        data["attempts"] = json!(message.attempts);
    }
    StreamEvent {
        id: number,
        name: "message",
        data: data.to_string(),
    }
}
