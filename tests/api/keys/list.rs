//! v1 `GetMachineKeyByIDs` and `ListMachineKeys`, v2 `ListKeys` (contract/users.md §2 and §4).

use serde_json::{Value, json};

use super::key_of;
use crate::{
    clients::Kind,
    operations::{GET_MACHINE_KEY, LIST_KEYS, LIST_MACHINE_KEYS},
    people::merged,
    table::{Scene, Table, case, run_tables},
};

/// The cases of v1 `GetMachineKeyByIDs`.
pub const GET: Table = Table {
    operation: &GET_MACHINE_KEY,
    cases: &[
        case("a key is shown without itself", |t| {
            let machine = t.machine();
            let key = key_of(
                t,
                &machine,
                json!({"expirationDate": "2100-01-01T00:00:00Z"}),
            );
            let answer = t.call(json!({"userId": machine, "keyId": key})).ok();
            let last = t.changes(&machine).pop().unwrap();
            let expected = json!({"key": {
                "id": key,
                "details": {
                    "sequence": last.sequence,
                    "creationDate": last.date,
                    "changeDate": last.date,
                    "resourceOwner": t.org_id(),
                },
                "type": "KEY_TYPE_JSON",
                "expirationDate": "2100-01-01T00:00:00Z",
            }});
            assert_eq!(answer, expected);
        }),
        case(
            "unknown keys, keys of others and elsewhere are not found",
            |t| {
                let (machine, other) = (t.machine(), t.machine());
                let key = key_of(t, &machine, json!({}));
                for (user, key) in [(&machine, "1"), (&other, &key), (&"1".to_owned(), &key)] {
                    t.call(json!({"userId": user, "keyId": key}))
                        .fails(Kind::NotFound, "QUERY-Dgr3g");
                }
                t.by(&t.admin.token)
                    .within(&t.org())
                    .call(json!({"userId": machine, "keyId": key}))
                    .fails(Kind::NotFound, "QUERY-Dgr3g");
            },
        ),
        case("both ids have 1 to 200 characters", |t| {
            let long = "a".repeat(201);
            for request in [
                json!({"userId": long, "keyId": "1"}),
                json!({"userId": "1", "keyId": long}),
            ] {
                t.call(request).expect_invalid();
            }
        }),
    ],
};

/// The cases of v1 `ListMachineKeys`.
pub const LIST_V1: Table = Table {
    operation: &LIST_MACHINE_KEYS,
    cases: &[
        case("the keys of one machine come in pages, oldest first", |t| {
            let machine = t.machine();
            let keys: Vec<_> = (0..3).map(|_| key_of(t, &machine, json!({}))).collect();
            key_of(t, &t.machine(), json!({}));
            for (query, expected) in [
                (json!({}), &keys[..]),
                (json!({"limit": 2}), &keys[..2]),
                (json!({"offset": "1", "limit": 1}), &keys[1..2]),
                (json!({"offset": "3"}), &[]),
            ] {
                let answer = t.call(json!({"userId": machine, "query": query})).ok();
                assert_eq!(answer["details"]["totalResult"], "3");
                assert_eq!(ids(&answer), expected, "{query}");
            }
        }),
        case("nobody has no keys, nor has a machine elsewhere", |t| {
            let answer = t.call(json!({"userId": "1"})).ok();
            assert_eq!((answer.get("result"), ids(&answer).len()), (None, 0));
            let machine = t.machine();
            key_of(t, &machine, json!({}));
            let elsewhere = t.by(&t.admin.token);
            let answer = elsewhere.within(&t.org()).call(json!({"userId": machine}));
            assert_eq!(answer.ok().get("result"), None);
        }),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
        }),
    ],
};

/// The cases of v2 `ListKeys`.
pub const LIST: Table = Table {
    operation: &LIST_KEYS,
    cases: &[
        case("a key is shown without itself", |t| {
            let machine = t.machine();
            let key = key_of(t, &machine, json!({}));
            let answer = of(t, &machine, json!({})).ok();
            let date = t.changes(&machine).pop().unwrap().date;
            let expected = json!({
                "pagination": {"totalResult": "1", "appliedLimit": "100"},
                "result": [{
                    "creationDate": date,
                    "changeDate": date,
                    "id": key,
                    "userId": machine,
                    "organizationId": t.org_id(),
                    "expirationDate": "9999-12-31T23:59:59Z",
                }],
            });
            assert_eq!(answer, expected);
        }),
        case("every filter holds, and all must", |t| {
            let machine = t.machine();
            let keys: Vec<_> = [2100, 2101, 2102]
                .map(|year| format!("{year}-01-01T00:00:00Z"))
                .map(|date| key_of(t, &machine, json!({"expirationDate": date})))
                .into();
            let at = |method: &str, year: u32| {
                let method = format!("TIMESTAMP_FILTER_METHOD_{method}");
                let timestamp = format!("{year}-01-01T00:00:00Z");
                json!({"expirationDateFilter": {"timestamp": timestamp, "method": method}})
            };
            let made = |method: &str| {
                let method = format!("TIMESTAMP_FILTER_METHOD_{method}");
                json!({"createdDateFilter": {"timestamp": "2000-01-01T00:00:00Z", "method": method}})
            };
            for (filters, expected) in [
                (json!([{"keyIdFilter": {"id": keys[1]}}]), &keys[1..2]),
                (json!([{"keyIdFilter": {"id": "1"}}]), &[]),
                (
                    json!([{"organizationIdFilter": {"id": t.org_id()}}]),
                    &keys[..],
                ),
                (json!([{"organizationIdFilter": {"id": "1"}}]), &[]),
                (json!([at("EQUALS", 2101)]), &keys[1..2]),
                (json!([at("AFTER", 2101)]), &keys[2..]),
                (json!([at("AFTER_OR_EQUALS", 2101)]), &keys[1..]),
                (json!([at("BEFORE", 2101)]), &keys[..1]),
                (json!([at("BEFORE_OR_EQUALS", 2101)]), &keys[..2]),
                (json!([at("AFTER", 2100), at("BEFORE", 2102)]), &keys[1..2]),
                (json!([made("AFTER")]), &keys[..]),
                (json!([made("BEFORE")]), &[]),
            ] {
                let answer = of(t, &machine, json!({"filters": filters})).ok();
                assert_eq!(ids(&answer), expected, "{filters}");
            }
        }),
        case("columns sort, descending unless asked otherwise", |t| {
            let machine = t.machine();
            let key = |year: u32| {
                let date = format!("{year}-01-01T00:00:00Z");
                key_of(t, &machine, json!({"expirationDate": date}))
            };
            let (a, b, c) = (key(2102), key(2100), key(2101));
            for (column, ascending) in [
                (json!(null), [&a, &b, &c]),
                (json!("KEY_FIELD_NAME_CREATED_DATE"), [&a, &b, &c]),
                (json!("KEY_FIELD_NAME_ID"), [&a, &b, &c]),
                (json!("KEY_FIELD_NAME_USER_ID"), [&a, &b, &c]),
                (json!("KEY_FIELD_NAME_ORGANIZATION_ID"), [&a, &b, &c]),
                (json!("KEY_FIELD_NAME_KEY_EXPIRATION_DATE"), [&b, &c, &a]),
            ] {
                for asc in [true, false] {
                    let more = json!({"sortingColumn": column, "pagination": {"asc": asc}});
                    let listed = ids(&of(t, &machine, more).ok());
                    let mut expected = ascending.map(String::clone);
                    if !asc && !column.is_null() {
                        expected.reverse();
                    }
                    assert_eq!(listed, expected, "{column} {asc}");
                }
            }
        }),
        case("pages have a default and a greatest size", |t| {
            let machine = t.machine();
            let keys: Vec<_> = (0..3).map(|_| key_of(t, &machine, json!({}))).collect();
            let page = json!({"pagination": {"offset": "1", "limit": 1}});
            let answer = of(t, &machine, page).ok();
            assert_eq!(ids(&answer), keys[1..2]);
            let whole = json!({"totalResult": "3", "appliedLimit": "1"});
            assert_eq!(answer["pagination"], whole);
            t.call(json!({"pagination": {"limit": 1000}})).ok();
            t.call(json!({"pagination": {"limit": 1001}}))
                .fails(Kind::Invalid, "QUERY-4M0fs");
        }),
        case("only what the caller may read is listed", |t| {
            let (machine, other) = (t.machine(), t.machine());
            let (own, others) = (key_of(t, &machine, json!({})), key_of(t, &other, json!({})));
            let sees = |token: &str, key: &str| {
                let request = json!({"filters": [{"keyIdFilter": {"id": key}}]});
                ids(&t.by(token).call(request).ok()) == [key]
            };
            let token = t.token_of_machine(&machine);
            assert!(sees(&token, &own) && !sees(&token, &others));
            let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
            assert!(sees(&viewer, &own) && sees(&viewer, &others));
            let elsewhere = t.token_with_roles(&t.org(), &["ORG_OWNER"]);
            assert!(!sees(&elsewhere, &own));
        }),
        case("a filter must say something", |t| {
            t.call(json!({"filters": [{}]})).expect_invalid();
            let long = json!({"filters": [{"userIdFilter": {"id": "a".repeat(201)}}]});
            t.call(long).expect_invalid();
        }),
    ],
};

/// Lists the keys of one machine.
fn of(t: &Scene, machine: &str, more: Value) -> crate::clients::Answer {
    let mut request = merged(json!({"filters": []}), more);
    let filters = request["filters"].as_array_mut().unwrap();
    filters.push(json!({"userIdFilter": {"id": machine}}));
    t.call(request)
}

fn ids(answer: &Value) -> Vec<String> {
    let result = answer["result"].as_array().cloned().unwrap_or_default();
    let id = |key: Value| key["id"].as_str().unwrap().to_owned();
    result.into_iter().map(id).collect()
}

run_tables! {
    get_machine_key_by_ids_agrees_with_its_table = GET,
    list_machine_keys_agrees_with_its_table = LIST_V1,
    list_keys_agrees_with_its_table = LIST,
}
