//! Ways to send e-mail, over `/smtp` and `/email` (contract/providers.md §2).
//!
//! One provider at most is active in the shared server, so cases that make one active take turns, and
//! leave none active. No case here needs a mail server; `tests/delivery` sends through a real one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::{
    app::App,
    operations::{ADD_EMAIL_PROVIDER_HTTP, ADD_SMTP_CONFIG, GET_EMAIL_PROVIDER_BY_ID, LIST_EVENTS},
    people::merged,
    table::{Case, Scene, case},
};

pub mod http;
pub mod show;
pub mod smtp;
pub mod state;
pub mod trial;

/// Who may make a provider active at the moment.
pub fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A mail server that nobody runs, with members added or replaced.
pub fn mail_server(more: Value) -> Value {
    let request = json!({
        "senderAddress": "belfry@example.com",
        "senderName": "Belfry",
        "tls": true,
        "host": "localhost:1",
        "user": "belfry",
        "password": "Secr3t-Passw0rd!",
        "replyToAddress": "help@example.com",
        "description": "Sends reminders",
    });
    merged(request, more)
}

impl App {
    /// A mail server that is kept and inactive; the id.
    pub fn smtp_config(&self) -> String {
        let added = self.rest_as_admin(&ADD_SMTP_CONFIG, mail_server(json!({})));
        added.ok()["id"].as_str().unwrap().to_owned()
    }

    /// An HTTP endpoint that is kept and inactive; the id.
    pub fn http_provider(&self) -> String {
        let request = json!({"endpoint": "http://localhost:1/hook", "description": "Hook"});
        let added = self.rest_as_admin(&ADD_EMAIL_PROVIDER_HTTP, request);
        added.ok()["id"].as_str().unwrap().to_owned()
    }

    /// A provider as `GetEmailProviderById` shows it.
    #[track_caller]
    pub fn email_provider(&self, id: &str) -> Value {
        let shown = self.rest_as_admin(&GET_EMAIL_PROVIDER_BY_ID, json!({"id": id}));
        shown.ok()["config"].clone()
    }
}

/// The events about a provider, oldest first: type, sequence, date and payload without the id.
pub fn events_of(t: &Scene, id: &str) -> Vec<(String, Value, Value, Value)> {
    let types = [
        "added",
        "changed",
        "password.changed",
        "http.added",
        "http.changed",
        "activated",
        "deactivated",
        "removed",
    ];
    let types = types.map(|name| format!("instance.smtp.config.{name}"));
    // The history of providers is shared by all cases, so that the newest part is asked for.
    let request = json!({"eventTypes": types, "limit": 1000});
    let found = t.rest_as_admin(&LIST_EVENTS, request).ok();
    let events = found["events"].as_array().unwrap().iter().rev();
    let about = events.filter(|event| event["payload"]["id"] == id);
    about
        .map(|event| {
            let name = event["type"]["type"].as_str().unwrap();
            let name = name.strip_prefix("instance.smtp.config.").unwrap();
            let payload = merged(event["payload"].clone(), json!({"id": null}));
            let (sequence, date) = (event["sequence"].clone(), event["creationDate"].clone());
            (name.to_owned(), sequence, date, payload)
        })
        .collect()
}

/// Expects the details of a change: the four members, of the provider's last event, which has a type and
/// a payload.
#[track_caller]
pub fn expect_change(t: &Scene, answer: &Value, id: &str, event: &str, payload: &Value) {
    let events = events_of(t, id);
    let (first, last) = (&events[0], events.last().unwrap());
    assert_eq!((last.0.as_str(), &last.3), (event, payload));
    let details = &answer["details"];
    assert_eq!(details["sequence"], last.1, "{answer}");
    assert_eq!(details["changeDate"], last.2, "{answer}");
    assert_eq!(details["creationDate"], first.2, "{answer}");
    assert_eq!(details["resourceOwner"], instance(t), "{answer}");
}

/// Expects the details of an activation or deactivation, which have the form of a creation.
#[track_caller]
pub fn expect_action(t: &Scene, answer: &Value, id: &str, event: &str) {
    let events = events_of(t, id);
    let last = events.last().unwrap();
    assert_eq!((last.0.as_str(), &last.3), (event, &json!({})));
    let expected = json!({
        "sequence": last.1, "creationDate": last.2, "resourceOwner": instance(t),
    });
    assert_eq!(answer["details"], expected);
}

/// The id of the instance.
pub fn instance(t: &Scene) -> Value {
    let shown = t.rest_as_admin(&crate::operations::GET_MY_INSTANCE, json!({}));
    shown.ok()["instance"]["id"].clone()
}

/// Reading needs a role on the instance.
pub const NEEDS_INSTANCE_ROLE: Case = case("the owner of an organization may not", |t| {
    let owner = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
    t.by(&owner)
        .call(t.fitting(json!({"id": "1"})))
        .fails(crate::clients::Kind::Denied, "AUTH-5mWD2");
});

/// The id in a path.
pub const LIMITS_OF_ID: Case = case("an id has 1 to 200 characters", |t| {
    t.call(t.fitting(mail_server(json!({"id": "a".repeat(201)}))))
        .expect_invalid();
    if !t.encoding.uses_rest_path() {
        t.call(t.fitting(mail_server(json!({})))).expect_invalid();
    }
});
