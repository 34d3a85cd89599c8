//! Organizations and their domains: made, shown, listed, renamed, deactivated and removed.

pub mod add_org;
pub mod add_organization;
pub mod default;
pub mod domains;
pub mod get;
pub mod list;
pub mod remove;
pub mod rename;
pub mod set_up;
pub mod state;

use serde_json::{Value, json};

use crate::{
    app::App,
    operations::{ADD_ORG, GET_ORG_BY_ID},
    table::Scene,
};

/// A new organization with a name; the id.
pub fn org_named(app: &App, name: &str) -> String {
    let answer = app.rest_as_admin(&ADD_ORG, json!({"name": name})).ok();
    answer["id"].as_str().unwrap().to_owned()
}

/// An organization as the admin service shows it.
pub fn org(app: &App, id: &str) -> Value {
    let answer = app.rest_as_admin(&GET_ORG_BY_ID, json!({"id": id})).ok();
    answer["org"].clone()
}

/// The types in an organization's history from the n-th event on, oldest first.
pub fn events_from(app: &App, org: &str, n: usize) -> Vec<String> {
    let changes = app.org_changes(org).into_iter().skip(n - 1);
    changes.map(|change| change.event).collect()
}

/// Expects the details of a v1 change of an organization: the four members, of its newest event.
#[track_caller]
pub fn expect_org_change(t: &Scene, answer: &Value, org: &str, event: &str) {
    let changes = t.org_changes(org);
    let (first, last) = (&changes[0], &changes[changes.len() - 1]);
    assert_eq!(last.event, event);
    assert_eq!(
        answer["details"],
        json!({
            "sequence": last.sequence,
            "creationDate": first.date,
            "changeDate": last.date,
            "resourceOwner": org,
        })
    );
}

/// Calls the table's operation as the instance owner in an organization.
pub fn within(t: &Scene, org: &str, request: Value) -> crate::clients::Answer {
    t.by(&t.admin.token).within(org).call(request)
}

/// Expects that a v2 operation needs a permission in the organization of the request, not the context's.
#[track_caller]
pub fn expect_permission(t: &Scene, more: Value, allowed: &str) {
    use crate::{clients::Kind, people::merged};
    let org = t.org();
    let request = merged(json!({"organizationId": org}), more);
    let elsewhere = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
    t.by(&elsewhere)
        .call(request.clone())
        .fails(Kind::NotFound, "AUTHZ-cdgFk");
    let reader = t.token_with_roles(&org, &["ORG_OWNER_VIEWER"]);
    t.by(&reader)
        .call(request.clone())
        .fails(Kind::Denied, "AUTH-AWfge");
    let allowed = t.token_with_roles(&org, &[allowed]);
    t.by(&allowed).call(request).ok();
}
