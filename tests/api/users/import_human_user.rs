//! v1 management `ImportHumanUser` (contract/users.md §2).

use serde_json::{Value, json};

use super::{HASH, PASSWORD, WEAK_PASSWORDS, order};
use crate::{
    app::App,
    clients::Kind,
    operations::{GET_USER_BY_ID_V1, IMPORT_HUMAN_USER},
    people::merged,
    table::{Table, case},
};

const ADDED: &str = "user.human.added";
const EMAIL_VERIFIED: &str = "user.human.email.verified";
const INITIALIZATION: &str = "user.human.initialization.code.added";
const PHONE_CODE: &str = "user.human.phone.code.added";
const PHONE_VERIFIED: &str = "user.human.phone.verified";

/// A good request, with members added or replaced.
pub(super) fn new(app: &App, more: Value) -> Value {
    let name = app.unique("imported");
    let request = json!({
        "userName": name,
        "profile": {"firstName": "Ada", "lastName": "Lovelace"},
        "email": {"email": format!("{name}@example.com"), "isEmailVerified": true},
        "password": PASSWORD,
    });
    merged(request, more)
}

/// The cases of `ImportHumanUser`.
pub const TABLE: Table = Table {
    operation: &IMPORT_HUMAN_USER,
    cases: &[
        order::IMPORT_HUMAN,
        case("a domain of another organization is refused", |t| {
            let user_name = format!("ada@{}", t.foreign_domain());
            t.call(new(t, json!({"userName": user_name})))
                .fails(Kind::Invalid, "COMMAND-SFd21");
        }),
        case("a person with a password is active", |t| {
            let answer = t.call(new(t, json!({}))).ok();
            let user = answer["userId"].as_str().unwrap();
            t.expect_creation(&answer, user, EMAIL_VERIFIED);
            assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
            assert_eq!(t.events(user), [ADDED, EMAIL_VERIFIED]);
            let shown = t
                .rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": user}))
                .ok();
            assert_eq!(shown["user"]["state"], "USER_STATE_ACTIVE");
            assert!(shown["user"]["human"]["passwordChanged"].is_string());
        }),
        case("a person with a hashed password is active", |t| {
            let hashed = json!({"password": null, "hashedPassword": {"value": HASH}});
            let answer = t.call(new(t, hashed)).ok();
            let user = answer["userId"].as_str().unwrap();
            assert_eq!(t.events(user), [ADDED, EMAIL_VERIFIED]);
            let shown = t
                .rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": user}))
                .ok();
            assert_eq!(shown["user"]["state"], "USER_STATE_ACTIVE");
        }),
        case("a person without a password is initial", |t| {
            let answer = t.call(new(t, json!({"password": null}))).ok();
            let user = answer["userId"].as_str().unwrap();
            let events = t.events(user);
            assert!(events.contains(&INITIALIZATION.to_owned()), "{events:?}");
            let shown = t
                .rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": user}))
                .ok();
            assert_eq!(shown["user"]["state"], "USER_STATE_INITIAL");
        }),
        case("a person with an unverified address is initial", |t| {
            let email = json!({"email": format!("{}@example.com", t.unique("e"))});
            let answer = t.call(new(t, json!({"email": email}))).ok();
            let events = t.events(answer["userId"].as_str().unwrap());
            assert_eq!(events, [ADDED, INITIALIZATION]);
        }),
        case(
            "the phone comes last and gets a code unless it is verified",
            |t| {
                let number = t.number();
                let answer = t.call(new(t, json!({"phone": {"phone": number}}))).ok();
                let events = t.events(answer["userId"].as_str().unwrap());
                assert_eq!(events, [ADDED, EMAIL_VERIFIED, PHONE_CODE]);
                t.code_for(&number);
                let phone = json!({"phone": t.number(), "isPhoneVerified": true});
                let answer = t.call(new(t, json!({"phone": phone}))).ok();
                let events = t.events(answer["userId"].as_str().unwrap());
                assert_eq!(events, [ADDED, EMAIL_VERIFIED, PHONE_VERIFIED]);
            },
        ),
        case("user names are unique without regard to case", |t| {
            let request = new(t, json!({}));
            t.call(request.clone()).ok();
            let upper = request["userName"].as_str().unwrap().to_uppercase();
            t.call(new(t, json!({"userName": upper})))
                .fails(Kind::Exists, "V3-DKcYh");
        }),
        case(
            "a weak password is refused for the first thing it lacks",
            |t| {
                for (password, id) in WEAK_PASSWORDS {
                    t.call(new(t, json!({"password": password})))
                        .fails(Kind::Invalid, id);
                }
            },
        ),
        case("names must say something, in the contract's order", |t| {
            let names = |user: &str, first: &str, last: &str| {
                let profile = json!({"firstName": first, "lastName": last});
                t.call(new(t, json!({"userName": user, "profile": profile})))
            };
            names(" ", " ", " ").fails(Kind::Invalid, "COMMAND-00p2b");
            names("ada", " ", " ").fails(Kind::Invalid, "PROFILE-RF5z2");
            names("ada", "Ada", " ").fails(Kind::Invalid, "PROFILE-DSUkN");
        }),
        case("a phone that is no number is refused", |t| {
            t.call(new(t, json!({"phone": {"phone": "+41"}})))
                .fails(Kind::Invalid, "PHONE-so0wa");
        }),
        case("names, address and phone have their lengths", |t| {
            let long = "x".repeat(201);
            for wrong in [
                json!({"userName": ""}),
                json!({"userName": long}),
                json!({"profile": null}),
                json!({"email": null}),
                json!({"profile": {"firstName": "", "lastName": "L"}}),
                json!({"profile": {"firstName": "A", "lastName": long}}),
                json!({"email": {"email": "nobody"}}),
                json!({"phone": {}}),
                json!({"phone": {"phone": "0791234567"}}),
                json!({"idps": [{"configId": "", "externalUserId": "1"}]}),
                json!({"idps": [{"configId": "1", "externalUserId": long}]}),
            ] {
                let answer = t.call(new(t, wrong.clone()));
                let failure = answer.0.expect_err(&wrong.to_string());
                assert_eq!(
                    (failure.code, failure.id()),
                    (3, None),
                    "{wrong}: {failure:?}"
                );
            }
        }),
    ],
};

#[test]
fn import_human_user_agrees_with_its_table() {
    TABLE.run();
}
