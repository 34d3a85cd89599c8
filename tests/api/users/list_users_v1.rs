//! v1 management `ListUsers` (contract/users.md §2).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{GET_USER_BY_ID_V1, LIST_USERS_V1},
    table::{Scene, Table, case},
    users::searching::{self, Searched},
};

fn searched(t: &Scene) -> Searched<'_> {
    Searched::new(t, false)
}

/// The cases of `ListUsers`.
pub const TABLE: Table = Table {
    operation: &LIST_USERS_V1,
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
        case("an empty text is one like all others", |t| {
            let s = searched(t);
            let nick = |method: &str| {
                let method = format!("TEXT_QUERY_METHOD_{method}");
                s.by(json!({"nickNameQuery": {"nickName": "", "method": method}}))
            };
            assert_eq!(nick("EQUALS"), [4]);
            assert_eq!(nick("EQUALS_IGNORE_CASE"), [4]);
            for method in ["STARTS_WITH", "CONTAINS_IGNORE_CASE", "ENDS_WITH"] {
                assert_eq!(nick(method), [0, 1, 2, 3, 4], "{method}");
            }
        }),
        case("users are shown as GetUserByID shows them", |t| {
            let s = searched(t);
            let answer = s.list(json!({})).ok();
            for (place, shown) in answer["result"].as_array().unwrap().iter().enumerate() {
                let request = json!({"id": s.ids[place]});
                let token = &t.admin.token;
                let user = t.rest(&GET_USER_BY_ID_V1, token, Some(&s.org), request);
                assert_eq!(*shown, user.ok()["user"]);
            }
        }),
        case(
            "removed users and those of other organizations are not shown",
            |t| {
                let s = searched(t);
                let other = searched(t);
                assert!(
                    other
                        .by(json!({"inUserIdsQuery": {"userIds": s.ids}}))
                        .is_empty()
                );
                let request = json!({"id": s.ids[1]});
                let token = &t.admin.token;
                t.rest(
                    &crate::operations::REMOVE_USER,
                    token,
                    Some(&s.org),
                    request,
                )
                .ok();
                assert_eq!(s.found(json!({})), [0, 2, 3, 4, 5]);
                assert_eq!(s.total(json!({})), 5);
                let anna = json!({"firstNameQuery": {"firstName": "anna", "method": "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE"}});
                assert_eq!(s.by(anna), [2]);
            },
        ),
        case(
            "a text has at most 200 characters and a method a name",
            |t| {
                let s = searched(t);
                let long = json!({"emailQuery": {"emailAddress": "a".repeat(201)}});
                s.list(json!({"queries": [long]})).expect_invalid();
                let unknown = json!({"emailQuery": {"emailAddress": "a", "method": 8}});
                s.list(json!({"queries": [unknown]})).expect_invalid();
            },
        ),
        case("it needs user.read in the organization", |t| {
            let org = t.org();
            let nobody = t.token_without_membership();
            let call = t.by(&nobody).within(&org);
            call.call(json!({"queries": [{}]}))
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let creator = t.token_with_roles(&org, &["ORG_PROJECT_CREATOR"]);
            let call = t.by(&creator).within(&org);
            call.call(json!({})).fails(Kind::Denied, "AUTH-5mWD2");
            let viewer = t.token_with_roles(&org, &["ORG_OWNER_VIEWER"]);
            let answer = t.by(&viewer).within(&org).call(json!({})).ok();
            assert!(answer.get("result").is_none(), "{answer}");
            assert!(answer["details"].get("totalResult").is_none(), "{answer}");
        }),
    ],
};

#[test]
fn list_users_of_v1_agrees_with_its_table() {
    TABLE.run();
}
