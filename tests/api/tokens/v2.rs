//! v2 `AddPersonalAccessToken` and `RemovePersonalAccessToken` (contract/users.md §4).

use serde_json::{Value, json};

use crate::{
    clients::Kind,
    operations::{
        ADD_PERSONAL_ACCESS_TOKEN, ADD_PERSONAL_ACCESS_TOKEN_V2, GET_MY_USER,
        REMOVE_PERSONAL_ACCESS_TOKEN_V2,
    },
    table::{Table, case, run_tables},
};

/// The cases of `AddPersonalAccessToken`.
pub const ADD: Table = Table {
    operation: &ADD_PERSONAL_ACCESS_TOKEN_V2,
    cases: &[
        case(
            "the token works, and the answer has id, token and date",
            |t| {
                let machine = t.machine();
                let answer = t.call(request(&machine)).ok();
                assert_eq!(answer.as_object().unwrap().len(), 3, "{answer}");
                let last = t.changes(&machine).pop().unwrap();
                assert_eq!(last.event, "user.pat.added");
                assert_eq!(last.date, answer["creationDate"]);
                let token = answer["token"].as_str().unwrap();
                let shown = t.rest(&GET_MY_USER, token, None, json!({})).ok();
                assert_eq!(shown["user"]["id"], machine.as_str());
            },
        ),
        case(
            "the user is looked at first, then its type, then the date",
            |t| {
                let past = |user: &str| {
                    t.call(json!({"userId": user, "expirationDate": "2020-01-01T00:00:00Z"}))
                };
                past("1").fails(Kind::Precondition, "COMMAND-Dggw2");
                past(&t.human()).fails(Kind::Precondition, "COMMAND-Df2f1");
                past(&t.machine()).fails(Kind::Invalid, "DOMAIN-dv3t5");
            },
        ),
        case("user.write in the user's organization is needed", |t| {
            let machine = t.machine();
            t.by(&t.token_of_machine(&machine))
                .call(request(&machine))
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
            t.by(&viewer)
                .call(request(&machine))
                .fails(Kind::Denied, "AUTH-AWfge");
        }),
        case(
            "the end is required, and a user id has 1 to 200 characters",
            |t| {
                t.call(json!({"userId": t.machine()})).expect_invalid();
                t.call(request(&"a".repeat(201))).expect_invalid();
            },
        ),
    ],
};

/// The cases of `RemovePersonalAccessToken`.
pub const REMOVE: Table = Table {
    operation: &REMOVE_PERSONAL_ACCESS_TOKEN_V2,
    cases: &[
        case("the token stops working at once", |t| {
            let machine = t.machine();
            let made = t.rest_as_admin(&ADD_PERSONAL_ACCESS_TOKEN, json!({"userId": machine}));
            let made = made.ok();
            let request = json!({"userId": machine, "tokenId": made["tokenId"]});
            t.by(&t.token_of_machine(&machine))
                .call(request.clone())
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let answer = t.call(request.clone()).ok();
            let last = t.changes(&machine).pop().unwrap();
            assert_eq!(last.event, "user.pat.removed");
            assert_eq!(answer, json!({"deletionDate": last.date}));
            t.rest(
                &GET_MY_USER,
                made["token"].as_str().unwrap(),
                None,
                json!({}),
            )
            .fails(Kind::Unauthenticated, "AUTH-7fs1e");
            t.call(request).fails(Kind::NotFound, "COMMAND-4m77G");
        }),
        case("unknown users and tokens are not found", |t| {
            for user in ["1", &t.machine()] {
                t.call(json!({"userId": user, "tokenId": "1"}))
                    .fails(Kind::NotFound, "COMMAND-4m77G");
            }
        }),
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

fn request(machine: &str) -> Value {
    json!({"userId": machine, "expirationDate": "2100-01-01T00:00:00Z"})
}

run_tables! {
    add_personal_access_token_v2_agrees_with_its_table = ADD,
    remove_personal_access_token_v2_agrees_with_its_table = REMOVE,
}
