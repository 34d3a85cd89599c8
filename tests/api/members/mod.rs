//! Members of an organization: users with roles in it.

pub mod add_org_member;
pub mod instance;
pub mod list;
pub mod memberships;
pub mod remove_org_member;
pub mod roles;
pub mod update_org_member;

use serde_json::{Value, json};

use crate::{app::App, operations::GET_HUMAN_PHONE};

/// Whether a token may read users of an organization.
pub fn may_read(app: &App, token: &str, org: &str) -> bool {
    let request = json!({"userId": "1"});
    let answer = app.rest(&GET_HUMAN_PHONE, token, Some(org), request);
    match answer.failure().id() {
        Some("QUERY-DAvb3") => true,
        Some("AUTH-5mWD2" | "AUTHZ-cdgFk") => false,
        id => panic!("unexpected {id:?}"),
    }
}

/// Expects details of an organization's change or creation.
#[track_caller]
pub fn expect_details(answer: &Value, org: &str, members: &[&str]) {
    let details = answer["details"].as_object().unwrap();
    let names: Vec<_> = details.keys().collect();
    assert_eq!(names, members, "{answer}");
    assert_eq!(details["resourceOwner"], org);
}
