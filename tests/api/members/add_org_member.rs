//! v1 management `AddOrgMember` (contract/orgs-and-auth.md §1).

use serde_json::json;

use super::{expect_details, may_read};
use crate::{
    clients::Kind,
    operations::ADD_ORG_MEMBER,
    table::{Table, case},
};

/// The cases of `AddOrgMember`.
pub const TABLE: Table = Table {
    operation: &ADD_ORG_MEMBER,
    cases: &[
        case(
            "a user gets the permissions of the roles in the organization",
            |t| {
                let (org, machine) = (t.org(), t.machine());
                let token = t.token_of_machine(&machine);
                assert!(!may_read(t, &token, &org));
                let request = json!({"userId": machine, "roles": ["ORG_OWNER_VIEWER"]});
                let answer = t.by(&t.admin.token).within(&org).call(request).ok();
                expect_details(
                    &answer,
                    &org,
                    &["creationDate", "resourceOwner", "sequence"],
                );
                assert!(may_read(t, &token, &org));
                assert!(!may_read(t, &token, t.org_id()));
            },
        ),
        case("each role of organizations can be given", |t| {
            for role in [
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
                "SELF_MANAGEMENT_GLOBAL",
            ] {
                t.call(json!({"userId": t.machine(), "roles": [role]})).ok();
            }
        }),
        case("a member exists once", |t| {
            let request = json!({"userId": t.machine(), "roles": ["ORG_OWNER"]});
            t.call(request.clone()).ok();
            t.call(request).fails(Kind::Exists, "ORG-poWwe");
        }),
        case("at least one role is needed", |t| {
            t.call(json!({"userId": t.machine()}))
                .fails(Kind::Invalid, "V2-PfYhb");
        }),
        case("roles of the instance and unknown roles are refused", |t| {
            // Also before an unknown user.
            for user in ["1", &t.machine()] {
                for role in ["IAM_OWNER", "PROJECT_OWNER", "ORG_NOBODY", "org_owner", ""] {
                    t.call(json!({"userId": user, "roles": ["ORG_OWNER", role]}))
                        .fails(Kind::Invalid, "Org-4N8es");
                }
            }
        }),
        case("an unknown or removed user is a failed precondition", |t| {
            let removed = t.machine();
            t.remove(&removed);
            for user in ["1", &removed] {
                t.call(json!({"userId": user, "roles": ["ORG_OWNER"]}))
                    .fails(Kind::Precondition, "ORG-GoXOn");
            }
        }),
        case("a user id has 1 to 200 characters", |t| {
            for user in [String::new(), "a".repeat(201)] {
                t.call(json!({"userId": user, "roles": ["ORG_OWNER"]}))
                    .expect_invalid();
            }
        }),
    ],
};

#[test]
fn add_org_member_agrees_with_its_table() {
    TABLE.run();
}
