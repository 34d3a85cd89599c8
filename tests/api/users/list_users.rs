//! v2 `ListUsers` (contract/users.md §4).

use serde_json::{Value, json};

use crate::{
    clients::Answer,
    operations::{GET_USER_BY_ID, LIST_USERS},
    table::{Scene, Table, case},
    users::searching::{self, Searched, size},
};

fn searched(t: &Scene) -> Searched<'_> {
    Searched::new(t, true)
}

fn ids(answer: Answer) -> Vec<String> {
    let answer = answer.ok();
    let users = answer["result"].as_array().cloned().unwrap_or_default();
    let id = |user: Value| user["userId"].as_str().unwrap().to_owned();
    users.into_iter().map(id).collect()
}

/// The cases of `ListUsers`.
pub const TABLE: Table = Table {
    operation: &LIST_USERS,
    cases: &[
        case("every method compares as it says", |t| {
            searching::every_method(&searched(t));
        }),
        case("letters of all alphabets have a case", |t| {
            searching::other_alphabets(&searched(t));
        }),
        case("wildcards and quotes are taken literally", |t| {
            searching::texts_are_literal(&searched(t));
        }),
        case("each text is looked for in its own place", |t| {
            searching::every_text(&searched(t));
        }),
        case("users are found by state, kind and id", |t| {
            searching::states_kinds_and_ids(&searched(t));
        }),
        case("queries combine", |t| {
            searching::combinations(&searched(t));
        }),
        case("an empty query is refused", |t| {
            searching::empty_queries(&searched(t));
        }),
        case("queries nest twenty levels deep", |t| {
            searching::nesting(&searched(t));
        }),
        case("a search has an end", |t| {
            searching::many_queries(&searched(t));
        }),
        case("a list is paged and tells its length", |t| {
            searching::paging(&searched(t));
        }),
        case("a list is sorted by every column", |t| {
            searching::sorting(&searched(t));
        }),
        case("users are found by their numbers", |t| {
            let s = searched(t);
            let request = json!({"userId": s.ids[3]});
            let user = t.rest_as_admin(&GET_USER_BY_ID, request).ok();
            let number = user["user"]["human"]["phone"]["phone"].as_str().unwrap();
            let by = |number: &str, method: &str| {
                let method = format!("TEXT_QUERY_METHOD_{method}");
                s.by(json!({"phoneQuery": {"number": number, "method": method}}))
            };
            assert_eq!(by(number, "EQUALS"), [3]);
            assert_eq!(by(number, "EQUALS_IGNORE_CASE"), [3]);
            assert_eq!(by(&number[..9], "STARTS_WITH"), [0, 1, 2, 3, 4]);
            assert_eq!(by(&number[6..], "ENDS_WITH"), [3]);
            assert_eq!(by(&number[4..9], "CONTAINS"), [0, 1, 2, 3, 4]);
            assert!(by(&number[1..], "STARTS_WITH").is_empty());
            let long = json!({"phoneQuery": {"number": "1".repeat(21)}});
            s.list(json!({"queries": [long]})).expect_invalid();
        }),
        case("users are found by their metadata", |t| {
            if t.is_beta() {
                return; // it has no such queries
            }
            let s = searched(t);
            let shoe = format!("{}-Shoe", s.prefix);
            let key = |key: &str, method: &str| {
                let method = format!("TEXT_QUERY_METHOD_{method}");
                json!({"metadataKeyFilter": {"key": key, "method": method}})
            };
            let value = |value: usize| json!({"metadataValueFilter": {"value": size(value)}});
            assert_eq!(s.by(key(&shoe, "EQUALS")), [0, 1, 2, 3, 4]);
            assert_eq!(
                s.by(key(&shoe.to_lowercase(), "EQUALS_IGNORE_CASE")),
                [0, 1, 2, 3, 4]
            );
            assert!(s.by(key(&shoe.to_lowercase(), "EQUALS")).is_empty());
            assert_eq!(s.by(key("a", "CONTAINS")), [0, 1, 2, 3, 4]);
            assert_eq!(s.by(value(3)), [3]);
            assert_eq!(s.by(value(1)), [0, 1, 2, 3, 4]);
            // Key and value are of one entry.
            let both = |key: Value, value: Value| s.found(json!({"queries": [key, value]}));
            assert_eq!(both(key(&shoe, "EQUALS"), value(1)), [1]);
            assert!(both(key("hat", "EQUALS"), value(3)).is_empty());
            let other = json!({"metadataValueFilter": {"value": size(1), "method": "BYTE_FILTER_METHOD_NOT_EQUALS"}});
            assert_eq!(s.by(other.clone()), [0, 2, 3, 4]);
            assert!(both(key("hat", "EQUALS"), other).is_empty());
            let without = json!({"notQuery": {"query": key("hat", "EQUALS")}});
            assert_eq!(s.by(without), [5]);
        }),
        case("users are found by their organization", |t| {
            let s = searched(t);
            let of =
                |org: &str| json!({"queries": [{"organizationIdQuery": {"organizationId": org}}]});
            assert_eq!(ids(t.call(of(&s.org))), s.ids);
            assert!(ids(t.call(of("nowhere"))).is_empty());
            t.call(of(&"1".repeat(201))).expect_invalid();
        }),
        case("a text has 1 to 200 characters", |t| {
            for text in [String::new(), "a".repeat(201)] {
                let query = json!({"lastNameQuery": {"lastName": text}});
                t.call(json!({"queries": [query]})).expect_invalid();
            }
        }),
        case("users are shown as GetUserByID shows them", |t| {
            let s = searched(t);
            let answer = s.list(json!({})).ok();
            for (place, shown) in answer["result"].as_array().unwrap().iter().enumerate() {
                let user = t.rest_as_admin(&GET_USER_BY_ID, json!({"userId": s.ids[place]}));
                assert_eq!(*shown, user.ok()["user"]);
            }
        }),
        case(
            "the caller sees the organizations with user.read and itself",
            |t| {
                let s = searched(t);
                let machine = t.machine();
                let token = t.token_of_machine(&machine);
                // Without any permission only itself, whatever is asked for.
                let answer = t.by(&token).call(json!({})).ok();
                assert_eq!(answer["details"]["totalResult"], "1");
                assert_eq!(answer["result"][0]["userId"], machine.as_str());
                let own = json!({"inUserIdsQuery": {"userIds": [machine, s.ids[0]]}});
                let request = json!({"queries": [own]});
                assert_eq!(
                    ids(t.by(&token).call(request)),
                    std::slice::from_ref(&machine)
                );
                let elsewhere = json!({"organizationIdQuery": {"organizationId": s.org}});
                assert!(ids(t.by(&token).call(json!({"queries": [elsewhere.clone()]}))).is_empty());
                // A role that grants something else changes nothing.
                let member = |roles: &[&str]| {
                    let request = json!({"userId": machine, "roles": roles});
                    let operation = &crate::operations::ADD_ORG_MEMBER;
                    t.rest(operation, &t.admin.token, Some(&s.org), request)
                        .ok();
                };
                member(&["ORG_PROJECT_CREATOR"]);
                assert_eq!(
                    ids(t.by(&token).call(json!({}))),
                    std::slice::from_ref(&machine)
                );
                let request = json!({"userId": machine});
                let operation = &crate::operations::REMOVE_ORG_MEMBER;
                t.rest(operation, &t.admin.token, Some(&s.org), request)
                    .ok();
                member(&["ORG_USER_MANAGER"]);
                let seen: Vec<_> = s.ids.iter().chain([&machine]).cloned().collect();
                assert_eq!(ids(t.by(&token).call(json!({}))), seen);
                assert_eq!(
                    ids(t.by(&token).call(json!({"queries": [elsewhere]}))),
                    s.ids
                );
                // The header chooses nothing.
                assert_eq!(ids(t.by(&token).within(&s.org).call(json!({}))), seen);
            },
        ),
        case("an instance owner sees everybody", |t| {
            let s = searched(t);
            let wanted = [&s.ids[0], &t.admin.user];
            let request = json!({"queries": [{"inUserIdsQuery": {"userIds": wanted}}]});
            assert_eq!(ids(t.call(request)).len(), 2);
        }),
    ],
};

#[test]
fn list_users_agrees_with_its_table() {
    TABLE.run();
}
