//! What ways to send e-mail and ways to send SMS have in common (contract/providers.md §1, §2): cases
//! that are written once and run for both.
//!
//! One provider at most is active in the shared server, so cases that make one active take turns, and
//! leave none active. An active one for SMS is an endpoint that nobody runs: messages of other cases
//! that come to it in the meantime go on to the next provider.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::{
    app::App,
    operations::{
        ACTIVATE_EMAIL_PROVIDER, ACTIVATE_SMS_PROVIDER, ADD_EMAIL_PROVIDER_HTTP,
        ADD_SMS_PROVIDER_HTTP, DEACTIVATE_EMAIL_PROVIDER, DEACTIVATE_SMS_PROVIDER,
        GET_EMAIL_PROVIDER_BY_ID, GET_SMS_PROVIDER, LIST_EVENTS, Operation,
    },
    people::merged,
    table::{Case, Scene, case},
};

pub mod http;
pub mod state;

/// Ways to send one kind of message.
pub struct Family {
    pub add_http: &'static Operation,
    get: &'static Operation,
    activate: &'static Operation,
    deactivate: &'static Operation,
    /// A provider of the other kind than an HTTP endpoint, kept and inactive; the id.
    pub other: fn(&App) -> String,
    /// Where the names of its events begin, and their ends.
    events: (&'static str, &'static [&'static str]),
    /// Where the names of its states begin.
    states: &'static str,
    /// Whether what adding and removing answer has the form of a creation.
    is_form_of_creation: bool,
    /// The ids of its refusals.
    pub refusals: Refusals,
}

/// The ids of what a family refuses.
pub struct Refusals {
    pub get: &'static str,
    pub update_http: &'static str,
    pub activate: &'static str,
    pub active: &'static str,
    pub deactivate: &'static str,
    pub inactive: &'static str,
    pub remove: &'static str,
}

/// Ways to send e-mail.
pub static EMAIL: Family = Family {
    add_http: &ADD_EMAIL_PROVIDER_HTTP,
    get: &GET_EMAIL_PROVIDER_BY_ID,
    activate: &ACTIVATE_EMAIL_PROVIDER,
    deactivate: &DEACTIVATE_EMAIL_PROVIDER,
    other: App::smtp_config,
    events: (
        "instance.smtp.config.",
        &["added", "changed", "password.changed"],
    ),
    states: "EMAIL_PROVIDER_",
    is_form_of_creation: false,
    refusals: Refusals {
        get: "QUERY-fwofw",
        update_http: "COMMAND-xIrdledqv4",
        activate: "COMMAND-E9K20hxOS9",
        active: "COMMAND-vUHBSmBzaw",
        deactivate: "COMMAND-k39PJ",
        inactive: "COMMAND-km8g3",
        remove: "COMMAND-09CXlTDL6w",
    },
};

/// Ways to send SMS.
pub static SMS: Family = Family {
    add_http: &ADD_SMS_PROVIDER_HTTP,
    get: &GET_SMS_PROVIDER,
    activate: &ACTIVATE_SMS_PROVIDER,
    deactivate: &DEACTIVATE_SMS_PROVIDER,
    other: App::twilio_account,
    // There is no point behind `config`.
    events: (
        "instance.sms.config",
        &["twilio.added", "twilio.changed", "twilio.token.changed"],
    ),
    states: "SMS_PROVIDER_CONFIG_",
    is_form_of_creation: true,
    refusals: Refusals {
        get: "QUERY-fn99w",
        update_http: "COMMAND-6NW4I5Kqzj",
        activate: "COMMAND-9ULtp9PH5E",
        active: "COMMAND-B25GFeIvRi",
        deactivate: "COMMAND-La91dGNhbM",
        inactive: "COMMAND-OSZAEkYvk7",
        remove: "COMMAND-povEVHPCkV",
    },
};

/// The family that the table's operation belongs to.
pub fn family(t: &Scene) -> &'static Family {
    if t.operation.rpc.contains("SMS") {
        &SMS
    } else {
        &EMAIL
    }
}

/// Who may make a provider active at the moment.
pub fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Family {
    /// An HTTP endpoint that nobody runs, kept and inactive; the id.
    pub fn http(&self, app: &App) -> String {
        let request = json!({"endpoint": "http://localhost:1/hook", "description": "Hook"});
        let added = app.rest_as_admin(self.add_http, request);
        added.ok()["id"].as_str().unwrap().to_owned()
    }

    /// A provider as it is shown.
    #[track_caller]
    pub fn shown(&self, app: &App, id: &str) -> Value {
        let shown = app.rest_as_admin(self.get, json!({"id": id}));
        shown.ok()["config"].clone()
    }

    /// Expects that a provider is not there.
    #[track_caller]
    pub fn expect_gone(&self, app: &App, id: &str) {
        app.rest_as_admin(self.get, json!({"id": id}))
            .fails(crate::clients::Kind::NotFound, self.refusals.get);
    }

    /// The name of a state: `ACTIVE` or `INACTIVE`.
    pub fn state(&self, name: &str) -> String {
        format!("{}{name}", self.states)
    }

    /// Runs a check while a provider is active.
    pub fn with_active(&self, app: &App, id: &str, check: impl FnOnce()) {
        app.rest_as_admin(self.activate, json!({"id": id})).ok();
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check));
        app.rest_as_admin(self.deactivate, json!({"id": id})).ok();
        if let Err(panic) = checked {
            std::panic::resume_unwind(panic);
        }
    }

    /// The events about a provider, oldest first: type, sequence, date and payload without the id.
    pub fn events_of(&self, app: &App, id: &str) -> Vec<(String, Value, Value, Value)> {
        let (begin, own) = self.events;
        let common = [
            "http.added",
            "http.changed",
            "activated",
            "deactivated",
            "removed",
        ];
        let ends = own.iter().chain(&common);
        let types: Vec<_> = ends.map(|end| format!("{begin}{end}")).collect();
        // The history of providers is shared by all cases, so that the newest part is asked for.
        let request = json!({"eventTypes": types, "limit": 1000});
        let found = app.rest_as_admin(&LIST_EVENTS, request).ok();
        let events = found["events"].as_array().unwrap().iter().rev();
        let about = events.filter(|event| event["payload"]["id"] == id);
        about
            .map(|event| {
                let name = event["type"]["type"].as_str().unwrap();
                let name = name.strip_prefix(begin).unwrap();
                let payload = merged(event["payload"].clone(), json!({"id": null}));
                let (sequence, date) = (event["sequence"].clone(), event["creationDate"].clone());
                (name.to_owned(), sequence, date, payload)
            })
            .collect()
    }
}

/// Expects the details of a change: the four members, of the provider's last event, which has a type and
/// a payload.
#[track_caller]
pub fn expect_change(t: &Scene, answer: &Value, id: &str, event: &str, payload: &Value) {
    let events = family(t).events_of(t, id);
    let (first, last) = (&events[0], events.last().unwrap());
    assert_eq!((last.0.as_str(), &last.3), (event, payload));
    let expected = json!({
        "sequence": last.1, "creationDate": first.2, "changeDate": last.2,
        "resourceOwner": instance(t),
    });
    assert_eq!(answer["details"], expected);
}

/// Expects details in the form of a creation: without a date of change.
#[track_caller]
pub fn expect_action(t: &Scene, answer: &Value, id: &str, event: &str, payload: &Value) {
    let events = family(t).events_of(t, id);
    let last = events.last().unwrap();
    assert_eq!((last.0.as_str(), &last.3), (event, payload));
    let expected = json!({
        "sequence": last.1, "creationDate": last.2, "resourceOwner": instance(t),
    });
    assert_eq!(answer["details"], expected);
}

/// Expects the details of adding or removing, whose form is the family's.
#[track_caller]
pub fn expect_addition_or_removal(
    t: &Scene,
    answer: &Value,
    id: &str,
    event: &str,
    payload: &Value,
) {
    if family(t).is_form_of_creation {
        expect_action(t, answer, id, event, payload);
    } else {
        expect_change(t, answer, id, event, payload);
    }
}

/// The id of the instance.
fn instance(t: &Scene) -> Value {
    let shown = t.rest_as_admin(&crate::operations::GET_MY_INSTANCE, json!({}));
    shown.ok()["instance"]["id"].clone()
}

/// What every operation on providers needs, with members added or replaced.
fn complete(more: Value) -> Value {
    let sms = json!({"sid": "AC1", "token": "t0ken", "endpoint": "http://localhost:1/hook"});
    merged(
        merged(super::email_providers::mail_server(json!({})), sms),
        more,
    )
}

/// Reading and writing need a role on the instance.
pub const NEEDS_INSTANCE_ROLE: Case = case("the owner of an organization may not", |t| {
    let owner = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
    t.by(&owner)
        .call(t.fitting(json!({"id": "1"})))
        .fails(crate::clients::Kind::Denied, "AUTH-5mWD2");
});

/// The id in a path.
pub const LIMITS_OF_ID: Case = case("an id has 1 to 200 characters", |t| {
    t.call(t.fitting(complete(json!({"id": "a".repeat(201)}))))
        .expect_invalid();
    if !t.encoding.uses_rest_path() {
        t.call(t.fitting(complete(json!({})))).expect_invalid();
    }
});

/// Lists show pages, and how many there are. The first of the operation's own members is the page.
pub fn pages(t: &Scene) {
    for _ in 0..3 {
        (family(t).other)(t);
    }
    let page = |offset: u64, limit: u32| {
        let query = json!({"offset": offset.to_string(), "limit": limit});
        t.call(json!({"query": query})).ok()
    };
    let (first, second) = (page(0, 2), page(1, 1));
    assert_eq!(ids(&first).len(), 2);
    assert_eq!(ids(&first)[1..], ids(&second));
    let details = &first["details"];
    let total: u64 = details["totalResult"].as_str().unwrap().parse().unwrap();
    assert!(total >= 3, "{details}");
    assert!(details["viewTimestamp"].is_string(), "{details}");
    assert_eq!(page(1_000_000, 5)["result"], Value::Null);
}

/// The ids of a list.
pub fn ids(answer: &Value) -> Vec<String> {
    let result = answer["result"].as_array().cloned().unwrap_or_default();
    let id = |shown: &Value| shown["id"].as_str().unwrap().to_owned();
    result.iter().map(id).collect()
}

/// Expects that ids are listed in that order.
#[track_caller]
pub fn expect_order(answer: &Value, first: &str, second: &str) {
    let ids = ids(answer);
    let place = |wanted: &str| ids.iter().position(|id| id == wanted).unwrap();
    assert!(place(first) < place(second), "{ids:?}");
}

/// Whether a text stands in the clear in the files of a server's database.
pub fn database_holds(app: &App, text: &str) -> bool {
    let read = |name: &str| std::fs::read(app.path(name)).unwrap_or_default();
    let bytes = [read("belfry.db"), read("belfry.db-wal")].concat();
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}
