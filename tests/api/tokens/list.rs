//! v1 `GetPersonalAccessTokenByIDs` and `ListPersonalAccessTokens`, v2 `ListPersonalAccessTokens`
//! (contract/users.md §2 and §4). Filters, order and pages are those of `keys/list.rs`.

use serde_json::{Value, json};

use crate::{
    app::App,
    clients::Kind,
    operations::{
        ADD_PERSONAL_ACCESS_TOKEN, DEACTIVATE_USER_V1, GET_PERSONAL_ACCESS_TOKEN,
        LIST_PERSONAL_ACCESS_TOKENS, LIST_PERSONAL_ACCESS_TOKENS_V1,
    },
    table::{Table, case, run_tables},
};

const NEVER: &str = "9999-12-31T23:59:59Z";

/// The cases of v1 `GetPersonalAccessTokenByIDs`.
pub const GET: Table = Table {
    operation: &GET_PERSONAL_ACCESS_TOKEN,
    cases: &[
        case("a token is shown without its text", |t| {
            let machine = t.machine();
            let token = token_of(t, &machine);
            let answer = t.call(json!({"userId": machine, "tokenId": token})).ok();
            let last = t.changes(&machine).pop().unwrap();
            let expected = json!({"token": {
                "id": token,
                "details": {
                    "sequence": last.sequence,
                    "creationDate": last.date,
                    "changeDate": last.date,
                    "resourceOwner": t.org_id(),
                },
                "expirationDate": NEVER,
                "scopes": [
                    "openid",
                    "profile",
                    "urn:zitadel:iam:user:metadata",
                    "urn:zitadel:iam:user:resourceowner",
                ],
            }});
            assert_eq!(answer, expected);
        }),
        case(
            "unknown tokens, tokens of others and elsewhere are not found",
            |t| {
                let (machine, other) = (t.machine(), t.machine());
                let token = token_of(t, &machine);
                for (user, token) in [(&machine, "1"), (&other, &token), (&"1".to_owned(), &token)]
                {
                    t.call(json!({"userId": user, "tokenId": token}))
                        .fails(Kind::NotFound, "QUERY-fRunu");
                }
                t.by(&t.admin.token)
                    .within(&t.org())
                    .call(json!({"userId": machine, "tokenId": token}))
                    .fails(Kind::NotFound, "QUERY-fRunu");
            },
        ),
        case("both ids have 1 to 200 characters", |t| {
            let long = "a".repeat(201);
            for request in [
                json!({"userId": long, "tokenId": "1"}),
                json!({"userId": "1", "tokenId": long}),
            ] {
                t.call(request).expect_invalid();
            }
        }),
    ],
};

/// The cases of v1 `ListPersonalAccessTokens`.
pub const LIST_V1: Table = Table {
    operation: &LIST_PERSONAL_ACCESS_TOKENS_V1,
    cases: &[
        case(
            "the tokens of one machine come in pages, oldest first",
            |t| {
                let machine = t.machine();
                let tokens: Vec<_> = (0..3).map(|_| token_of(t, &machine)).collect();
                for (query, expected) in [
                    (json!({}), &tokens[..]),
                    (json!({"offset": "1", "limit": 1}), &tokens[1..2]),
                ] {
                    let answer = t.call(json!({"userId": machine, "query": query})).ok();
                    assert_eq!(answer["details"]["totalResult"], "3");
                    assert_eq!(ids(&answer), expected, "{query}");
                }
            },
        ),
        case("dead tokens stay listed", |t| {
            let machine = t.machine();
            let token = token_of(t, &machine);
            t.rest_as_admin(&DEACTIVATE_USER_V1, json!({"id": machine}))
                .ok();
            assert_eq!(ids(&t.call(json!({"userId": machine})).ok()), [token]);
        }),
        case("nobody has no tokens", |t| {
            assert_eq!(t.call(json!({"userId": "1"})).ok().get("result"), None);
            t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
        }),
    ],
};

/// The cases of v2 `ListPersonalAccessTokens`.
pub const LIST: Table = Table {
    operation: &LIST_PERSONAL_ACCESS_TOKENS,
    cases: &[
        case("a token is shown without its text", |t| {
            let machine = t.machine();
            let token = token_of(t, &machine);
            let date = t.changes(&machine).pop().unwrap().date;
            let shown = json!([{
                "creationDate": date,
                "changeDate": date,
                "id": token,
                "userId": machine,
                "organizationId": t.org_id(),
                "expirationDate": NEVER,
            }]);
            let future = json!({"timestamp": "2100-01-01T00:00:00Z", "method": 1});
            for filter in [
                json!({"tokenIdFilter": {"id": token}}),
                json!({"userIdFilter": {"id": machine}}),
            ] {
                let more = [
                    json!({"organizationIdFilter": {"id": t.org_id()}}),
                    json!({"expirationDateFilter": future}),
                    json!({"createdDateFilter": {"method": 1}}),
                ];
                let filters: Vec<_> = more.into_iter().chain([filter]).collect();
                assert_eq!(t.call(json!({"filters": filters})).ok()["result"], shown);
            }
        }),
        case("only what the caller may read is listed", |t| {
            let machine = t.machine();
            let own = t.token_of_machine(&machine);
            let listed = t.by(&own).call(json!({"sortingColumn": 2})).ok();
            assert_eq!(listed["pagination"]["totalResult"], "1", "{listed}");
            assert_eq!(listed["result"][0]["userId"], machine.as_str());
        }),
        case(
            "pages have a greatest size, and a filter says something",
            |t| {
                t.call(json!({"pagination": {"limit": 1001}}))
                    .fails(Kind::Invalid, "QUERY-4M0fs");
                t.call(json!({"filters": [{}]})).expect_invalid();
            },
        ),
    ],
};

fn token_of(app: &App, machine: &str) -> String {
    let answer = app.rest_as_admin(&ADD_PERSONAL_ACCESS_TOKEN, json!({"userId": machine}));
    answer.ok()["tokenId"].as_str().unwrap().to_owned()
}

fn ids(answer: &Value) -> Vec<String> {
    let result = answer["result"].as_array().cloned().unwrap_or_default();
    let id = |token: Value| token["id"].as_str().unwrap().to_owned();
    result.into_iter().map(id).collect()
}

run_tables! {
    get_personal_access_token_by_ids_agrees_with_its_table = GET,
    list_personal_access_tokens_v1_agrees_with_its_table = LIST_V1,
    list_personal_access_tokens_agrees_with_its_table = LIST,
}
