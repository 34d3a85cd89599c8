//! v1 management `GetUserByID` (contract/users.md §2).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::GET_USER_BY_ID_V1,
    table::{Table, case},
};

/// The cases of `GetUserByID`.
pub const TABLE: Table = Table {
    operation: &GET_USER_BY_ID_V1,
    cases: &[
        case("a person is shown with profile, email and phone", |t| {
            let request = t.new_human(json!({"profile": {
                "givenName": "Ada",
                "familyName": "Lovelace",
                "nickName": "Countess",
                "displayName": "Lady Ada",
                "preferredLanguage": "en",
                "gender": "GENDER_FEMALE",
            }}));
            let answer = t.rest_as_admin(&crate::operations::ADD_HUMAN_USER, request.clone());
            let user = answer.ok()["userId"].clone();
            let changes = t.changes(user.as_str().unwrap());
            let name = &request["username"];
            assert_eq!(
                t.call(json!({"id": user})).ok(),
                json!({"user": {
                    "id": user,
                    "details": {
                        "sequence": "2",
                        "creationDate": changes[0].date,
                        "changeDate": changes[1].date,
                        "resourceOwner": t.org_id(),
                    },
                    "state": "USER_STATE_ACTIVE",
                    "userName": name,
                    "loginNames": [name],
                    "preferredLoginName": name,
                    "human": {
                        "profile": {
                            "firstName": "Ada",
                            "lastName": "Lovelace",
                            "nickName": "Countess",
                            "displayName": "Lady Ada",
                            "preferredLanguage": "en",
                            "gender": "GENDER_FEMALE",
                        },
                        "email": {"email": request["email"]["email"], "isEmailVerified": true},
                        "phone": {},
                    },
                }})
            );
        }),
        case("an undefined language is told as und", |t| {
            let answer = t.call(json!({"id": t.human()})).ok();
            let profile = &answer["user"]["human"]["profile"];
            assert_eq!(profile["preferredLanguage"], "und");
            assert_eq!(profile["displayName"], "Ada Lovelace");
        }),
        case("a machine is shown", |t| {
            let answer = t.call(json!({"id": t.machine()})).ok();
            assert_eq!(
                answer["user"]["machine"],
                json!({"name": "Difference Engine"})
            );
        }),
        case("an unknown or removed user is not found", |t| {
            let removed = t.human();
            t.remove(&removed);
            for user in ["1", &removed] {
                t.call(json!({"id": user}))
                    .fails(Kind::NotFound, "QUERY-Dfbg2");
            }
        }),
        case("a user of another organization is found there only", |t| {
            let org = t.org();
            let user = t.human_in(&org, json!({}));
            t.call(json!({"id": user}))
                .fails(Kind::NotFound, "MANAG-fpo4B");
            let admin = &t.admin.token;
            t.by(admin).within(&org).call(json!({"id": user})).ok();
        }),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"id": "a".repeat(201)})).expect_invalid();
            if !t.encoding.uses_rest_path() {
                t.call(json!({})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn get_user_by_id_of_v1_agrees_with_its_table() {
    TABLE.run();
}
