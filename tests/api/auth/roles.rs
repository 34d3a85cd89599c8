//! Each role of organizations permits what contract/orgs-and-auth.md §2 says, and nothing else.

use serde_json::{Value, json};

use crate::{
    app::App,
    operations::{
        ADD_HUMAN_USER_V1, ADD_ORG, ADD_ORG_MEMBER, GET_USER_BY_ID_V1, Operation,
        REMOVE_ORG_MEMBER, REMOVE_USER,
    },
};

/// A permission with an operation that needs it and a request that changes nothing.
const PROBES: [(&str, &Operation, &str); 6] = [
    ("user.read", &GET_USER_BY_ID_V1, r#"{"id": "1"}"#),
    ("user.write", &ADD_HUMAN_USER_V1, "{}"),
    ("user.delete", &REMOVE_USER, r#"{"id": "1"}"#),
    ("org.create", &ADD_ORG, "{}"),
    ("org.member.write", &ADD_ORG_MEMBER, "{}"),
    (
        "org.member.delete",
        &REMOVE_ORG_MEMBER,
        r#"{"userId": "1"}"#,
    ),
];

const ROLES: [(&str, &[&str]); 11] = [
    (
        "ORG_OWNER",
        &[
            "user.read",
            "user.write",
            "user.delete",
            "org.member.write",
            "org.member.delete",
        ],
    ),
    ("ORG_OWNER_VIEWER", &["user.read"]),
    (
        "ORG_USER_MANAGER",
        &["user.read", "user.write", "user.delete"],
    ),
    ("ORG_SETTINGS_MANAGER", &[]),
    ("ORG_USER_PERMISSION_EDITOR", &["user.read"]),
    ("ORG_PROJECT_PERMISSION_EDITOR", &["user.read"]),
    ("ORG_PROJECT_CREATOR", &[]),
    ("ORG_ADMIN_IMPERSONATOR", &[]),
    ("ORG_END_USER_IMPERSONATOR", &[]),
    ("ORG_USER_SELF_MANAGER", &[]),
    ("SELF_MANAGEMENT_GLOBAL", &["org.create"]),
];

fn is_permitted(app: &App, token: &str, operation: &Operation, request: &str) -> bool {
    let request: Value = serde_json::from_str(request).unwrap();
    match app.rest(operation, token, None, request).0 {
        Ok(_) => true,
        Err(failure) => failure.id() != Some("AUTH-5mWD2"),
    }
}

#[test]
fn a_role_permits_what_the_table_says_and_nothing_else() {
    let app = App::shared();
    for (role, permissions) in ROLES {
        let token = app.token_with_roles(&app.admin.org, &[role]);
        for (permission, operation, request) in PROBES {
            assert_eq!(
                is_permitted(&app, &token, operation, request),
                permissions.contains(&permission),
                "{role}: {permission}"
            );
        }
    }
}

#[test]
fn roles_add_up() {
    let app = App::shared();
    let roles = ["ORG_USER_MANAGER", "SELF_MANAGEMENT_GLOBAL"];
    let token = app.token_with_roles(&app.admin.org, &roles);
    for (permission, operation, request) in PROBES {
        assert_eq!(
            is_permitted(&app, &token, operation, request),
            !permission.starts_with("org.member"),
            "{permission}"
        );
    }
}

#[test]
fn an_instance_owner_may_everything_in_every_organization() {
    let app = App::shared();
    let org = app.org();
    for (permission, operation, request) in PROBES {
        let request: Value = serde_json::from_str(request).unwrap();
        let answer = app.rest(operation, &app.admin.token, Some(&org), request);
        let id = answer
            .0
            .err()
            .and_then(|failure| failure.id().map(str::to_owned));
        assert!(
            !id.as_ref().is_some_and(|id| id.starts_with("AUTH")),
            "{permission}: {id:?}"
        );
    }
}

#[test]
fn the_header_chooses_where_a_role_counts() {
    let app = App::shared();
    let org = app.org();
    let token = app.token_with_roles(&org, &["ORG_OWNER_VIEWER"]);
    let user = app.human_in(&org, json!({}));
    let request = json!({"id": user});
    app.rest(&GET_USER_BY_ID_V1, &token, Some(&org), request.clone())
        .ok();
    let failure = app
        .rest(&GET_USER_BY_ID_V1, &token, None, request)
        .failure();
    assert_eq!(failure.id(), Some("AUTHZ-cdgFk"));
}
