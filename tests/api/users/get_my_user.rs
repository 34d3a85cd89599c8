//! v1 auth `GetMyUser` (contract/users.md §3).

use serde_json::json;

use crate::{
    operations::{GET_MY_USER, GET_USER_BY_ID_V1},
    table::{Table, case},
};

/// The cases of `GetMyUser`.
pub const TABLE: Table = Table {
    operation: &GET_MY_USER,
    cases: &[
        case("people see themselves as management shows them", |t| {
            let user = t.human_with_verified_phone(&t.number());
            let token = t.token_of(&user);
            let answer = t.by(&token).call(json!({})).ok();
            let shown = t.rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": user}));
            assert_eq!(answer, shown.ok());
        }),
        case("a machine sees itself", |t| {
            let machine = t.machine();
            let token = t.token_of_machine(&machine);
            let answer = t.by(&token).call(json!({})).ok();
            assert_eq!(answer["user"]["id"], machine.as_str());
            assert_eq!(answer["user"]["machine"]["name"], "Difference Engine");
        }),
        case("the organization header does not redirect the call", |t| {
            let answer = t.by(&t.admin.token).within(&t.org()).call(json!({})).ok();
            assert_eq!(answer["user"]["id"], t.admin.user.as_str());
        }),
    ],
};

#[test]
fn get_my_user_agrees_with_its_table() {
    TABLE.run();
}
