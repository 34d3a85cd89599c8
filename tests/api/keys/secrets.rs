//! v1 `GenerateMachineSecret` and `RemoveMachineSecret`, v2 `AddSecret` and `RemoveSecret`
//! (contract/users.md §2 and §4).

use serde_json::{Value, json};

use crate::{
    clients::Kind,
    operations::{
        ADD_SECRET, GENERATE_MACHINE_SECRET, GET_USER_BY_ID_V1, REMOVE_MACHINE_SECRET,
        REMOVE_SECRET,
    },
    table::{Case, Scene, Table, case, run_tables},
};

const SET: &str = "user.machine.secret.set";
const REMOVED: &str = "user.machine.secret.removed";

/// The cases of v1 `GenerateMachineSecret`.
pub const GENERATE: Table = Table {
    operation: &GENERATE_MACHINE_SECRET,
    cases: &[
        case("the answer has the login name and the secret", |t| {
            let machine = t.machine();
            let answer = t.call(json!({"userId": machine})).ok();
            t.expect_creation(&answer, &machine, SET);
            expect_secret(&answer["clientSecret"]);
            let user = t
                .rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": machine}))
                .ok();
            assert_eq!(answer["clientId"], user["user"]["preferredLoginName"]);
            assert_eq!(user["user"]["machine"]["hasSecret"], true);
        }),
        NEW_EACH_TIME,
        ONLY_MACHINES,
        case("a user of another organization is not found there", |t| {
            for user in [t.machine(), t.human()] {
                t.by(&t.admin.token)
                    .within(&t.org())
                    .call(json!({"userId": user}))
                    .fails(Kind::NotFound, "MANAG-fpo4B");
            }
        }),
        LIMITS,
    ],
};

/// The cases of v2 `AddSecret`.
pub const ADD: Table = Table {
    operation: &ADD_SECRET,
    cases: &[
        case("the answer has the secret and the date", |t| {
            let machine = t.machine();
            let answer = t.call(json!({"userId": machine})).ok();
            expect_secret(&answer["clientSecret"]);
            let last = t.changes(&machine).pop().unwrap();
            assert_eq!(
                (last.event.as_str(), &last.date),
                (SET, &answer["creationDate"])
            );
            assert_eq!(answer.as_object().unwrap().len(), 2);
        }),
        NEW_EACH_TIME,
        ONLY_MACHINES,
        WRITERS,
        LIMITS,
    ],
};

/// The cases of v1 `RemoveMachineSecret`.
pub const REMOVE_V1: Table = Table {
    operation: &REMOVE_MACHINE_SECRET,
    cases: &[
        case("the machine has none afterwards", |t| {
            let machine = with_secret(t);
            let answer = t.call(json!({"userId": machine})).ok();
            t.expect_change(&answer, &machine, REMOVED);
            let user = t
                .rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": machine}))
                .ok();
            assert_eq!(user["user"]["machine"].get("hasSecret"), None);
        }),
        NOTHING_TO_REMOVE,
        case("a machine of another organization is unknown", |t| {
            t.by(&t.admin.token)
                .within(&t.org())
                .call(json!({"userId": with_secret(t)}))
                .fails(Kind::Precondition, "COMMAND-x7s802");
        }),
        LIMITS,
    ],
};

/// The cases of v2 `RemoveSecret`.
pub const REMOVE: Table = Table {
    operation: &REMOVE_SECRET,
    cases: &[
        case("the answer has the date", |t| {
            let machine = with_secret(t);
            let answer = t.call(json!({"userId": machine})).ok();
            let last = t.changes(&machine).pop().unwrap();
            assert_eq!(last.event, REMOVED);
            assert_eq!(answer, json!({"deletionDate": last.date}));
        }),
        NOTHING_TO_REMOVE,
        WRITERS,
        LIMITS,
    ],
};

const NEW_EACH_TIME: Case = case("each time there is a new secret", |t| {
    let machine = t.machine();
    let secret = || t.call(json!({"userId": machine})).ok()["clientSecret"].clone();
    assert_ne!(secret(), secret());
    t.expect_last_events(&machine, &[SET, SET]);
});

const ONLY_MACHINES: Case = case("unknown users are not found, a person can have none", |t| {
    let removed = t.machine();
    t.remove(&removed);
    for user in ["1", &removed] {
        t.call(json!({"userId": user}))
            .fails(Kind::NotFound, "QUERY-Dfbg2");
    }
    t.call(json!({"userId": t.human()}))
        .fails(Kind::Precondition, "COMMAND-x8910n");
});

const NOTHING_TO_REMOVE: Case = case("the user is looked for first, then the secret", |t| {
    for user in ["1", &t.human()] {
        t.call(json!({"userId": user}))
            .fails(Kind::Precondition, "COMMAND-x7s802");
    }
    let machine = with_secret(t);
    t.call(json!({"userId": machine})).ok();
    for machine in [machine, t.machine()] {
        t.call(json!({"userId": machine}))
            .fails(Kind::Precondition, "COMMAND-coi82n");
    }
});

const WRITERS: Case = case("user.write in the user's organization is needed", |t| {
    let machine = with_secret(t);
    let request = json!({"userId": machine});
    t.by(&t.token_of_machine(&machine))
        .call(request.clone())
        .fails(Kind::NotFound, "AUTHZ-cdgFk");
    let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
    t.by(&viewer)
        .call(request.clone())
        .fails(Kind::Denied, "AUTH-AWfge");
    let manager = t.token_with_roles(t.org_id(), &["ORG_USER_MANAGER"]);
    t.by(&manager).call(request).ok();
});

const LIMITS: Case = case("a user id has 1 to 200 characters", |t| {
    t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
    if !t.encoding.uses_rest_path() {
        t.call(json!({})).expect_invalid();
    }
});

fn with_secret(t: &Scene) -> String {
    let machine = t.machine();
    t.rest_as_admin(&GENERATE_MACHINE_SECRET, json!({"userId": machine}))
        .ok();
    machine
}

#[track_caller]
fn expect_secret(secret: &Value) {
    let secret = secret.as_str().unwrap();
    assert_eq!(secret.len(), 64);
    assert!(secret.bytes().all(|byte| byte.is_ascii_alphanumeric()));
}

run_tables! {
    generate_machine_secret_agrees_with_its_table = GENERATE,
    add_secret_agrees_with_its_table = ADD,
    remove_machine_secret_agrees_with_its_table = REMOVE_V1,
    remove_secret_agrees_with_its_table = REMOVE,
}
