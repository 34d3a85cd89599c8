//! `ListEvents` (contract/events.md §5).

use serde_json::{Value, json};

use crate::{
    clients::{Answer, Kind},
    operations::{GET_MY_INSTANCE, LIST_EVENTS, UPDATE_HUMAN_PHONE},
    people::merged,
    table::{Scene, Table, case},
};

/// The event types in an answer, in order.
#[track_caller]
fn types(answer: Answer) -> Vec<String> {
    let answer = answer.ok();
    let events = answer["events"].as_array().cloned().unwrap_or_default();
    let name = |event: &Value| event["type"]["type"].as_str().unwrap().to_owned();
    events.iter().map(name).collect()
}

/// A human whose history is added, e-mail verified, phone verified.
fn human(t: &Scene) -> String {
    t.human_with_verified_phone(&t.number())
}

const HISTORY: [&str; 3] = [
    "user.human.added",
    "user.human.email.verified",
    "user.human.phone.verified",
];

/// The history of a human, oldest first, as far as more of the request wants it.
#[track_caller]
fn of(t: &Scene, user: &str, more: Value) -> Vec<String> {
    let request = json!({"aggregateId": user, "asc": true});
    types(t.call(merged(request, more)))
}

/// The cases of `ListEvents`.
pub const TABLE: Table = Table {
    operation: &LIST_EVENTS,
    cases: &[
        case("an event tells what, when, to what and by whom", |t| {
            let (user, number) = (t.human(), t.number());
            let request = json!({"userId": user, "phone": number, "isPhoneVerified": true});
            t.rest_as_admin(&UPDATE_HUMAN_PHONE, request).ok();
            let request = json!({
                "aggregateId": user, "eventTypes": ["user.human.phone.changed"],
            });
            let answer = t.call(request).ok();
            let change = &t.changes(&user)[2];
            let localized = |key: &str| json!({"key": key, "localizedMessage": key});
            assert_eq!(
                answer,
                json!({"events": [{
                    "editor": {
                        "userId": t.admin.user, "displayName": "admin", "service": "zitadel",
                    },
                    "aggregate": {
                        "id": user,
                        "type": {"type": "user", "localized": localized("AggregateTypes.user")},
                        "resourceOwner": t.org_id(),
                    },
                    "sequence": "3",
                    "creationDate": change.date,
                    "payload": {"phone": number},
                    "type": {
                        "type": "user.human.phone.changed",
                        "localized": localized("EventTypes.user.human.phone.changed"),
                    },
                }]})
            );
        }),
        case("payloads keep texts, numbers, truths and lists", |t| {
            let number = t.number();
            let user = t.human_of(json!({"phone": {"phone": number, "returnCode": {}}}));
            let org = t.org();
            let payload = |object: &str, name: &str| {
                let request = json!({"aggregateId": object, "eventTypes": [name]});
                t.call(request).ok()["events"][0]["payload"].clone()
            };
            let code = payload(&user, "user.human.phone.code.added");
            assert_eq!(code["codeReturned"], Value::Null);
            assert_eq!(code["code_returned"], true);
            assert_eq!(code["expiry"], 3_600_000_000_000.0);
            assert!(code["triggerOrigin"].as_str().unwrap().starts_with("http"));
            assert_eq!(code.as_object().unwrap().len(), 3, "{code}");
            let member = payload(&org, "org.member.added");
            assert_eq!(
                member,
                json!({"roles": ["ORG_OWNER"], "userId": t.admin.user})
            );
            assert_eq!(payload(&user, "user.human.email.verified"), Value::Null);
        }),
        case(
            "newest first unless told otherwise, as many as wanted",
            |t| {
                let user = human(t);
                assert_eq!(of(t, &user, json!({})), HISTORY);
                let mut newest = HISTORY;
                newest.reverse();
                assert_eq!(of(t, &user, json!({"asc": false})), newest);
                assert_eq!(of(t, &user, json!({"limit": 2})), HISTORY[..2]);
                assert_eq!(of(t, &user, json!({"limit": 2000})), HISTORY);
                assert_eq!(of(t, &user, json!({"sequence": "1"})), HISTORY[1..]);
                assert!(of(t, &user, json!({"sequence": "3"})).is_empty());
            },
        ),
        case("all objects together, in the order of what happened", |t| {
            let before = human(t);
            let org = t.org();
            let after = human(t);
            let answer = t.call(json!({"limit": 1000})).ok();
            let events = answer["events"].as_array().unwrap();
            let place = |id: &str| events.iter().position(|e| e["aggregate"]["id"] == id);
            let places = [&after, &org, &before].map(|id| place(id).unwrap());
            assert!(places.is_sorted(), "{places:?}");
        }),
        case("editor, kinds of objects and owner choose", |t| {
            let org = t.org();
            let user = t.human_in(&org, json!({}));
            let added = [HISTORY[0], HISTORY[1]];
            let admin = t.admin.user.as_str();
            assert_eq!(of(t, &user, json!({"editorUserId": admin})), added);
            assert!(of(t, &user, json!({"editorUserId": user})).is_empty());
            assert_eq!(
                of(t, &user, json!({"aggregateTypes": ["user", "org"]})),
                added
            );
            assert!(of(t, &user, json!({"aggregateTypes": ["org"]})).is_empty());
            assert!(of(t, &user, json!({"aggregateTypes": ["nothing"]})).is_empty());
            assert_eq!(of(t, &user, json!({"resourceOwner": org})), added);
            assert!(of(t, &user, json!({"resourceOwner": t.org_id()})).is_empty());
            assert!(of(t, &user, json!({"resourceOwner": "1"})).is_empty());
            assert!(of(t, "1", json!({})).is_empty());
            let of_org = types(t.call(json!({"resourceOwner": org, "asc": true})));
            assert_eq!(of_org.len(), 7, "{of_org:?}");
            assert_eq!(of_org[0], "org.added");
        }),
        case("event types choose, those of nobody nothing", |t| {
            let user = human(t);
            let types = json!({"eventTypes": [HISTORY[0], HISTORY[2], "user.nothing"]});
            assert_eq!(of(t, &user, types), [HISTORY[0], HISTORY[2]]);
            assert!(of(t, &user, json!({"eventTypes": ["user.nothing"]})).is_empty());
        }),
        case("the instance has a history too", |t| {
            let instance = t.rest_as_admin(&GET_MY_INSTANCE, json!({})).ok();
            let id = &instance["instance"]["id"];
            let request = json!({"aggregateId": id, "resourceOwner": id, "asc": true, "limit": 1});
            let answer = t.call(request).ok();
            let first = &answer["events"][0];
            assert_eq!(first["type"]["type"], "instance.member.added");
            assert_eq!(first["aggregate"]["type"]["type"], "instance");
            assert_eq!(first["editor"]["userId"], "SYSTEM");
        }),
        case("times choose: later ascending, earlier descending", |t| {
            let user = t.human();
            t.rest_as_admin(
                &UPDATE_HUMAN_PHONE,
                json!({"userId": user, "phone": t.number(), "isPhoneVerified": true}),
            )
            .ok();
            let changes = t.changes(&user);
            let (made, changed) = (changes[0].date.clone(), changes[2].date.clone());
            let phone = ["user.human.phone.changed", "user.human.phone.verified"];
            let first = [HISTORY[0], HISTORY[1]];
            for name in ["from", "creationDate"] {
                assert_eq!(of(t, &user, json!({name: made})), phone, "{name}");
                let down = json!({name: changed, "asc": false});
                assert_eq!(of(t, &user, down), [first[1], first[0]], "{name}");
            }
            let both = json!({"from": changed, "creationDate": made});
            assert!(of(t, &user, both).is_empty());
            let range = |since: &Value, until: &Value| {
                let range = json!({"since": since, "until": until});
                of(t, &user, json!({"range": range, "creationDate": changed}))
            };
            assert_eq!(range(&Value::Null, &changed), first);
            assert_eq!(range(&made, &Value::Null), phone);
            assert!(range(&made, &changed).is_empty());
        }),
        case("limits", |t| {
            let long = "a".repeat(201);
            for name in ["editorUserId", "aggregateId", "resourceOwner"] {
                t.call(json!({name: long})).expect_invalid();
            }
            t.call(json!({"eventTypes": vec!["a"; 31]}))
                .expect_invalid();
            t.call(json!({"aggregateTypes": vec!["a"; 11]}))
                .expect_invalid();
        }),
        case("it needs events.read", |t| {
            let owner = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
            t.by(&owner)
                .call(json!({}))
                .fails(Kind::Denied, "AUTH-5mWD2");
        }),
    ],
};

#[test]
fn list_events_agrees_with_its_table() {
    TABLE.run();
}
