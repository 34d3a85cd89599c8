//! v1 management `UpdateOrgMember` (contract/orgs-and-auth.md §1).

use serde_json::json;

use super::{expect_details, may_read};
use crate::{
    clients::Kind,
    operations::{ADD_ORG_MEMBER, UPDATE_ORG_MEMBER},
    table::{Scene, Table, case},
};

fn owner(t: &Scene) -> String {
    let machine = t.machine();
    let request = json!({"userId": machine, "roles": ["ORG_OWNER"]});
    t.rest_as_admin(&ADD_ORG_MEMBER, request).ok();
    machine
}

/// The cases of `UpdateOrgMember`.
pub const TABLE: Table = Table {
    operation: &UPDATE_ORG_MEMBER,
    cases: &[
        case("the new roles take the place of the old ones", |t| {
            let machine = owner(t);
            let token = t.token_of_machine(&machine);
            assert!(may_read(t, &token, t.org_id()));
            let request = json!({"userId": machine, "roles": ["ORG_PROJECT_CREATOR"]});
            let answer = t.call(request).ok();
            let members = ["changeDate", "creationDate", "resourceOwner", "sequence"];
            expect_details(&answer, t.org_id(), &members);
            assert!(!may_read(t, &token, t.org_id()));
        }),
        case("the same roles are refused", |t| {
            t.call(json!({"userId": owner(t), "roles": ["ORG_OWNER"]}))
                .fails(Kind::Precondition, "Org-LiaZi");
        }),
        case("at least one role is needed", |t| {
            t.call(json!({"userId": owner(t)}))
                .fails(Kind::Invalid, "Org-LiaZi");
        }),
        case("unknown roles are refused", |t| {
            // Also before who is no member.
            for user in ["1", &owner(t)] {
                for role in ["IAM_OWNER", "ORG_NOBODY"] {
                    t.call(json!({"userId": user, "roles": [role]}))
                        .fails(Kind::Invalid, "IAM-m9fG8");
                }
            }
        }),
        case("who is no member is not found", |t| {
            for user in ["1", &t.machine()] {
                t.call(json!({"userId": user, "roles": ["ORG_OWNER"]}))
                    .fails(Kind::NotFound, "Org-D8JxR");
            }
        }),
        case("a member of another organization is no member here", |t| {
            let machine = owner(t);
            let request = json!({"userId": machine, "roles": ["ORG_OWNER_VIEWER"]});
            t.by(&t.admin.token)
                .within(&t.org())
                .call(request)
                .fails(Kind::NotFound, "Org-D8JxR");
        }),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"userId": "a".repeat(201), "roles": ["ORG_OWNER"]}))
                .expect_invalid();
            if !t.encoding.uses_rest_path() {
                t.call(json!({"roles": ["ORG_OWNER"]})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn update_org_member_agrees_with_its_table() {
    TABLE.run();
}
