//! v1 `AddMachineKey` and v2 `AddKey` (contract/users.md §2 and §4).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{PUBLIC_KEY, base64};
use crate::{
    clients::Kind,
    operations::{ADD_KEY, ADD_MACHINE_KEY},
    people::merged,
    table::{Case, Scene, Table, case, run_tables},
};

const ADDED: &str = "user.machine.key.added";

/// The cases of v1 `AddMachineKey`.
pub const ADD_V1: Table = Table {
    operation: &ADD_MACHINE_KEY,
    cases: &[
        case("a pair is made, and its file shown once", |t| {
            let machine = t.machine();
            let answer = t.call(request(t, &machine)).ok();
            assert_eq!(answer.as_object().unwrap().len(), 3, "{answer}");
            t.expect_creation(&answer, &machine, ADDED);
            expect_file(&answer["keyDetails"], &answer["keyId"], &machine, NEVER);
        }),
        case("a date in the future is taken and shown", |t| {
            let machine = t.machine();
            let date = json!({"expirationDate": "2100-01-01T00:00:00Z"});
            let answer = t.call(merged(request(t, &machine), date)).ok();
            let key = &answer["keyId"];
            expect_file(&answer["keyDetails"], key, &machine, "2100-01-01T00:00:00Z");
        }),
        case("a key of one's own has no file", |t| {
            let machine = t.machine();
            let pem = json!({"publicKey": base64(PUBLIC_KEY)});
            let answer = t.call(merged(request(t, &machine), pem)).ok();
            assert_eq!(answer.get("keyDetails"), None);
            t.expect_last_events(&machine, &["user.machine.added", ADDED]);
        }),
        USER,
        ORDER,
        PUBLIC_KEYS,
        case("a machine of another organization is unknown", |t| {
            let machine = t.machine();
            t.by(&t.admin.token)
                .within(&t.org())
                .call(request(t, &machine))
                .fails(Kind::Precondition, "COMMAND-bnipwm1");
        }),
        case("the type is the only one there is", |t| {
            let machine = t.machine();
            for kind in [json!(null), json!("KEY_TYPE_UNSPECIFIED"), json!(7)] {
                t.call(merged(request(t, &machine), json!({"type": kind})))
                    .expect_invalid();
            }
        }),
        LIMITS,
    ],
};

/// The cases of v2 `AddKey`.
pub const ADD: Table = Table {
    operation: &ADD_KEY,
    cases: &[
        case("a pair is made, and its file shown once", |t| {
            let machine = t.machine();
            let answer = t.call(request(t, &machine)).ok();
            assert_eq!(answer.as_object().unwrap().len(), 3, "{answer}");
            let last = t.changes(&machine).pop().unwrap();
            assert_eq!(
                (last.event.as_str(), &last.date),
                (ADDED, &answer["creationDate"])
            );
            expect_file(&answer["keyContent"], &answer["keyId"], &machine, FUTURE);
        }),
        case("a key of one's own has no file", |t| {
            let machine = t.machine();
            let pem = json!({"publicKey": base64(PUBLIC_KEY)});
            let answer = t.call(merged(request(t, &machine), pem)).ok();
            assert_eq!(answer.get("keyContent"), None);
        }),
        USER,
        ORDER,
        PUBLIC_KEYS,
        case("user.write in the user's organization is needed", |t| {
            let machine = t.machine();
            let token = t.token_of_machine(&machine);
            t.by(&token)
                .call(request(t, &machine))
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
            t.by(&viewer)
                .call(request(t, &machine))
                .fails(Kind::Denied, "AUTH-AWfge");
            let manager = t.token_with_roles(t.org_id(), &["ORG_USER_MANAGER"]);
            let pem = json!({"publicKey": base64(PUBLIC_KEY)});
            t.by(&manager).call(merged(request(t, &machine), pem)).ok();
        }),
        case("the end is required", |t| {
            let machine = t.machine();
            t.call(merged(
                request(t, &machine),
                json!({"expirationDate": null}),
            ))
            .expect_invalid();
        }),
        LIMITS,
    ],
};

const NEVER: &str = "9999-12-31T23:59:59Z";
const FUTURE: &str = "2100-06-01T12:00:00Z";

const USER: Case = case("only a machine that exists has keys", |t| {
    let removed = t.machine();
    t.remove(&removed);
    for user in ["1", &removed, &t.human()] {
        t.call(request(t, user))
            .fails(Kind::Precondition, "COMMAND-bnipwm1");
    }
});

const ORDER: Case = case(
    "the user is looked at first, then the date, then the key",
    |t| {
        let machine = t.machine();
        let past =
            json!({"expirationDate": "2020-01-01T00:00:00Z", "publicKey": base64(b"no key")});
        t.call(merged(request(t, "1"), past.clone()))
            .fails(Kind::Precondition, "COMMAND-bnipwm1");
        t.call(merged(request(t, &machine), past))
            .fails(Kind::Invalid, "DOMAIN-dv3t5");
    },
);

const PUBLIC_KEYS: Case = case("only RSA keys of 2048 bits or more are taken", |t| {
    let machine = t.machine();
    let with = |pem: &[u8]| {
        t.call(merged(
            request(t, &machine),
            json!({"publicKey": base64(pem)}),
        ))
    };
    with(include_bytes!("../../data/keys/rsa-2048-pkcs1.pem")).ok();
    for pem in [
        include_bytes!("../../data/keys/rsa-1024.pem").as_slice(),
        include_bytes!("../../data/keys/ec-p256.pem"),
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        b"no key",
    ] {
        with(pem).fails(Kind::Invalid, "COMMAND-5F3h1");
    }
});

const LIMITS: Case = case("a user id has 1 to 200 characters", |t| {
    t.call(request(t, &"a".repeat(201))).expect_invalid();
    if !t.encoding.uses_rest_path() {
        t.call(request(t, "")).expect_invalid();
    }
});

/// A good request of the scene's API.
fn request(t: &Scene, user: &str) -> Value {
    match t.operation.rpc {
        "AddKey" => json!({"userId": user, "expirationDate": FUTURE}),
        _ => json!({"userId": user, "type": "KEY_TYPE_JSON"}),
    }
}

#[track_caller]
fn expect_file(file: &Value, key: &Value, machine: &str, end: &str) {
    let file = STANDARD.decode(file.as_str().unwrap()).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let pem = file["key"].as_str().unwrap();
    assert!(
        pem.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"),
        "{pem}"
    );
    let expected = json!({
        "type": "serviceaccount",
        "keyId": key,
        "key": pem,
        "expirationDate": end,
        "userId": machine,
    });
    assert_eq!(file, expected);
}

run_tables! {
    add_machine_key_agrees_with_its_table = ADD_V1,
    add_key_agrees_with_its_table = ADD,
}
