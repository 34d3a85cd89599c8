//! v2 `AddHumanUser` (contract/users.md §4).

use serde_json::json;

use super::{HASH, PASSWORD, WEAK_PASSWORDS, order};
use crate::{
    clients::Kind,
    operations::{ADD_HUMAN_USER, ADD_ORG, GET_USER_BY_ID, VERIFY_PHONE},
    people::merged,
    table::{Table, case},
};

const ADDED: &str = "user.human.added";
const EMAIL_VERIFIED: &str = "user.human.email.verified";
const EMAIL_CODE: &str = "user.human.email.code.added";
const PHONE_VERIFIED: &str = "user.human.phone.verified";
const PHONE_CODE: &str = "user.human.phone.code.added";

/// The cases of `AddHumanUser`.
pub const TABLE: Table = Table {
    operation: &ADD_HUMAN_USER,
    cases: &[
        case(
            "the answer has the id and the details of a v2 change",
            |t| {
                let answer = t.call(t.new_human(json!({}))).ok();
                let user = answer["userId"].as_str().unwrap();
                assert!(
                    (17..=19).contains(&user.len()) && user.chars().all(|c| c.is_ascii_digit()),
                    "{user}"
                );
                t.expect_v2_change(&answer, user, EMAIL_VERIFIED);
                assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
                assert_eq!(t.events(user), [ADDED, EMAIL_VERIFIED]);
            },
        ),
        case(
            "without an organization it is the caller's or the header's",
            |t| {
                let request = t.new_human(json!({"organization": null}));
                assert_eq!(t.call(request).ok()["details"]["resourceOwner"], t.org_id());
                let org = t.org();
                let request = t.new_human(json!({"organization": null}));
                let answer = t.by(&t.admin.token).within(&org).call(request).ok();
                assert_eq!(answer["details"]["resourceOwner"], org.as_str());
            },
        ),
        case(
            "the organization in the request wins over the header",
            |t| {
                let org = t.org();
                let request = t.new_human(json!({"organization": {"orgId": t.org_id()}}));
                let answer = t.by(&t.admin.token).within(&org).call(request).ok();
                assert_eq!(answer["details"]["resourceOwner"], t.org_id());
            },
        ),
        order::ADD_HUMAN,
        case("names and metadata must say something", |t| {
            let names = |first: &str, last: &str| {
                let profile = json!({"givenName": first, "familyName": last});
                t.call(t.new_human(json!({"profile": profile})))
            };
            names(" ", " ").fails(Kind::Invalid, "USER-UCej2");
            names("Ada", " ").fails(Kind::Invalid, "USER-4hB7d");
            let metadata = json!([{"key": " ", "value": "AQ=="}]);
            t.call(t.new_human(json!({"metadata": metadata})))
                .fails(Kind::Invalid, "META-2m00f");
        }),
        case("an unknown organization is refused", |t| {
            for organization in [
                json!({"orgId": "1"}),
                json!({"orgDomain": "nobody.example"}),
            ] {
                let request = t.new_human(json!({"organization": organization}));
                t.call(request).fails(Kind::Denied, "AUTH-Bs7Ds");
            }
        }),
        case("an id can be chosen once", |t| {
            let id = t.unique("chosen");
            let answer = t.call(t.new_human(json!({"userId": id}))).ok();
            assert_eq!(answer["userId"], id.as_str());
            t.call(t.new_human(json!({"userId": id})))
                .fails(Kind::Precondition, "COMMAND-7yiox1isql");
        }),
        case(
            "the user name is the email address unless it is given",
            |t| {
                let request = t.new_human(json!({"username": null}));
                let answer = t.call(request.clone()).ok();
                let shown = t.rest_as_admin(&GET_USER_BY_ID, json!({"userId": answer["userId"]}));
                assert_eq!(shown.ok()["user"]["username"], request["email"]["email"]);
            },
        ),
        case(
            "user names are unique without regard to case and organization",
            |t| {
                let request = t.new_human(json!({}));
                t.call(request.clone()).ok();
                let upper = request["username"].as_str().unwrap().to_uppercase();
                t.call(t.new_human(json!({"username": upper})))
                    .fails(Kind::Exists, "V3-DKcYh");
                let other = json!({"username": upper, "organization": {"orgId": t.org()}});
                t.call(t.new_human(other)).fails(Kind::Exists, "V3-DKcYh");
            },
        ),
        case("a phone gets a code by SMS unless told otherwise", |t| {
            for more in [json!({}), json!({"sendCode": {}})] {
                let number = t.number();
                let phone = merged(json!({"phone": number}), more);
                let answer = t.call(t.new_human(json!({"phone": phone}))).ok();
                let user = answer["userId"].as_str().unwrap();
                t.expect_v2_change(&answer, user, PHONE_CODE);
                assert_eq!(t.events(user), [ADDED, EMAIL_VERIFIED, PHONE_CODE]);
                assert!(answer.get("phoneCode").is_none(), "{answer}");
                t.code_for(&number);
            }
        }),
        case("a phone can be verified from the start", |t| {
            let number = t.number();
            let phone = json!({"phone": number, "isVerified": true});
            let answer = t.call(t.new_human(json!({"phone": phone}))).ok();
            let user = answer["userId"].as_str().unwrap();
            assert_eq!(t.events(user), [ADDED, EMAIL_VERIFIED, PHONE_VERIFIED]);
            t.expect_no_sms(&number);
        }),
        case("return_code gives the working phone code", |t| {
            let number = t.number();
            let phone = json!({"phone": number, "returnCode": {}});
            let answer = t.call(t.new_human(json!({"phone": phone}))).ok();
            let (user, code) = (&answer["userId"], &answer["phoneCode"]);
            let request = json!({"userId": user, "verificationCode": code});
            t.rest_as_admin(&VERIFY_PHONE, request).ok();
            assert!(t.sms_to(&number).is_empty());
        }),
        case("an empty phone is none", |t| {
            let answer = t.call(t.new_human(json!({"phone": {"phone": ""}}))).ok();
            let user = answer["userId"].as_str().unwrap();
            assert_eq!(t.events(user), [ADDED, EMAIL_VERIFIED]);
        }),
        case("an email address has one of four beginnings", |t| {
            let with = |verification| {
                let email = format!("{}@example.com", t.unique("email"));
                let email = merged(json!({"email": email}), verification);
                let answer = t.call(t.new_human(json!({"email": email}))).ok();
                let events = t.events(answer["userId"].as_str().unwrap());
                (events, answer.get("emailCode").is_some())
            };
            let events = |last: &str| vec![ADDED.to_owned(), last.to_owned()];
            assert_eq!(with(json!({})), (events(EMAIL_CODE), false));
            assert_eq!(with(json!({"sendCode": {}})), (events(EMAIL_CODE), false));
            assert_eq!(with(json!({"returnCode": {}})), (events(EMAIL_CODE), true));
            if t.is_beta() {
                let email = json!({"email": "ada@example.com", "isVerified": false});
                t.call(t.new_human(json!({"email": email})))
                    .expect_invalid();
            } else {
                let unverified = with(json!({"isVerified": false}));
                assert_eq!(unverified, (vec![ADDED.to_owned()], false));
            }
        }),
        case("metadata follow the phone in the history", |t| {
            let phone = json!({"phone": t.number(), "isVerified": true});
            let metadata =
                json!([{"key": "one", "value": "MQ=="}, {"key": "two", "value": "Mg=="}]);
            let request = t.new_human(json!({"phone": phone, "metadata": metadata}));
            let answer = t.call(request).ok();
            let events = t.events(answer["userId"].as_str().unwrap());
            let expected = [
                EMAIL_VERIFIED,
                PHONE_VERIFIED,
                "user.metadata.set",
                "user.metadata.set",
            ];
            assert_eq!(events[1..], expected);
        }),
        case("a password or a hashed password can be given", |t| {
            for password in [
                json!({"password": {"password": PASSWORD}}),
                json!({"password": {"password": PASSWORD, "changeRequired": true}}),
                json!({"hashedPassword": {"hash": HASH}}),
            ] {
                let answer = t.call(t.new_human(password.clone())).ok();
                let request = json!({"userId": answer["userId"]});
                let shown = t.rest_as_admin(&GET_USER_BY_ID, request).ok();
                let human = &shown["user"]["human"];
                assert!(human["passwordChanged"].is_string(), "{human}");
                let must_change = password["password"]["changeRequired"] == true;
                assert_eq!(
                    human["passwordChangeRequired"] == true,
                    must_change,
                    "{human}"
                );
            }
        }),
        case(
            "a weak password is refused for the first thing it lacks",
            |t| {
                for (password, id) in WEAK_PASSWORDS {
                    let request = t.new_human(json!({"password": {"password": password}}));
                    t.call(request).fails(Kind::Invalid, id);
                }
            },
        ),
        case("a phone that is no number is refused", |t| {
            t.call(t.new_human(json!({"phone": {"phone": "+41"}})))
                .fails(Kind::Invalid, "PHONE-so0wa");
        }),
        case("only who has user.write in the organization may add", |t| {
            let org = t.org();
            let request = || t.new_human(json!({"organization": {"orgId": org}}));
            let nobody = t.token_without_membership();
            t.by(&nobody)
                .call(request())
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let elsewhere = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
            t.by(&elsewhere)
                .call(request())
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let manager = t.token_with_roles(&org, &["ORG_USER_MANAGER"]);
            t.by(&manager).call(request()).ok();
        }),
        case(
            "a membership that does not permit it is denied before the rules are looked at",
            |t| {
                let org = t.org();
                let viewer = t.token_with_roles(&org, &["ORG_OWNER_VIEWER"]);
                for broken in [json!({}), json!({"profile": null})] {
                    let organization = json!({"organization": {"orgId": org}});
                    let request = merged(t.new_human(organization), broken);
                    t.by(&viewer)
                        .call(request)
                        .fails(Kind::Denied, "AUTH-5mWD2");
                }
            },
        ),
        case("the domain of an organization names it", |t| {
            let name = t.unique("engines");
            let org = t.rest_as_admin(&ADD_ORG, json!({"name": name})).ok();
            let domain = format!("{name}.localhost");
            let request = t.new_human(json!({"organization": {"orgDomain": domain}}));
            let answer = t.call(request).ok();
            assert_eq!(answer["details"]["resourceOwner"], org["id"]);
        }),
        case(
            "a user name with the domain of another organization is refused",
            |t| {
                let name = t.unique("engines");
                let org = t.rest_as_admin(&ADD_ORG, json!({"name": name})).ok();
                let user_name = format!("ada@{name}.localhost");
                t.call(t.new_human(json!({"username": user_name})))
                    .fails(Kind::Invalid, "COMMAND-SFd21");
                let organization = json!({"orgId": org["id"]});
                let own = json!({"username": user_name, "organization": organization});
                t.call(t.new_human(own)).ok();
            },
        ),
        case("names, address, phone and ids have their lengths", |t| {
            let long = "x".repeat(201);
            let profile = |more| merged(json!({"givenName": "Ada", "familyName": "L"}), more);
            for wrong in [
                json!({"profile": null}),
                json!({"email": null}),
                json!({"profile": profile(json!({"givenName": ""}))}),
                json!({"profile": profile(json!({"givenName": long}))}),
                json!({"profile": profile(json!({"familyName": ""}))}),
                json!({"profile": profile(json!({"familyName": long}))}),
                json!({"profile": profile(json!({"nickName": long}))}),
                json!({"profile": profile(json!({"displayName": long}))}),
                json!({"profile": profile(json!({"preferredLanguage": "12345678901"}))}),
                json!({"email": {"email": ""}}),
                json!({"email": {"email": "nobody"}}),
                json!({"email": {"email": format!("{}@example.com", &long[..189])}}),
                json!({"userId": ""}),
                json!({"userId": long}),
                json!({"username": ""}),
                json!({"username": long}),
                json!({"phone": {"phone": long}}),
                json!({"phone": {"phone": t.number(), "isVerified": false}}),
                json!({"metadata": [{"key": "", "value": "MQ=="}]}),
                json!({"metadata": [{"key": long, "value": "MQ=="}]}),
                json!({"metadata": [{"key": "k"}]}),
                json!({"password": {"password": ""}}),
                json!({"password": {"password": long}}),
                json!({"hashedPassword": {"hash": ""}}),
            ] {
                let answer = t.call(t.new_human(wrong.clone()));
                let failure = answer.0.expect_err(&wrong.to_string());
                assert_eq!(
                    (failure.code, failure.id()),
                    (3, None),
                    "{wrong}: {failure:?}"
                );
            }
            let edge = "y".repeat(193);
            t.call(t.new_human(json!({
                "username": t.unique(&edge),
                "profile": profile(json!({"nickName": &long[..200], "displayName": &long[..200]})),
            })))
            .ok();
        }),
    ],
};

#[test]
fn add_human_user_agrees_with_its_table() {
    TABLE.run();
}
