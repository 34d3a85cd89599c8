//! v1 management `RemoveOrgMember` (contract/orgs-and-auth.md §1).

use serde_json::json;

use super::{expect_details, may_read};
use crate::{
    operations::{ADD_ORG_MEMBER, REMOVE_ORG_MEMBER},
    table::{Table, case},
};

/// The cases of `RemoveOrgMember`.
pub const TABLE: Table = Table {
    operation: &REMOVE_ORG_MEMBER,
    cases: &[
        case("all roles in the organization are gone", |t| {
            let machine = t.machine();
            let roles = json!({"userId": machine, "roles": ["ORG_OWNER"]});
            t.rest_as_admin(&ADD_ORG_MEMBER, roles).ok();
            let token = t.token_of_machine(&machine);
            assert!(may_read(t, &token, t.org_id()));
            let answer = t.call(json!({"userId": machine})).ok();
            let members = ["changeDate", "creationDate", "resourceOwner", "sequence"];
            expect_details(&answer, t.org_id(), &members);
            assert!(!may_read(t, &token, t.org_id()));
        }),
        case("who is no member is removed without an error", |t| {
            for user in ["1", &t.machine()] {
                let answer = t.call(json!({"userId": user})).ok();
                assert_eq!(answer, json!({"details": {}}));
            }
        }),
        case("a removed member can be added again", |t| {
            let machine = t.machine();
            let roles = json!({"userId": machine, "roles": ["ORG_OWNER"]});
            t.rest_as_admin(&ADD_ORG_MEMBER, roles.clone()).ok();
            t.call(json!({"userId": machine})).ok();
            t.rest_as_admin(&ADD_ORG_MEMBER, roles).ok();
        }),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
            if !t.encoding.uses_rest_path() {
                t.call(json!({})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn remove_org_member_agrees_with_its_table() {
    TABLE.run();
}
