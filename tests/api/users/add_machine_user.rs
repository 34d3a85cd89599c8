//! v1 management `AddMachineUser` (contract/users.md §2).

use serde_json::{Value, json};

use crate::{
    app::App,
    clients::Kind,
    operations::{ADD_MACHINE_USER, GET_USER_BY_ID_V1},
    people::merged,
    table::{Table, case, expect_in_order},
};

const ADDED: &str = "user.machine.added";

fn new(app: &App, more: Value) -> Value {
    let request = json!({"userName": app.unique("engine"), "name": "Difference Engine"});
    merged(request, more)
}

/// The cases of `AddMachineUser`.
pub const TABLE: Table = Table {
    operation: &ADD_MACHINE_USER,
    cases: &[
        case("the answer has the id and all four details", |t| {
            let request = new(t, json!({"description": "counts", "accessTokenType": 1}));
            let answer = t.call(request.clone()).ok();
            let user = answer["userId"].as_str().unwrap();
            t.expect_change(&answer, user, ADDED);
            assert_eq!(t.events(user), [ADDED]);
            let shown = t
                .rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": user}))
                .ok();
            assert_eq!(
                shown["user"]["machine"],
                json!({
                    "name": "Difference Engine",
                    "description": "counts",
                    "accessTokenType": "ACCESS_TOKEN_TYPE_JWT",
                })
            );
        }),
        case("each error comes before the next", |t| {
            let taken = t.unique("taken");
            t.human_of(json!({"username": taken}));
            let faults = [
                (json!({"userName": " "}), Kind::Invalid, "COMMAND-bs9Ds"),
                (json!({"name": " "}), Kind::Invalid, "COMMAND-bm9Ds"),
                (
                    json!({"userId": t.human()}),
                    Kind::Precondition,
                    "COMMAND-k2una",
                ),
                (json!({"userName": taken}), Kind::Exists, "V3-DKcYh"),
            ];
            expect_in_order(|request| t.call(request), new(t, json!({})), &faults);
        }),
        case("an id can be chosen once", |t| {
            let id = t.unique("chosen");
            let answer = t.call(new(t, json!({"userId": id}))).ok();
            assert_eq!(answer["userId"], id.as_str());
            t.call(new(t, json!({"userId": id})))
                .fails(Kind::Precondition, "COMMAND-k2una");
        }),
        case(
            "user names are unique without regard to case, over people too",
            |t| {
                let human = t.new_human(json!({}));
                t.rest_as_admin(&crate::operations::ADD_HUMAN_USER, human.clone())
                    .ok();
                let upper = human["username"].as_str().unwrap().to_uppercase();
                t.call(new(t, json!({"userName": upper})))
                    .fails(Kind::Exists, "V3-DKcYh");
            },
        ),
        case(
            "the machine is made in the organization of the header",
            |t| {
                let org = t.org();
                let answer = t.by(&t.admin.token).within(&org).call(new(t, json!({})));
                assert_eq!(answer.ok()["details"]["resourceOwner"], org.as_str());
            },
        ),
        case("names, description and token type follow the rules", |t| {
            let long = "x".repeat(501);
            for wrong in [
                json!({"userName": ""}),
                json!({"userName": &long[..201]}),
                json!({"name": ""}),
                json!({"name": &long[..201]}),
                json!({"description": long}),
                json!({"accessTokenType": 2}),
                json!({"userId": ""}),
                json!({"userId": &long[..201]}),
            ] {
                let answer = t.call(new(t, wrong.clone()));
                let failure = answer.0.expect_err(&wrong.to_string());
                assert_eq!(
                    (failure.code, failure.id()),
                    (3, None),
                    "{wrong}: {failure:?}"
                );
            }
            t.call(new(
                t,
                json!({"description": &long[..500], "name": &long[..200]}),
            ))
            .ok();
        }),
    ],
};

#[test]
fn add_machine_user_agrees_with_its_table() {
    TABLE.run();
}
