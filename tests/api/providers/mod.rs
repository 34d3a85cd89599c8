//! Providers of any plugin, and the plugins themselves: Belfry's own service.
//!
//! A provider that is active in the shared server is an endpoint that nobody runs: messages of other
//! cases that come to it go on to the next provider. `tests/delivery` sends through ones that work.

use serde_json::{Value, json};

use crate::{
    app::App,
    clients::Kind,
    operations::{ADD_PROVIDER, GET_PROVIDER, LIST_EVENTS},
    people::merged,
    table::{Case, Scene, case},
};

pub mod change;
pub mod show;
pub mod state;
pub mod trial;

/// A secret that no answer may hold.
pub const SECRET: &str = "s3cret-s1gning-k3y";

/// An endpoint that nobody runs, with members added or replaced.
pub fn endpoint(more: Value) -> Value {
    let request = json!({
        "plugin": "http",
        "config": {"endpoint": "http://localhost:1/sms", "signing_key": SECRET},
        "description": "Sends codes",
    });
    merged(request, more)
}

impl App {
    /// A provider that is kept and inactive; the name.
    pub fn provider(&self) -> String {
        let name = self.unique("provider");
        let request = endpoint(json!({"name": name}));
        self.rest_as_admin(&ADD_PROVIDER, request).ok();
        name
    }

    /// A provider as `GetProvider` shows it.
    #[track_caller]
    pub fn shown_provider(&self, name: &str) -> Value {
        self.rest_as_admin(&GET_PROVIDER, json!({"name": name}))
            .ok()
    }
}

/// The events about a provider, oldest first: the last part of the type, and the payload without the name.
pub fn events_of(t: &Scene, name: &str) -> Vec<(String, Value)> {
    let ends = ["added", "changed", "activated", "deactivated", "removed"];
    let types = ends.map(|end| format!("instance.provider.{end}"));
    let request = json!({"eventTypes": types, "limit": 1000});
    let found = t.rest_as_admin(&LIST_EVENTS, request).ok();
    let events = found["events"].as_array().unwrap().iter().rev();
    let about = events.filter(|event| event["payload"]["name"] == name);
    about
        .map(|event| {
            let end = event["type"]["type"].as_str().unwrap();
            let end = end.strip_prefix("instance.provider.").unwrap().to_owned();
            (end, merged(event["payload"].clone(), json!({"name": null})))
        })
        .collect()
}

/// Expects the last event about a provider.
#[track_caller]
pub fn expect_event(t: &Scene, name: &str, event: &str, payload: Value) {
    let events = events_of(t, name);
    assert_eq!(events.last(), Some(&(event.to_owned(), payload)));
}

/// A request that is complete for every operation, for a provider.
fn complete(name: &str) -> Value {
    endpoint(json!({"name": name, "to": "+41791234567"}))
}

/// Changing and looking need a role on the instance.
pub const NEEDS_INSTANCE_ROLE: Case = case("the owner of an organization may not", |t| {
    let owner = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
    t.by(&owner)
        .call(t.fitting(complete("file")))
        .fails(Kind::Denied, "AUTH-5mWD2");
});

/// The name in a path.
pub const LIMITS_OF_NAME: Case = case("a name has 1 to 200 characters", |t| {
    t.call(t.fitting(complete(&"a".repeat(201))))
        .expect_invalid();
    if !t.encoding.uses_rest_path() {
        t.call(t.fitting(complete(""))).expect_invalid();
    }
});

/// What is changed elsewhere.
pub const CHANGED_ELSEWHERE: Case = case(
    "those of the configuration and of /admin/v1/sms are changed there",
    |t| {
        t.call(t.fitting(complete("file")))
            .fails(Kind::Precondition, "PROV-C0nfg");
        let sms = format!("sms-{}", crate::message_providers::SMS.http(t));
        t.call(t.fitting(complete(&sms)))
            .fails(Kind::Precondition, "PROV-Sm5Pr");
    },
);

/// What is not there.
pub const UNKNOWN: Case = case("an unknown one is not found", |t| {
    for name in ["nobody", "sms-nobody"] {
        t.call(t.fitting(complete(name)))
            .fails(Kind::NotFound, "PROV-N0tFd");
    }
});
