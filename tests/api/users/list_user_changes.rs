//! v1 management `ListUserChanges` (contract/users.md §2, events.md).

use serde_json::{Value, json};

use crate::{
    clients::Answer,
    operations::LIST_USER_CHANGES,
    table::{Scene, Table, case},
};

fn sequences(answer: Answer) -> Vec<String> {
    let answer = answer.ok();
    let result = answer["result"].as_array().cloned().unwrap_or_default();
    let sequence = |change: Value| change["sequence"].as_str().unwrap().to_owned();
    result.into_iter().map(sequence).collect()
}

fn human_with_three_events(t: &Scene) -> String {
    t.human_with_verified_phone(&t.number())
}

/// The cases of `ListUserChanges`.
pub const TABLE: Table = Table {
    operation: &LIST_USER_CHANGES,
    cases: &[
        case("a change tells what, when, where and by whom", |t| {
            let user = t.human();
            let answer = t.call(json!({"userId": user})).ok();
            assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
            let newest = &answer["result"][0];
            let event = &newest["eventType"];
            assert_eq!(event["key"], "EventTypes.user.human.email.verified");
            assert!(!event["localizedMessage"].as_str().unwrap().is_empty());
            assert_eq!(newest["sequence"], "2");
            assert_eq!(newest["resourceOwnerId"], t.org_id());
            assert_eq!(newest["editorId"], t.admin.user.as_str());
            assert_eq!(newest["editorPreferredLoginName"], "admin");
            assert!(!newest["editorDisplayName"].as_str().unwrap().is_empty());
            let date = newest["changeDate"].as_str().unwrap();
            assert!(date.ends_with('Z'), "{date}");
            assert!(newest.get("editorAvatarUrl").is_none());
            // Both events are of one request.
            assert_eq!(answer["result"][1]["changeDate"], newest["changeDate"]);
        }),
        case("newest first unless told otherwise", |t| {
            let user = human_with_three_events(t);
            let request = json!({"userId": user});
            assert_eq!(sequences(t.call(request)), ["3", "2", "1"]);
            let request = json!({"userId": user, "query": {"asc": true}});
            assert_eq!(sequences(t.call(request)), ["1", "2", "3"]);
        }),
        case("a limit and a sequence choose a part", |t| {
            let user = human_with_three_events(t);
            let part = |query| sequences(t.call(json!({"userId": user, "query": query})));
            assert_eq!(part(json!({"limit": 2})), ["3", "2"]);
            assert_eq!(part(json!({"limit": 1, "asc": true})), ["1"]);
            assert_eq!(part(json!({"sequence": "1"})), ["3", "2"]);
            assert_eq!(
                part(json!({"sequence": "1", "limit": 1, "asc": true})),
                ["2"]
            );
            assert_eq!(part(json!({"limit": 100})), ["3", "2", "1"]);
            assert!(part(json!({"sequence": "3"})).is_empty());
        }),
        case("an unknown user has an empty history", |t| {
            t.call(json!({"userId": "1"})).expect_empty();
        }),
        case("a removed user's history stays", |t| {
            let user = t.human();
            t.remove(&user);
            assert_eq!(sequences(t.call(json!({"userId": user}))), ["3", "2", "1"]);
        }),
        case(
            "the history of a user of another organization is shown there only",
            |t| {
                let org = t.org();
                let user = t.human_in(&org, json!({}));
                t.call(json!({"userId": user})).expect_empty();
                let answer = t.by(&t.admin.token).within(&org);
                assert_eq!(sequences(answer.call(json!({"userId": user}))), ["2", "1"]);
            },
        ),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
            if !t.encoding.uses_rest_path() {
                t.call(json!({})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn list_user_changes_agrees_with_its_table() {
    TABLE.run();
}
