//! Admin `SetDefaultOrg` (contract/orgs-and-auth.md §1).

use serde_json::{Value, json};

use crate::{
    app::App,
    clients::Kind,
    operations::{
        GET_DEFAULT_ORG, GET_GENERAL_SETTINGS, GET_IAM, GET_MY_INSTANCE, LIST_ORG_MEMBER_ROLES,
        LIST_ORGANIZATIONS, SET_DEFAULT_ORG,
    },
    table::{Table, case},
};

/// The cases of `SetDefaultOrg`.
pub const TABLE: Table = Table {
    operation: &SET_DEFAULT_ORG,
    cases: &[
        case(
            "the default one stays it, with the instance's details",
            |t| {
                let answer = t.call(json!({"orgId": t.org_id()})).ok();
                let instance = t.rest_as_admin(&GET_MY_INSTANCE, json!({})).ok();
                let members = answer["details"].as_object().unwrap();
                assert_eq!(members.len(), 4, "{answer}");
                assert_eq!(members["resourceOwner"], instance["instance"]["id"]);
            },
        ),
        case("an unknown organization is not found", |t| {
            t.call(json!({"orgId": "1"}))
                .fails(Kind::NotFound, "QUERY-iTTGJ");
        }),
        case("an id has 1 to 200 characters", |t| {
            t.call(json!({"orgId": "a".repeat(201)})).expect_invalid();
        }),
    ],
};

#[test]
fn set_default_org_agrees_with_its_table() {
    TABLE.run();
}

#[test]
fn another_default_organization_is_shown_everywhere() {
    let app = App::start("");
    let other = app.org();
    app.rest_as_admin(&SET_DEFAULT_ORG, json!({"orgId": other}))
        .ok();
    let ask = |operation, request: Value| app.rest_as_admin(operation, request).ok();
    assert_eq!(ask(&GET_DEFAULT_ORG, json!({}))["org"]["id"], other);
    assert_eq!(ask(&GET_IAM, json!({}))["defaultOrgId"], other);
    assert_eq!(ask(&GET_GENERAL_SETTINGS, json!({}))["defaultOrgId"], other);
    let request = json!({"queries": [{"defaultQuery": {}}]});
    assert_eq!(ask(&LIST_ORGANIZATIONS, request)["result"][0]["id"], other);
    let has_global = |org: &str| {
        let answer = app.rest(
            &LIST_ORG_MEMBER_ROLES,
            &app.admin.token,
            Some(org),
            json!({}),
        );
        let roles = answer.ok()["result"].as_array().unwrap().clone();
        roles.contains(&json!("SELF_MANAGEMENT_GLOBAL"))
    };
    assert!(has_global(&other) && !has_global(&app.admin.org));
}
