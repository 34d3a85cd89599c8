//! `ListEventTypes` and `ListAggregateTypes` (contract/events.md §5).

use serde_json::{Value, json};

use crate::{
    operations::{LIST_AGGREGATE_TYPES, LIST_EVENT_TYPES, LIST_EVENTS},
    table::{Table, case, run_tables},
};

/// The cases of `ListEventTypes`.
pub const EVENTS: Table = Table {
    operation: &LIST_EVENT_TYPES,
    cases: &[
        case(
            "all types in the order of the alphabet, with their keys",
            |t| {
                let answer = t.call(json!({})).ok();
                let types = answer["eventTypes"].as_array().unwrap();
                let name = |found: &Value| found["type"].as_str().unwrap().to_owned();
                let names: Vec<_> = types.iter().map(name).collect();
                assert!(names.is_sorted_by(|one, next| one < next), "{names:?}");
                for name in [
                    "user.human.phone.changed",
                    "org.removed",
                    "instance.member.added",
                ] {
                    assert!(names.iter().any(|known| known == name), "{name}");
                }
                for (found, name) in types.iter().zip(&names) {
                    assert_eq!(found["localized"]["key"], format!("EventTypes.{name}"));
                }
            },
        ),
        case("no event is of another type", |t| {
            let answer = t.call(json!({})).ok();
            let known = answer["eventTypes"].as_array().unwrap().clone();
            let events = t.rest_as_admin(&LIST_EVENTS, json!({})).ok();
            for event in events["events"].as_array().unwrap() {
                assert!(known.contains(&event["type"]), "{event}");
            }
        }),
    ],
};

/// The cases of `ListAggregateTypes`.
pub const AGGREGATES: Table = Table {
    operation: &LIST_AGGREGATE_TYPES,
    cases: &[case("the kinds of objects with their keys", |t| {
        let kind = |name: &str| {
            let key = format!("AggregateTypes.{name}");
            json!({"type": name, "localized": {"key": key, "localizedMessage": key}})
        };
        let kinds = ["instance", "org", "user"].map(kind);
        assert_eq!(t.call(json!({})).ok(), json!({"aggregateTypes": kinds}));
    })],
};

run_tables! {
    list_event_types_agrees_with_its_table = EVENTS,
    list_aggregate_types_agrees_with_its_table = AGGREGATES,
}
