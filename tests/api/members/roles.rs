//! `ListOrgMemberRoles`, `ListIAMMemberRoles` and `ListMyZitadelPermissions`
//! (contract/orgs-and-auth.md §1, §2; users.md §3).

use serde_json::json;

use crate::{
    operations::{LIST_IAM_MEMBER_ROLES, LIST_MY_ZITADEL_PERMISSIONS, LIST_ORG_MEMBER_ROLES},
    orgs::within,
    table::{Table, case, run_tables},
};

const OF_ORGS: [&str; 10] = [
    "ORG_OWNER",
    "ORG_USER_MANAGER",
    "ORG_OWNER_VIEWER",
    "ORG_SETTINGS_MANAGER",
    "ORG_USER_PERMISSION_EDITOR",
    "ORG_PROJECT_PERMISSION_EDITOR",
    "ORG_PROJECT_CREATOR",
    "ORG_ADMIN_IMPERSONATOR",
    "ORG_END_USER_IMPERSONATOR",
    "ORG_USER_SELF_MANAGER",
];

/// The cases of `ListOrgMemberRoles`.
pub const OF_ORG: Table = Table {
    operation: &LIST_ORG_MEMBER_ROLES,
    cases: &[
        case("the roles of organizations in their order", |t| {
            let answer = within(t, &t.org(), json!({})).ok();
            assert_eq!(answer, json!({"result": OF_ORGS}));
        }),
        case("and that for everybody in the default organization", |t| {
            let mut roles = OF_ORGS.to_vec();
            roles.push("SELF_MANAGEMENT_GLOBAL");
            assert_eq!(t.call(json!({})).ok(), json!({"result": roles}));
        }),
    ],
};

/// The cases of `ListIAMMemberRoles`.
pub const OF_INSTANCE: Table = Table {
    operation: &LIST_IAM_MEMBER_ROLES,
    cases: &[case("the roles of the instance in their order", |t| {
        let answer = t.call(json!({})).ok();
        let roles = [
            "IAM_OWNER",
            "IAM_OWNER_VIEWER",
            "IAM_ORG_MANAGER",
            "IAM_USER_MANAGER",
            "IAM_ADMIN_IMPERSONATOR",
            "IAM_END_USER_IMPERSONATOR",
            "IAM_LOGIN_CLIENT",
        ];
        assert_eq!(answer["roles"], json!(roles));
        assert_eq!(answer["details"]["totalResult"], "7");
    })],
};

/// The cases of `ListMyZitadelPermissions`.
pub const PERMISSIONS: Table = Table {
    operation: &LIST_MY_ZITADEL_PERMISSIONS,
    cases: &[
        case("what the roles in the context organization permit", |t| {
            let org = t.org();
            let token = t.token_with_roles(&org, &["ORG_USER_SELF_MANAGER", "ORG_PROJECT_CREATOR"]);
            let answer = t.by(&token).within(&org).call(json!({})).ok();
            let permissions = ["user.self.delete", "user.global.read", "policy.read"];
            assert_eq!(answer, json!({"result": permissions}));
            t.by(&token).call(json!({})).expect_empty();
        }),
        case("an instance owner has all but one, everywhere", |t| {
            let answer = within(t, &t.org(), json!({})).ok();
            let permissions = answer["result"].as_array().unwrap();
            assert_eq!(permissions.len(), 26, "{answer}");
            assert!(!permissions.contains(&json!("user.self.delete")));
        }),
    ],
};

run_tables! {
    list_org_member_roles_agrees_with_its_table = OF_ORG,
    list_iam_member_roles_agrees_with_its_table = OF_INSTANCE,
    list_my_zitadel_permissions_agrees_with_its_table = PERMISSIONS,
}
