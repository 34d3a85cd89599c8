//! v1 management `RemovePersonalAccessToken` (contract/users.md §2).

use serde_json::{Value, json};

use crate::{
    clients::Kind,
    operations::{ADD_PERSONAL_ACCESS_TOKEN, GET_MY_USER, REMOVE_PERSONAL_ACCESS_TOKEN},
    table::{Scene, Table, case},
};

fn token_of(t: &Scene, machine: &str) -> Value {
    let request = json!({"userId": machine});
    t.rest_as_admin(&ADD_PERSONAL_ACCESS_TOKEN, request).ok()
}

/// The cases of `RemovePersonalAccessToken`.
pub const TABLE: Table = Table {
    operation: &REMOVE_PERSONAL_ACCESS_TOKEN,
    cases: &[
        case("the token stops working at once, others do not", |t| {
            let machine = t.machine();
            let (first, second) = (token_of(t, &machine), token_of(t, &machine));
            let shown = |token: &Value| {
                let token = token["token"].as_str().unwrap();
                t.rest(&GET_MY_USER, token, None, json!({}))
            };
            shown(&first).ok();
            let request = json!({"userId": machine, "tokenId": first["tokenId"]});
            let answer = t.call(request).ok();
            t.expect_change(&answer, &machine, "user.pat.removed");
            shown(&first).fails(Kind::Unauthenticated, "AUTH-7fs1e");
            shown(&second).ok();
        }),
        case("a token that does not exist is not found", |t| {
            let (machine, other) = (t.machine(), t.machine());
            let token = token_of(t, &machine);
            let id = token["tokenId"].as_str().unwrap();
            for (user, id) in [(&machine, "1"), (&other, id), (&"1".to_owned(), id)] {
                t.call(json!({"userId": user, "tokenId": id}))
                    .fails(Kind::NotFound, "COMMAND-4m77G");
            }
            let request = json!({"userId": machine, "tokenId": id});
            t.call(request.clone()).ok();
            t.call(request).fails(Kind::NotFound, "COMMAND-4m77G");
        }),
        case("a machine of another organization is unknown", |t| {
            let machine = t.machine();
            let request = json!({"userId": machine, "tokenId": token_of(t, &machine)["tokenId"]});
            t.by(&t.admin.token)
                .within(&t.org())
                .call(request)
                .fails(Kind::NotFound, "COMMAND-4m77G");
        }),
        case("both ids have 1 to 200 characters", |t| {
            let long = "a".repeat(201);
            t.call(json!({"userId": long, "tokenId": "1"}))
                .expect_invalid();
            t.call(json!({"userId": "1", "tokenId": long}))
                .expect_invalid();
            if !t.encoding.uses_rest_path() {
                t.call(json!({"tokenId": "1"})).expect_invalid();
                t.call(json!({"userId": "1"})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn remove_personal_access_token_agrees_with_its_table() {
    TABLE.run();
}
