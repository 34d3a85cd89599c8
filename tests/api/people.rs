//! What cases need before they begin: users, organizations, tokens, histories.
//!
//! Everything is made through the API itself, over REST, by the instance owner unless said otherwise.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::{
    app::App,
    clients::{Answer, Encoding, Headers},
    operations::{
        ADD_HUMAN_USER, ADD_HUMAN_USER_V1, ADD_MACHINE_USER, ADD_ORG, ADD_ORG_MEMBER,
        ADD_PERSONAL_ACCESS_TOKEN, LIST_ORG_CHANGES, LIST_USER_CHANGES, Operation, REMOVE_USER,
    },
};

/// An event of a user's history, as `ListUserChanges` shows it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The event type, such as `user.human.phone.changed`.
    pub event: String,
    /// Its sequence, as JSON shows it.
    pub sequence: Value,
    /// Its time.
    pub date: Value,
    /// The organization that owns the user.
    pub owner: Value,
    /// Who did it.
    pub editor: Value,
}

impl App {
    /// Calls an operation over REST, as somebody, in an organization or in the caller's own.
    pub fn rest(
        &self,
        operation: &Operation,
        token: &str,
        org: Option<&str>,
        request: Value,
    ) -> Answer {
        let headers = headers(token, org);
        self.clients
            .call(Encoding::Rest, operation, &request, &headers)
    }

    /// Calls an operation over REST as the instance owner.
    pub fn rest_as_admin(&self, operation: &Operation, request: Value) -> Answer {
        self.rest(operation, &self.admin.token, None, request)
    }

    /// A text that no other case uses.
    pub fn unique(&self, what: &str) -> String {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        format!("{what}-{number}")
    }

    /// A Swiss mobile number that no other case uses, in E.164.
    pub fn number(&self) -> String {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        format!("+4179{:07}", 1_000_000 + number)
    }

    /// A person without a phone, with a verified email address; the id.
    pub fn human(&self) -> String {
        self.human_of(json!({}))
    }

    /// A person with an unverified phone, to which a code is sent; the id.
    pub fn human_with_phone(&self, number: &str) -> String {
        self.human_of(json!({"phone": {"phone": number}}))
    }

    /// A person with a verified phone; the id.
    pub fn human_with_verified_phone(&self, number: &str) -> String {
        self.human_of(json!({"phone": {"phone": number, "isVerified": true}}))
    }

    /// A person with more members of the v2 `AddHumanUser` request; the id.
    pub fn human_of(&self, more: Value) -> String {
        let request = self.new_human(more);
        let answer = self.rest_as_admin(&ADD_HUMAN_USER, request).ok();
        answer["userId"].as_str().unwrap().to_owned()
    }

    /// A v2 `AddHumanUser` request, with members added or replaced.
    pub fn new_human(&self, more: Value) -> Value {
        let name = self.unique("human");
        let request = json!({
            "username": name,
            "organization": {"orgId": self.admin.org},
            "profile": {"givenName": "Ada", "familyName": "Lovelace"},
            "email": {"email": format!("{name}@example.com"), "isVerified": true},
        });
        merged(request, more)
    }

    /// A person of another organization; the id.
    pub fn human_in(&self, org: &str, more: Value) -> String {
        self.human_of(merged(json!({"organization": {"orgId": org}}), more))
    }

    /// The domain of another organization, in which no user name of this one may end.
    pub fn foreign_domain(&self) -> String {
        let name = self.unique("domain");
        self.rest_as_admin(&ADD_ORG, json!({"name": name})).ok();
        format!("{name}.localhost")
    }

    /// A person who has not yet finished the registration; the id.
    pub fn initial_human(&self, more: Value) -> String {
        self.initial_human_in(&self.admin.org, more)
    }

    /// A person of another organization who has not yet finished the registration; the id.
    pub fn initial_human_in(&self, org: &str, more: Value) -> String {
        let name = self.unique("initial");
        let request = json!({
            "userName": name,
            "profile": {"firstName": "Ada", "lastName": "Lovelace"},
            "email": {"email": format!("{name}@example.com")},
        });
        let request = merged(request, more);
        let answer = self.rest(&ADD_HUMAN_USER_V1, &self.admin.token, Some(org), request);
        answer.ok()["userId"].as_str().unwrap().to_owned()
    }

    /// Removes a user of the first organization.
    pub fn remove(&self, user: &str) {
        self.rest_as_admin(&REMOVE_USER, json!({"id": user})).ok();
    }

    /// A machine user of the first organization; the id.
    pub fn machine(&self) -> String {
        self.machine_in(&self.admin.org)
    }

    /// A machine user of another organization; the id.
    pub fn machine_in(&self, org: &str) -> String {
        let request = json!({"userName": self.unique("machine"), "name": "Difference Engine"});
        let answer = self.rest(&ADD_MACHINE_USER, &self.admin.token, Some(org), request);
        answer.ok()["userId"].as_str().unwrap().to_owned()
    }

    /// A token of a machine user of the first organization.
    pub fn token_of_machine(&self, user: &str) -> String {
        let request = json!({"userId": user});
        let answer = self.rest_as_admin(&ADD_PERSONAL_ACCESS_TOKEN, request);
        answer.ok()["token"].as_str().unwrap().to_owned()
    }

    /// A token for any user, as an operator makes it on the command line.
    pub fn token_of(&self, user: &str) -> String {
        let output = self.command(&["token", "create", "--user", user]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        printed["token"].as_str().unwrap().to_owned()
    }

    /// The token of a machine user that has no membership anywhere.
    pub fn token_without_membership(&self) -> String {
        self.token_of_machine(&self.machine())
    }

    /// The token of a machine user with roles in an organization.
    pub fn token_with_roles(&self, org: &str, roles: &[&str]) -> String {
        let machine = self.machine();
        self.rest(
            &ADD_ORG_MEMBER,
            &self.admin.token,
            Some(org),
            json!({"userId": machine, "roles": roles}),
        )
        .ok();
        self.token_of_machine(&machine)
    }

    /// A new organization; the id.
    pub fn org(&self) -> String {
        let request = json!({"name": self.unique("org")});
        let answer = self.rest_as_admin(&ADD_ORG, request).ok();
        answer["id"].as_str().unwrap().to_owned()
    }

    /// A user's history, oldest first.
    pub fn changes(&self, user: &str) -> Vec<Change> {
        self.changes_in(&self.admin.org, user)
    }

    /// The history of a user of an organization, oldest first.
    pub fn changes_in(&self, org: &str, user: &str) -> Vec<Change> {
        let request = json!({"userId": user, "query": {"asc": true}});
        let answer = self.rest(&LIST_USER_CHANGES, &self.admin.token, Some(org), request);
        let answer = answer.ok();
        let result = answer["result"].as_array().cloned().unwrap_or_default();
        result.into_iter().map(Change::from_json).collect()
    }

    /// The history of an organization, oldest first.
    pub fn org_changes(&self, org: &str) -> Vec<Change> {
        let request = json!({"query": {"asc": true}});
        let answer = self.rest(&LIST_ORG_CHANGES, &self.admin.token, Some(org), request);
        let result = answer.ok()["result"].as_array().cloned();
        result
            .unwrap_or_default()
            .into_iter()
            .map(Change::from_json)
            .collect()
    }

    /// The types in a user's history, oldest first, without those of sent messages, which come when they come.
    pub fn events(&self, user: &str) -> Vec<String> {
        self.changes(user)
            .into_iter()
            .map(|change| change.event)
            .filter(|event| event != "user.human.phone.code.sent")
            .collect()
    }
}

impl Change {
    fn from_json(change: Value) -> Self {
        let key = change["eventType"]["key"].as_str().unwrap();
        Self {
            event: key.strip_prefix("EventTypes.").unwrap_or(key).to_owned(),
            sequence: change["sequence"].clone(),
            date: change["changeDate"].clone(),
            owner: change["resourceOwnerId"].clone(),
            editor: change["editorId"].clone(),
        }
    }
}

/// The headers of a call.
pub fn headers(token: &str, org: Option<&str>) -> Headers {
    let mut headers = vec![("authorization", format!("Bearer {token}"))];
    headers.extend(org.map(|org| ("x-zitadel-orgid", org.to_owned())));
    headers
}

/// An object with the members of another added or put in place of its own.
pub fn merged(mut object: Value, more: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    for (name, value) in more.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    object
}
