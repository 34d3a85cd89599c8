//! Deactivate, reactivate, lock and unlock, v1 and v2 (contract/users.md §1 "Transitions", §2, §4).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{
        DEACTIVATE_USER, DEACTIVATE_USER_V1, GET_MY_USER, GET_USER_BY_ID, GET_USER_BY_ID_V1,
        LOCK_USER, LOCK_USER_V1, Operation, REACTIVATE_USER, REACTIVATE_USER_V1, UNLOCK_USER,
        UNLOCK_USER_V1,
    },
    table::{Case, Scene, Table, case, run_tables},
};

/// The cases of v1 `DeactivateUser`.
pub const DEACTIVATE_V1: Table = Table {
    operation: &DEACTIVATE_USER_V1,
    cases: &[
        case("an active and a locked user become inactive", |t| {
            for prepared in [&[] as &[&Operation], &[&LOCK_USER_V1]] {
                let user = prepared_user(t, prepared);
                let answer = t.call(json!({"id": user})).ok();
                t.expect_change(&answer, &user, "user.deactivated");
                assert_eq!(state_of(t, &user), "USER_STATE_INACTIVE");
            }
        }),
        TOKENS_DIE,
        case("an initial user is not found, so the error says", |t| {
            let user = t.initial_human(json!({}));
            t.call(json!({"id": user}))
                .fails(Kind::NotFound, "COMMAND-ke0fw");
        }),
        case("an inactive user is inactive already", |t| {
            let user = prepared_user(t, &[&DEACTIVATE_USER_V1]);
            t.call(json!({"id": user}))
                .fails(Kind::Precondition, "COMMAND-5M0sf");
        }),
        case("a user of another organization is unknown", |t| {
            unknown_in_v1(t, "COMMAND-3M9ds");
        }),
        LIMITS_V1,
    ],
};

/// The cases of v1 `ReactivateUser`.
pub const REACTIVATE_V1: Table = Table {
    operation: &REACTIVATE_USER_V1,
    cases: &[
        case("an inactive user becomes active", |t| {
            let user = prepared_user(t, &[&DEACTIVATE_USER_V1]);
            let answer = t.call(json!({"id": user})).ok();
            t.expect_change(&answer, &user, "user.reactivated");
            assert_eq!(state_of(t, &user), "USER_STATE_ACTIVE");
        }),
        case("tokens from before stay dead, new ones work", |t| {
            let machine = t.machine();
            let old = t.token_of_machine(&machine);
            t.rest_as_admin(&DEACTIVATE_USER_V1, json!({"id": machine}))
                .ok();
            t.call(json!({"id": machine})).ok();
            t.rest(&GET_MY_USER, &old, None, json!({}))
                .fails(Kind::Unauthenticated, "AUTH-7fs1e");
            let new = t.token_of_machine(&machine);
            t.rest(&GET_MY_USER, &new, None, json!({})).ok();
        }),
        case("only an inactive user can be reactivated", |t| {
            for user in [
                t.human(),
                t.initial_human(json!({})),
                prepared_user(t, &[&LOCK_USER_V1]),
            ] {
                t.call(json!({"id": user}))
                    .fails(Kind::Precondition, "COMMAND-6M0sf");
            }
        }),
        case("a user of another organization is unknown", |t| {
            unknown_in_v1(t, "COMMAND-4M0sd");
        }),
        LIMITS_V1,
    ],
};

/// The cases of v1 `LockUser`.
pub const LOCK_V1: Table = Table {
    operation: &LOCK_USER_V1,
    cases: &[
        case("an active and an initial user become locked", |t| {
            for user in [t.human(), t.initial_human(json!({}))] {
                let answer = t.call(json!({"id": user})).ok();
                t.expect_change(&answer, &user, "user.locked");
                assert_eq!(state_of(t, &user), "USER_STATE_LOCKED");
            }
        }),
        TOKENS_DIE,
        case("a locked or inactive user cannot be locked", |t| {
            for prepared in [&LOCK_USER_V1, &DEACTIVATE_USER_V1] {
                let user = prepared_user(t, &[prepared]);
                t.call(json!({"id": user}))
                    .fails(Kind::Precondition, "COMMAND-3NN8v");
            }
        }),
        case("a user of another organization is unknown", |t| {
            unknown_in_v1(t, "COMMAND-5M9fs");
        }),
        LIMITS_V1,
    ],
};

/// The cases of v1 `UnlockUser`.
pub const UNLOCK_V1: Table = Table {
    operation: &UNLOCK_USER_V1,
    cases: &[
        case("a locked user becomes active", |t| {
            let user = prepared_user(t, &[&LOCK_USER_V1]);
            let answer = t.call(json!({"id": user})).ok();
            t.expect_change(&answer, &user, "user.unlocked");
            assert_eq!(state_of(t, &user), "USER_STATE_ACTIVE");
        }),
        case("only a locked user can be unlocked", |t| {
            for user in [t.human(), prepared_user(t, &[&DEACTIVATE_USER_V1])] {
                t.call(json!({"id": user}))
                    .fails(Kind::Precondition, "COMMAND-4M0ds");
            }
        }),
        case("a user of another organization is unknown", |t| {
            unknown_in_v1(t, "COMMAND-M0dos");
        }),
        LIMITS_V1,
    ],
};

/// The cases of v2 `DeactivateUser`.
pub const DEACTIVATE: Table = Table {
    operation: &DEACTIVATE_USER,
    cases: &[
        case("a user of any organization becomes inactive", |t| {
            expect_v2(t, &[], "user.deactivated", "USER_STATE_INACTIVE");
        }),
        TOKENS_DIE,
        case("an initial user cannot be deactivated", |t| {
            let user = t.initial_human(json!({}));
            t.call(json!({"userId": user}))
                .fails(Kind::Precondition, "COMMAND-gvx4kct9r2");
        }),
        case("an inactive user is inactive already", |t| {
            let user = prepared_user(t, &[&DEACTIVATE_USER_V1]);
            t.call(json!({"userId": user}))
                .fails(Kind::Precondition, "COMMAND-5gunjw0cd7");
        }),
        case("an unknown user is not found, whoever asks", |t| {
            unknown_in_v2(t, "COMMAND-5gp2p62iin");
        }),
        NEEDS_WRITE,
        LIMITS_V2,
    ],
};

/// The cases of v2 `ReactivateUser`.
pub const REACTIVATE: Table = Table {
    operation: &REACTIVATE_USER,
    cases: &[
        case("a user of any organization becomes active", |t| {
            let prepared = [&DEACTIVATE_USER_V1];
            expect_v2(t, &prepared, "user.reactivated", "USER_STATE_ACTIVE");
        }),
        case("only an inactive user can be reactivated", |t| {
            t.call(json!({"userId": t.human()}))
                .fails(Kind::Precondition, "COMMAND-s5qqcz97hf");
        }),
        case("an unknown user is not found, whoever asks", |t| {
            unknown_in_v2(t, "COMMAND-9hy5kzbuk6");
        }),
        NEEDS_WRITE,
        LIMITS_V2,
    ],
};

/// The cases of v2 `LockUser`.
pub const LOCK: Table = Table {
    operation: &LOCK_USER,
    cases: &[
        case("a user of any organization becomes locked", |t| {
            expect_v2(t, &[], "user.locked", "USER_STATE_LOCKED");
        }),
        TOKENS_DIE,
        case("a locked or inactive user cannot be locked", |t| {
            for prepared in [&LOCK_USER_V1, &DEACTIVATE_USER_V1] {
                let user = prepared_user(t, &[prepared]);
                t.call(json!({"userId": user}))
                    .fails(Kind::Precondition, "COMMAND-lgws8wtsqf");
            }
        }),
        case("an unknown user is not found, whoever asks", |t| {
            unknown_in_v2(t, "COMMAND-450yxuqrh1");
        }),
        NEEDS_WRITE,
        LIMITS_V2,
    ],
};

/// The cases of v2 `UnlockUser`.
pub const UNLOCK: Table = Table {
    operation: &UNLOCK_USER,
    cases: &[
        case("a user of any organization becomes active", |t| {
            expect_v2(t, &[&LOCK_USER_V1], "user.unlocked", "USER_STATE_ACTIVE");
        }),
        case("only a locked user can be unlocked", |t| {
            t.call(json!({"userId": t.human()}))
                .fails(Kind::Precondition, "COMMAND-olb9vb0oca");
        }),
        case("an unknown user is not found, whoever asks", |t| {
            unknown_in_v2(t, "COMMAND-x377t913pw");
        }),
        NEEDS_WRITE,
        LIMITS_V2,
    ],
};

run_tables! {
    deactivate_user_v1_agrees_with_its_table = DEACTIVATE_V1,
    reactivate_user_v1_agrees_with_its_table = REACTIVATE_V1,
    lock_user_v1_agrees_with_its_table = LOCK_V1,
    unlock_user_v1_agrees_with_its_table = UNLOCK_V1,
    deactivate_user_agrees_with_its_table = DEACTIVATE,
    reactivate_user_agrees_with_its_table = REACTIVATE,
    lock_user_agrees_with_its_table = LOCK,
    unlock_user_agrees_with_its_table = UNLOCK,
}

const TOKENS_DIE: Case = case("its tokens are dead at once", |t| {
    let machine = t.machine();
    let token = t.token_of_machine(&machine);
    t.rest(&GET_MY_USER, &token, None, json!({})).ok();
    t.call(t.fitting(json!({"id": machine, "userId": machine})))
        .ok();
    t.rest(&GET_MY_USER, &token, None, json!({}))
        .fails(Kind::Unauthenticated, "AUTH-7fs1e");
});

const NEEDS_WRITE: Case = case("user.write is needed, being the user is not enough", |t| {
    let machine = t.machine();
    let own = t.token_of_machine(&machine);
    let request = json!({"userId": machine});
    t.by(&own)
        .call(request.clone())
        .fails(Kind::NotFound, "AUTHZ-cdgFk");
    let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
    t.by(&viewer)
        .call(request)
        .fails(Kind::Denied, "AUTH-AWfge");
});

const LIMITS_V1: Case = case("a user id has 1 to 200 characters", |t| {
    t.call(json!({"id": "a".repeat(201)})).expect_invalid();
    if !t.encoding.uses_rest_path() {
        t.call(json!({})).expect_invalid();
    }
});

const LIMITS_V2: Case = case("a user id has 1 to 200 characters", |t| {
    t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
    if !t.encoding.uses_rest_path() {
        t.call(json!({})).expect_invalid();
    }
});

fn prepared_user(t: &Scene, operations: &[&Operation]) -> String {
    let user = t.human();
    for operation in operations {
        t.rest_as_admin(operation, json!({"id": user})).ok();
    }
    user
}

fn state_of(t: &Scene, user: &str) -> String {
    let shown = t
        .rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": user}))
        .ok();
    shown["user"]["state"].as_str().unwrap().to_owned()
}

/// Expects that users of another organization are unknown, whatever state they are in.
fn unknown_in_v1(t: &Scene, id: &str) {
    let org = t.org();
    let [active, locked] = [(); 2].map(|()| t.human_in(&org, json!({})));
    let request = json!({"id": locked});
    t.rest(&LOCK_USER_V1, &t.admin.token, Some(&org), request)
        .ok();
    let initial = t.initial_human_in(&org, json!({}));
    for user in ["1", &active, &locked, &initial] {
        t.call(json!({"id": user})).fails(Kind::NotFound, id);
    }
}

fn unknown_in_v2(t: &Scene, id: &str) {
    let removed = t.human();
    t.remove(&removed);
    let nobody = t.token_without_membership();
    for user in ["1", &removed] {
        t.call(json!({"userId": user})).fails(Kind::NotFound, id);
        t.by(&nobody)
            .call(json!({"userId": user}))
            .fails(Kind::NotFound, id);
    }
}

/// Changes a user of the first organization, then one of another.
fn expect_v2(t: &Scene, prepared: &[&Operation], event: &str, state: &str) {
    let user = prepared_user(t, prepared);
    let answer = t.call(json!({"userId": user})).ok();
    t.expect_v2_change(&answer, &user, event);
    let shown = t
        .rest_as_admin(&GET_USER_BY_ID, json!({"userId": user}))
        .ok();
    assert_eq!(shown["user"]["state"], state);
    let org = t.org();
    let user = t.human_in(&org, json!({}));
    for operation in prepared {
        let admin = &t.admin.token;
        t.rest(operation, admin, Some(&org), json!({"id": user}))
            .ok();
    }
    t.call(json!({"userId": user})).ok();
}
