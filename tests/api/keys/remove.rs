//! v1 `RemoveMachineKey` and v2 `RemoveKey` (contract/users.md §2 and §4).

use serde_json::json;

use super::key_of;
use crate::{
    clients::Kind,
    operations::{GET_MACHINE_KEY, REMOVE_KEY, REMOVE_MACHINE_KEY},
    table::{Case, Table, case, run_tables},
};

const REMOVED: &str = "user.machine.key.removed";

/// The cases of v1 `RemoveMachineKey`.
pub const REMOVE_V1: Table = Table {
    operation: &REMOVE_MACHINE_KEY,
    cases: &[
        case("the key is gone, others stay", |t| {
            let machine = t.machine();
            let (first, second) = (
                key_of(t, &machine, json!({})),
                key_of(t, &machine, json!({})),
            );
            let answer = t.call(json!({"userId": machine, "keyId": first})).ok();
            t.expect_change(&answer, &machine, REMOVED);
            let get = |key: &str| {
                t.rest_as_admin(&GET_MACHINE_KEY, json!({"userId": machine, "keyId": key}))
            };
            get(&first).fails(Kind::NotFound, "QUERY-Dgr3g");
            get(&second).ok();
        }),
        UNKNOWN,
        case("a machine of another organization is unknown", |t| {
            let machine = t.machine();
            let request = json!({"userId": machine, "keyId": key_of(t, &machine, json!({}))});
            t.by(&t.admin.token)
                .within(&t.org())
                .call(request)
                .fails(Kind::Precondition, "COMMAND-bnipwm1");
        }),
        LIMITS,
    ],
};

/// The cases of v2 `RemoveKey`.
pub const REMOVE: Table = Table {
    operation: &REMOVE_KEY,
    cases: &[
        case("the answer has the date", |t| {
            let machine = t.machine();
            let key = key_of(t, &machine, json!({}));
            let answer = t.call(json!({"userId": machine, "keyId": key})).ok();
            let last = t.changes(&machine).pop().unwrap();
            assert_eq!(last.event, REMOVED);
            assert_eq!(answer, json!({"deletionDate": last.date}));
        }),
        UNKNOWN,
        case("user.write in the user's organization is needed", |t| {
            let machine = t.machine();
            let request = json!({"userId": machine, "keyId": key_of(t, &machine, json!({}))});
            t.by(&t.token_of_machine(&machine))
                .call(request.clone())
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
            t.by(&viewer)
                .call(request.clone())
                .fails(Kind::Denied, "AUTH-AWfge");
            t.call(request).ok();
        }),
        LIMITS,
    ],
};

const UNKNOWN: Case = case("the user is looked for first, then the key", |t| {
    let (machine, other) = (t.machine(), t.machine());
    let key = key_of(t, &machine, json!({}));
    t.call(json!({"userId": "1", "keyId": "1"}))
        .fails(Kind::Precondition, "COMMAND-bnipwm1");
    for (user, key) in [(&machine, "1"), (&other, key.as_str())] {
        t.call(json!({"userId": user, "keyId": key}))
            .fails(Kind::NotFound, "COMMAND-4m77G");
    }
    t.call(json!({"userId": machine, "keyId": key})).ok();
    t.call(json!({"userId": machine, "keyId": key}))
        .fails(Kind::NotFound, "COMMAND-4m77G");
});

const LIMITS: Case = case("both ids have 1 to 200 characters", |t| {
    let long = "a".repeat(201);
    t.call(json!({"userId": long, "keyId": "1"}))
        .expect_invalid();
    t.call(json!({"userId": "1", "keyId": long}))
        .expect_invalid();
    if !t.encoding.uses_rest_path() {
        t.call(json!({"keyId": "1"})).expect_invalid();
        t.call(json!({"userId": "1"})).expect_invalid();
    }
});

run_tables! {
    remove_machine_key_agrees_with_its_table = REMOVE_V1,
    remove_key_agrees_with_its_table = REMOVE,
}
