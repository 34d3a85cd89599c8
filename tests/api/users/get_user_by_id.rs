//! v2 `GetUserByID` (contract/users.md §4).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::GET_USER_BY_ID,
    table::{Table, case},
};

/// The cases of `GetUserByID`.
pub const TABLE: Table = Table {
    operation: &GET_USER_BY_ID,
    cases: &[
        case(
            "a person is shown with the optional members of the profile",
            |t| {
                let number = t.number();
                let phone = json!({"phone": number, "isVerified": true});
                let request = t.new_human(json!({"phone": phone}));
                let answer = t.rest_as_admin(&crate::operations::ADD_HUMAN_USER, request.clone());
                let user = answer.ok()["userId"].clone();
                let answer = t.call(json!({"userId": user})).ok();
                let name = &request["username"];
                let shown = &answer["user"];
                assert_eq!(answer["details"], shown["details"]);
                assert_eq!(
                    *shown,
                    json!({
                        "userId": user,
                        "details": answer["details"],
                        "state": "USER_STATE_ACTIVE",
                        "username": name,
                        "loginNames": [name],
                        "preferredLoginName": name,
                        "human": {
                            "profile": {
                                "givenName": "Ada",
                                "familyName": "Lovelace",
                                "nickName": "",
                                "displayName": "Ada Lovelace",
                                "preferredLanguage": "und",
                                "gender": "GENDER_UNSPECIFIED",
                            },
                            "email": {"email": request["email"]["email"], "isVerified": true},
                            "phone": {"phone": number, "isVerified": true},
                        },
                    })
                );
            },
        ),
        case("the details have all four members", |t| {
            let user = t.human();
            let answer = t.call(json!({"userId": user})).ok();
            let changes = t.changes(&user);
            assert_eq!(
                answer["details"],
                json!({
                    "sequence": "2",
                    "creationDate": changes[0].date,
                    "changeDate": changes[1].date,
                    "resourceOwner": t.org_id(),
                })
            );
        }),
        case("a machine is shown", |t| {
            let answer = t.call(json!({"userId": t.machine()})).ok();
            assert_eq!(
                answer["user"]["machine"],
                json!({"name": "Difference Engine"})
            );
        }),
        case("an initial user has the state of v2", |t| {
            let answer = t.call(json!({"userId": t.initial_human(json!({}))})).ok();
            assert_eq!(answer["user"]["state"], "USER_STATE_INITIAL");
        }),
        case("people see themselves", |t| {
            let user = t.human();
            let token = t.token_of(&user);
            t.by(&token).call(json!({"userId": user})).ok();
        }),
        case("others need user.read where the user belongs", |t| {
            let org = t.org();
            let request = json!({"userId": t.human_in(&org, json!({}))});
            let nobody = t.token_without_membership();
            t.by(&nobody)
                .call(request.clone())
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let creator = t.token_with_roles(&org, &["ORG_PROJECT_CREATOR"]);
            t.by(&creator)
                .call(request.clone())
                .fails(Kind::Denied, "AUTH-AWfge");
            let viewer = t.token_with_roles(&org, &["ORG_OWNER_VIEWER"]);
            t.by(&viewer).call(request).ok();
        }),
        case("an unknown or removed user is not found", |t| {
            let removed = t.human();
            t.remove(&removed);
            for user in ["1", &removed] {
                t.call(json!({"userId": user}))
                    .fails(Kind::NotFound, "QUERY-Dfbg2");
            }
        }),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
            if !t.encoding.uses_rest_path() {
                t.call(json!({})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn get_user_by_id_agrees_with_its_table() {
    TABLE.run();
}
