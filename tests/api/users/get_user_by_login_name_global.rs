//! v1 management `GetUserByLoginNameGlobal` (contract/users.md §2).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{GET_USER_BY_ID_V1, GET_USER_BY_LOGIN_NAME_GLOBAL},
    table::{Table, case},
};

/// The cases of `GetUserByLoginNameGlobal`.
pub const TABLE: Table = Table {
    operation: &GET_USER_BY_LOGIN_NAME_GLOBAL,
    cases: &[
        case(
            "a user of any organization is found, whatever the case",
            |t| {
                let org = t.org();
                let name = t.unique("Grüße");
                let user = t.human_in(&org, json!({"username": name}));
                let token = &t.admin.token;
                let shown = t
                    .rest(&GET_USER_BY_ID_V1, token, Some(&org), json!({"id": user}))
                    .ok();
                for name in [
                    name.clone(),
                    name.to_uppercase().replace("SS", "ß"),
                    name.to_lowercase(),
                ] {
                    assert_eq!(t.call(json!({"loginName": name})).ok(), shown);
                }
            },
        ),
        case("a part of a name is not enough", |t| {
            let name = t.unique("whole");
            t.human_of(json!({"username": name}));
            for name in [
                &name[1..],
                &name[..name.len() - 1],
                "%",
                &format!("{name} "),
            ] {
                t.call(json!({"loginName": name}))
                    .fails(Kind::NotFound, "QUERY-Dfbg2");
            }
        }),
        case("a removed user is not found", |t| {
            let name = t.unique("gone");
            let user = t.human_of(json!({"username": name}));
            t.remove(&user);
            t.call(json!({"loginName": name}))
                .fails(Kind::NotFound, "QUERY-Dfbg2");
        }),
        case("a login name has 1 to 200 characters", |t| {
            t.call(json!({})).expect_invalid();
            t.call(json!({"loginName": "a".repeat(201)}))
                .expect_invalid();
        }),
        case("it needs user.global.read", |t| {
            let nobody = t.token_without_membership();
            t.by(&nobody)
                .call(json!({}))
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let org = t.org();
            let manager = t.token_with_roles(&org, &["ORG_SETTINGS_MANAGER"]);
            let call = t.by(&manager).within(&org);
            call.call(json!({"loginName": "admin"}))
                .fails(Kind::Denied, "AUTH-5mWD2");
            let creator = t.token_with_roles(&org, &["ORG_PROJECT_CREATOR"]);
            t.by(&creator)
                .within(&org)
                .call(json!({"loginName": "ADMIN"}))
                .ok();
        }),
    ],
};

#[test]
fn get_user_by_login_name_global_agrees_with_its_table() {
    TABLE.run();
}
