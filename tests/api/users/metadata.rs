//! Metadata in management, auth and v2 (contract/users.md §2, §3, §4).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    clients::Kind,
    operations::{
        BULK_REMOVE_USER_METADATA, BULK_SET_USER_METADATA, DELETE_USER_METADATA, GET_MY_METADATA,
        GET_USER_METADATA, LIST_MY_METADATA, LIST_USER_METADATA, LIST_USER_METADATA_V1,
        REMOVE_USER_METADATA, SET_USER_METADATA, SET_USER_METADATA_V1,
    },
    table::{Case, Scene, Table, case, run_tables},
};

const SET: &str = "user.metadata.set";
const REMOVED: &str = "user.metadata.removed";

/// The cases of v1 `SetUserMetadata`.
pub const SET_V1: Table = Table {
    operation: &SET_USER_METADATA_V1,
    cases: &[
        case("a value is kept as it is, and replaced", |t| {
            let user = t.human();
            let answer = t
                .call(json!({"id": user, "key": "a/b c", "value": b64(&[0, 255])}))
                .ok();
            assert_eq!(answer.get("id"), None);
            t.expect_creation(&answer, &user, SET);
            assert_eq!(value_of(t, &user, "a/b c"), json!(b64(&[0, 255])));
            t.call(json!({"id": user, "key": "a/b c", "value": b64(b"new")}))
                .ok();
            assert_eq!(value_of(t, &user, "a/b c"), json!(b64(b"new")));
            t.call(json!({"id": user, "key": "a/b c", "value": b64(b"new")}))
                .ok();
            t.expect_last_events(&user, &[SET, SET, SET]);
        }),
        case("a machine has metadata too", |t| {
            t.call(json!({"id": t.machine(), "key": "k", "value": b64(b"v")}))
                .ok();
        }),
        case("an unknown user comes before a blank key", |t| {
            let foreign = t.human_in(&t.org(), json!({}));
            for user in ["1", &foreign] {
                t.call(json!({"id": user, "key": " ", "value": b64(b"v")}))
                    .fails(Kind::Precondition, "COMMAND-uXHNj");
            }
            t.call(json!({"id": t.human(), "key": " ", "value": b64(b"v")}))
                .fails(Kind::Invalid, "META-2m00f");
        }),
        case(
            "a key has 1 to 200 characters, a value 1 to 500,000 bytes",
            |t| {
                let user = t.human();
                let with = |key: &str, value: &[u8]| {
                    t.call(json!({"id": user, "key": key, "value": b64(value)}))
                };
                with(&"k".repeat(201), b"v").expect_invalid();
                with("k", b"").expect_invalid();
                with("k", &vec![7; 500_001]).expect_invalid();
                with("k", &vec![7; 500_000]).ok();
            },
        ),
    ],
};

/// The cases of `BulkSetUserMetadata`.
pub const BULK_SET: Table = Table {
    operation: &BULK_SET_USER_METADATA,
    cases: &[
        case("all values are kept", |t| {
            let user = t.human();
            let entries =
                json!([{"key": "a", "value": b64(b"1")}, {"key": "b", "value": b64(b"2")}]);
            let answer = t.call(json!({"id": user, "metadata": entries})).ok();
            t.expect_change(&answer, &user, SET);
            t.expect_last_events(&user, &[SET, SET]);
            assert_eq!(value_of(t, &user, "b"), json!(b64(b"2")));
        }),
        case("more entries than a request may have are refused", |t| {
            let entry = |i: i32| json!({"key": format!("k{i}"), "value": b64(b"1")});
            let entries: Vec<_> = (0..501).map(entry).collect();
            let request =
                |entries: &[serde_json::Value]| json!({"id": t.human(), "metadata": entries});
            t.call(request(&entries)).expect_invalid();
            t.call(request(&entries[..500])).ok();
        }),
        case("a user keeps 16 MiB", |t| {
            let user = t.human();
            let value = b64(&vec![0; 500_000]);
            let entry = |i: i32| json!({"key": format!("k{i}"), "value": value});
            for call in 0..8 {
                let entries: Vec<_> = (0..4).map(|i| entry(call * 4 + i)).collect();
                t.call(json!({"id": user, "metadata": entries})).ok();
            }
            let more: Vec<_> = (32..36).map(entry).collect();
            t.call(json!({"id": user, "metadata": more}))
                .expect_invalid();
            // What is there may still be replaced.
            t.call(json!({"id": user, "metadata": [entry(0)]})).ok();
        }),
        case("one bad entry and none is kept", |t| {
            let user = t.human();
            let entries =
                json!([{"key": "a", "value": b64(b"1")}, {"key": " ", "value": b64(b"2")}]);
            t.call(json!({"id": user, "metadata": entries}))
                .fails(Kind::Invalid, "META-2m00f");
            assert_eq!(t.changes(&user).len(), 2);
        }),
        case(
            "no data comes before an unknown user, it before a blank key",
            |t| {
                t.call(json!({"id": "1"}))
                    .fails(Kind::Precondition, "META-9mm2d");
                let entries = json!([{"key": " ", "value": b64(b"1")}]);
                t.call(json!({"id": "1", "metadata": entries}))
                    .fails(Kind::Precondition, "COMMAND-uXHNj");
            },
        ),
        case("keys and values are limited", |t| {
            let entries = json!([{"key": "k".repeat(201), "value": b64(b"1")}]);
            t.call(json!({"id": t.human(), "metadata": entries}))
                .expect_invalid();
        }),
    ],
};

/// The cases of `GetUserMetadata`.
pub const GET: Table = Table {
    operation: &GET_USER_METADATA,
    cases: &[
        case("key, value and details are shown", |t| {
            let user = t.human();
            set(t, &user, "k", b"v");
            let answer = t.call(json!({"id": user, "key": "k"})).ok();
            let shown = &answer["metadata"];
            assert_eq!(shown["key"], "k");
            assert_eq!(shown["value"], b64(b"v"));
            assert_eq!(shown["details"]["sequence"], "3");
            assert_eq!(shown["details"]["resourceOwner"], t.org_id());
        }),
        case("an unknown key or user is not found", |t| {
            for user in ["1", &t.human()] {
                t.call(json!({"id": user, "key": "k"}))
                    .fails(Kind::NotFound, "QUERY-Rgh32");
            }
        }),
    ],
};

/// The cases of `GetMyMetadata`.
pub const GET_MY: Table = Table {
    operation: &GET_MY_METADATA,
    cases: &[case("the caller sees its own", |t| {
        let user = t.human();
        set(t, &user, "k", b"v");
        let token = t.token_of(&user);
        let answer = t.by(&token).call(json!({"key": "k"})).ok();
        assert_eq!(answer["metadata"]["value"], b64(b"v"));
        t.by(&token)
            .call(json!({"key": "other"}))
            .fails(Kind::NotFound, "QUERY-Rgh32");
    })],
};

/// The cases of v1 `ListUserMetadata`.
pub const LIST_V1: Table = Table {
    operation: &LIST_USER_METADATA_V1,
    cases: &[
        // Keys sort by their bytes: capitals first.
        case(
            "all is listed in the order of the keys, or what is asked for",
            |t| {
                let user = with_three(t);
                let keys = |request: Value| keys_of(&t.call(request).ok(), "result");
                assert_eq!(keys(json!({"id": user})), ["Beta", "alpha", "gamma"]);
                let by = |key: &str, method: &str| {
                    let method = format!("TEXT_QUERY_METHOD_{method}");
                    keys(
                        json!({"id": user, "queries": [{"keyQuery": {"key": key, "method": method}}]}),
                    )
                };
                assert_eq!(by("alpha", "EQUALS"), ["alpha"]);
                assert_eq!(by("beta", "EQUALS"), [] as [&str; 0]);
                assert_eq!(by("beta", "EQUALS_IGNORE_CASE"), ["Beta"]);
                assert_eq!(by("al", "STARTS_WITH"), ["alpha"]);
                assert_eq!(by("AMM", "CONTAINS_IGNORE_CASE"), ["gamma"]);
                assert_eq!(by("%", "CONTAINS"), [] as [&str; 0]);
            },
        ),
        case("a page is part of the whole", |t| {
            let user = with_three(t);
            let query = json!({"offset": 1, "limit": 1});
            let answer = t.call(json!({"id": user, "query": query})).ok();
            assert_eq!(answer["details"]["totalResult"], "3");
            assert_eq!(keys_of(&answer, "result").len(), 1);
        }),
        case("an unknown user has nothing", |t| {
            let answer = t.call(json!({"id": "1"})).ok();
            assert_eq!(answer.get("result"), None);
        }),
        case("an empty query is invalid", |t| {
            t.call(json!({"id": t.human(), "queries": [{}]}))
                .expect_invalid();
        }),
    ],
};

/// The cases of `ListMyMetadata`.
pub const LIST_MY: Table = Table {
    operation: &LIST_MY_METADATA,
    cases: &[case("the caller sees its own", |t| {
        let user = with_three(t);
        let token = t.token_of(&user);
        let answer = t.by(&token).call(json!({})).ok();
        assert_eq!(keys_of(&answer, "result").len(), 3);
    })],
};

/// The cases of `RemoveUserMetadata`.
pub const REMOVE: Table = Table {
    operation: &REMOVE_USER_METADATA,
    cases: &[
        case("a value is forgotten", |t| {
            let user = t.human();
            set(t, &user, "k", b"v");
            let answer = t.call(json!({"id": user, "key": "k"})).ok();
            t.expect_change(&answer, &user, REMOVED);
            t.call(json!({"id": user, "key": "k"}))
                .fails(Kind::NotFound, "META-ncnw3");
        }),
        case("an unknown user is a failed precondition", |t| {
            t.call(json!({"id": "1", "key": "k"}))
                .fails(Kind::Precondition, "COMMAND-uXHNj");
        }),
    ],
};

/// The cases of `BulkRemoveUserMetadata`.
pub const BULK_REMOVE: Table = Table {
    operation: &BULK_REMOVE_USER_METADATA,
    cases: &[
        case("all are forgotten, or none", |t| {
            let user = with_three(t);
            t.call(json!({"id": user, "keys": ["alpha", "nobody"]}))
                .fails(Kind::NotFound, "META-2nnds");
            let answer = t.call(json!({"id": user, "keys": ["alpha", "gamma"]})).ok();
            t.expect_change(&answer, &user, REMOVED);
            let left = t
                .rest_as_admin(&LIST_USER_METADATA_V1, json!({"id": user}))
                .ok();
            assert_eq!(keys_of(&left, "result"), ["Beta"]);
        }),
        NO_KEYS,
        case("a key has 1 to 200 characters", |t| {
            for key in ["", &"k".repeat(201)] {
                t.call(json!({"id": t.human(), "keys": ["a", key]}))
                    .expect_invalid();
            }
        }),
    ],
};

/// The cases of v2 `SetUserMetadata`.
pub const SET_V2: Table = Table {
    operation: &SET_USER_METADATA,
    cases: &[
        case("values are kept, and the date is told", |t| {
            let user = t.human();
            let entries = json!([{"key": "a", "value": b64(b"1")}]);
            let answer = t.call(json!({"userId": user, "metadata": entries})).ok();
            let last = t.changes(&user).pop().unwrap();
            assert_eq!(answer, json!({"setDate": last.date}));
            assert_eq!(value_of(t, &user, "a"), json!(b64(b"1")));
        }),
        case(
            "an unknown user is a failed precondition, a stranger is refused",
            |t| {
                let blank = json!([{"key": " ", "value": b64(b"1")}]);
                t.call(json!({"userId": "1", "metadata": blank}))
                    .fails(Kind::Precondition, "COMMAND-uXHNj");
                let user = t.human();
                let own = t.token_of(&user);
                let request = json!({"userId": user, "metadata": blank});
                t.by(&own)
                    .call(request.clone())
                    .fails(Kind::NotFound, "AUTHZ-cdgFk");
                t.call(request).fails(Kind::Invalid, "META-2m00f");
            },
        ),
        case("no data comes before an unknown user", |t| {
            t.call(json!({"userId": "1"}))
                .fails(Kind::Precondition, "META-9mm2d");
        }),
    ],
};

/// The cases of v2 `ListUserMetadata`.
pub const LIST_V2: Table = Table {
    operation: &LIST_USER_METADATA,
    cases: &[
        case(
            "what is asked for is listed, with the page that held",
            |t| {
                let user = with_three(t);
                let filter = json!({"keyFilter": {"key": "A", "method": "TEXT_FILTER_METHOD_CONTAINS_IGNORE_CASE"}});
                let request = json!({"userId": user, "filters": [filter], "pagination": {"limit": 2, "asc": true}});
                let answer = t.call(request).ok();
                assert_eq!(
                    answer["pagination"],
                    json!({"totalResult": "3", "appliedLimit": "2"})
                );
                let keys = keys_of(&answer, "metadata");
                assert_eq!(keys.len(), 2);
                assert!(answer["metadata"][0]["creationDate"].is_string());
            },
        ),
        case("without a limit it is 100, and 1000 is the most", |t| {
            let user = with_three(t);
            let answer = t.call(json!({"userId": user})).ok();
            assert_eq!(answer["pagination"]["appliedLimit"], "100");
            t.call(json!({"userId": user, "pagination": {"limit": 1000}}))
                .ok();
            t.call(json!({"userId": user, "pagination": {"limit": 1001}}))
                .fails(Kind::Invalid, "QUERY-4M0fs");
        }),
        case("the user itself may, a stranger not", |t| {
            let user = with_three(t);
            t.by(&t.token_of(&user)).call(json!({"userId": user})).ok();
            t.by(&t.token_without_membership())
                .call(json!({"userId": user}))
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
        }),
    ],
};

/// The cases of v2 `DeleteUserMetadata`.
pub const DELETE_V2: Table = Table {
    operation: &DELETE_USER_METADATA,
    cases: &[
        case("values are forgotten, all or none", |t| {
            let user = with_three(t);
            let answer = t.call(json!({"userId": user, "keys": ["alpha"]})).ok();
            let last = t.changes(&user).pop().unwrap();
            assert_eq!(answer, json!({"deletionDate": last.date}));
            t.call(json!({"userId": user, "keys": ["alpha"]}))
                .fails(Kind::NotFound, "META-2nnds");
        }),
        NO_KEYS,
        case("a stranger is refused", |t| {
            let user = t.human();
            t.by(&t.token_of(&user))
                .call(json!({"userId": user, "keys": ["a"]}))
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
        }),
    ],
};

run_tables! {
    set_user_metadata_v1_agrees_with_its_table = SET_V1,
    bulk_set_user_metadata_agrees_with_its_table = BULK_SET,
    get_user_metadata_agrees_with_its_table = GET,
    get_my_metadata_agrees_with_its_table = GET_MY,
    list_user_metadata_v1_agrees_with_its_table = LIST_V1,
    list_my_metadata_agrees_with_its_table = LIST_MY,
    remove_user_metadata_agrees_with_its_table = REMOVE,
    bulk_remove_user_metadata_agrees_with_its_table = BULK_REMOVE,
    set_user_metadata_agrees_with_its_table = SET_V2,
    list_user_metadata_agrees_with_its_table = LIST_V2,
    delete_user_metadata_agrees_with_its_table = DELETE_V2,
}

const NO_KEYS: Case = case(
    "no keys come before an unknown user, it before a blank key",
    |t| {
        let forget = |user: &str, keys: &[&str]| {
            t.call(t.fitting(json!({"id": user, "userId": user, "keys": keys})))
        };
        forget("1", &[]).fails(Kind::Precondition, "META-9mm2d");
        forget("1", &[" "]).fails(Kind::Precondition, "COMMAND-uXHNj");
        forget(&t.human(), &[" "]).fails(Kind::Invalid, "COMMAND-m29ds");
    },
);

fn b64(value: &[u8]) -> String {
    STANDARD.encode(value)
}

fn set(t: &Scene, user: &str, key: &str, value: &[u8]) {
    let request = json!({"id": user, "key": key, "value": b64(value)});
    t.rest_as_admin(&SET_USER_METADATA_V1, request).ok();
}

fn value_of(t: &Scene, user: &str, key: &str) -> Value {
    let request = json!({"id": user, "key": key});
    t.rest_as_admin(&GET_USER_METADATA, request).ok()["metadata"]["value"].clone()
}

fn with_three(t: &Scene) -> String {
    let user = t.human();
    for key in ["gamma", "alpha", "Beta"] {
        set(t, &user, key, key.as_bytes());
    }
    user
}

fn keys_of(answer: &Value, list: &str) -> Vec<String> {
    let items = answer[list].as_array().cloned().unwrap_or_default();
    items
        .iter()
        .map(|item| item["key"].as_str().unwrap().to_owned())
        .collect()
}
