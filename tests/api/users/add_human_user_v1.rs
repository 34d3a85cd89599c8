//! v1 management `AddHumanUser` (contract/users.md §2).

use serde_json::{Value, json};

use super::{PASSWORD, WEAK_PASSWORDS, order};
use crate::{
    app::App,
    clients::Kind,
    operations::{ADD_HUMAN_USER_V1, GET_USER_BY_ID_V1},
    people::merged,
    table::{Table, case},
};

const ADDED: &str = "user.human.added";
const EMAIL_VERIFIED: &str = "user.human.email.verified";
const INITIALIZATION: &str = "user.human.initialization.code.added";
const PHONE_VERIFIED: &str = "user.human.phone.verified";
const PHONE_CODE: &str = "user.human.phone.code.added";

/// A good request, with members added or replaced.
pub(super) fn new(app: &App, more: Value) -> Value {
    let name = app.unique("person");
    let request = json!({
        "userName": name,
        "profile": {"firstName": "Ada", "lastName": "Lovelace"},
        "email": {"email": format!("{name}@example.com"), "isEmailVerified": true},
        "initialPassword": PASSWORD,
    });
    merged(request, more)
}

fn state(app: &App, user: &Value) -> Value {
    let shown = app.rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": user}));
    shown.ok()["user"]["state"].clone()
}

/// The cases of `AddHumanUser`.
pub const TABLE: Table = Table {
    operation: &ADD_HUMAN_USER_V1,
    cases: &[
        order::ADD_HUMAN_V1,
        case("names must say something", |t| {
            let names = |first: &str, last: &str| {
                let profile = json!({"firstName": first, "lastName": last});
                t.call(new(t, json!({"profile": profile})))
            };
            names(" ", " ").fails(Kind::Invalid, "USER-UCej2");
            names("Ada", " ").fails(Kind::Invalid, "USER-4hB7d");
        }),
        case("a domain of another organization is refused", |t| {
            let user_name = format!("ada@{}", t.foreign_domain());
            t.call(new(t, json!({"userName": user_name})))
                .fails(Kind::Invalid, "COMMAND-SFd21");
        }),
        case("the answer has the id and the details of a creation", |t| {
            let answer = t.call(new(t, json!({}))).ok();
            let user = answer["userId"].as_str().unwrap();
            assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
            t.expect_creation(&answer, user, EMAIL_VERIFIED);
            assert_eq!(t.events(user), [ADDED, EMAIL_VERIFIED]);
            assert_eq!(state(t, &answer["userId"]), "USER_STATE_ACTIVE");
        }),
        case("without a password the user is initial", |t| {
            let answer = t.call(new(t, json!({"initialPassword": null}))).ok();
            let user = answer["userId"].as_str().unwrap();
            assert_eq!(t.events(user), [ADDED, EMAIL_VERIFIED, INITIALIZATION]);
            assert_eq!(state(t, &answer["userId"]), "USER_STATE_INITIAL");
        }),
        case("with an unverified address the user is initial", |t| {
            let email = json!({"email": format!("{}@example.com", t.unique("e"))});
            let answer = t.call(new(t, json!({"email": email}))).ok();
            let user = answer["userId"].as_str().unwrap();
            t.expect_creation(&answer, user, INITIALIZATION);
            assert_eq!(t.events(user), [ADDED, INITIALIZATION]);
            assert_eq!(state(t, &answer["userId"]), "USER_STATE_INITIAL");
        }),
        case("an unverified phone gets a code at once", |t| {
            let number = t.number();
            let answer = t.call(new(t, json!({"phone": {"phone": number}}))).ok();
            let user = answer["userId"].as_str().unwrap();
            assert_eq!(t.events(user), [ADDED, EMAIL_VERIFIED, PHONE_CODE]);
            t.code_for(&number);
        }),
        case("the phone comes after the initialization", |t| {
            let phone = json!({"phone": t.number(), "isPhoneVerified": true});
            let request = new(t, json!({"phone": phone, "initialPassword": null}));
            let answer = t.call(request).ok();
            let events = t.events(answer["userId"].as_str().unwrap());
            assert_eq!(
                events,
                [ADDED, EMAIL_VERIFIED, INITIALIZATION, PHONE_VERIFIED]
            );
        }),
        case("the user is made in the organization of the header", |t| {
            let org = t.org();
            let answer = t.by(&t.admin.token).within(&org).call(new(t, json!({})));
            assert_eq!(answer.ok()["details"]["resourceOwner"], org.as_str());
        }),
        case("user names are unique without regard to case", |t| {
            let request = new(t, json!({}));
            t.call(request.clone()).ok();
            let upper = request["userName"].as_str().unwrap().to_uppercase();
            t.call(new(t, json!({"userName": upper})))
                .fails(Kind::Exists, "V3-DKcYh");
        }),
        case("a user name of blanks is empty", |t| {
            t.call(new(t, json!({"userName": "  "})))
                .fails(Kind::Invalid, "V2-zzad3");
        }),
        case(
            "a weak password is refused for the first thing it lacks",
            |t| {
                for (password, id) in WEAK_PASSWORDS {
                    t.call(new(t, json!({"initialPassword": password})))
                        .fails(Kind::Invalid, id);
                }
            },
        ),
        case("a phone that is no number is refused", |t| {
            t.call(new(t, json!({"phone": {"phone": "+41"}})))
                .fails(Kind::Invalid, "PHONE-so0wa");
        }),
        case("names, address and phone have their lengths", |t| {
            let long = "x".repeat(201);
            let profile = |more| merged(json!({"firstName": "Ada", "lastName": "L"}), more);
            for wrong in [
                json!({"userName": ""}),
                json!({"userName": long}),
                json!({"profile": null}),
                json!({"email": null}),
                json!({"profile": profile(json!({"firstName": ""}))}),
                json!({"profile": profile(json!({"firstName": long}))}),
                json!({"profile": profile(json!({"lastName": ""}))}),
                json!({"profile": profile(json!({"lastName": long}))}),
                json!({"profile": profile(json!({"nickName": long}))}),
                json!({"profile": profile(json!({"displayName": long}))}),
                json!({"profile": profile(json!({"preferredLanguage": "12345678901"}))}),
                json!({"email": {"email": "nobody"}}),
                json!({"email": {"email": ""}}),
                json!({"phone": {}}),
                json!({"phone": {"phone": ""}}),
                json!({"phone": {"phone": "0791234567"}}),
                json!({"phone": {"phone": format!("+{}", "1".repeat(50))}}),
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
fn add_human_user_of_v1_agrees_with_its_table() {
    TABLE.run();
}
