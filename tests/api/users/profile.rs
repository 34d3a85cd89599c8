//! Profiles in management and auth (contract/users.md §2, §3).

use serde_json::{Value, json};

use crate::{
    clients::Kind,
    operations::{GET_HUMAN_PROFILE, GET_MY_PROFILE, UPDATE_HUMAN_PROFILE, UPDATE_MY_PROFILE},
    people::merged,
    table::{Table, case, expect_in_order, run_tables},
};

const CHANGED: &str = "user.human.profile.changed";

/// The cases of `GetHumanProfile`.
pub const GET: Table = Table {
    operation: &GET_HUMAN_PROFILE,
    cases: &[
        case("profile and details of the user are shown", |t| {
            let user = t.human();
            let answer = t.call(json!({"userId": user})).ok();
            assert_eq!(
                answer["profile"],
                json!({
                    "firstName": "Ada",
                    "lastName": "Lovelace",
                    "displayName": "Ada Lovelace",
                    "preferredLanguage": "und",
                })
            );
            assert_eq!(answer["details"]["sequence"], "2");
        }),
        case("an unknown user is not found, a machine is no human", |t| {
            t.call(json!({"userId": "1"}))
                .fails(Kind::NotFound, "QUERY-HNhb3");
            let org = t.org();
            for foreign in [t.human_in(&org, json!({})), t.machine_in(&org)] {
                t.call(json!({"userId": foreign}))
                    .fails(Kind::NotFound, "QUERY-HNhb3");
            }
            t.call(json!({"userId": t.machine()}))
                .fails(Kind::Precondition, "QUERY-WLTce");
        }),
    ],
};

/// The cases of `GetMyProfile`.
pub const GET_MY: Table = Table {
    operation: &GET_MY_PROFILE,
    cases: &[
        case("the caller's profile is shown", |t| {
            let token = t.token_of(&t.human());
            let answer = t.by(&token).call(json!({})).ok();
            assert_eq!(answer["profile"]["displayName"], "Ada Lovelace");
        }),
        case("a machine is no human", |t| {
            t.by(&t.token_without_membership())
                .call(json!({}))
                .fails(Kind::Precondition, "QUERY-WLTce");
        }),
    ],
};

/// The cases of `UpdateHumanProfile`.
pub const UPDATE: Table = Table {
    operation: &UPDATE_HUMAN_PROFILE,
    cases: &[
        case("all members change", |t| {
            let user = t.human();
            let answer = t.call(of(&user, json!({}))).ok();
            t.expect_change(&answer, &user, CHANGED);
            let shown = t
                .rest_as_admin(&GET_HUMAN_PROFILE, json!({"userId": user}))
                .ok();
            assert_eq!(shown["profile"], new_profile());
        }),
        case("a language that is none becomes undefined", |t| {
            let user = t.human();
            t.call(of(&user, json!({"preferredLanguage": "x y"}))).ok();
            let shown = t
                .rest_as_admin(&GET_HUMAN_PROFILE, json!({"userId": user}))
                .ok();
            assert_eq!(shown["profile"]["preferredLanguage"], "und");
        }),
        case("the same profile is no change", |t| {
            let user = t.human();
            t.call(of(&user, json!({}))).ok();
            t.call(of(&user, json!({})))
                .fails(Kind::Precondition, "COMMAND-2M0fs");
        }),
        case(
            "an unknown user and a machine are failed preconditions",
            |t| {
                let foreign = t.human_in(&t.org(), json!({}));
                for user in ["1", &foreign, &t.machine()] {
                    t.call(of(user, json!({})))
                        .fails(Kind::Precondition, "COMMAND-3M9sd");
                }
            },
        ),
        case("each error comes before the next", |t| {
            let org = t.org();
            let (user, foreign) = (t.human(), t.human_in(&org, json!({})));
            for (org, user) in [(t.org_id(), &user), (org.as_str(), &foreign)] {
                let request = of(user, json!({}));
                t.rest(&UPDATE_HUMAN_PROFILE, &t.admin.token, Some(org), request)
                    .ok();
            }
            let faults = [
                (json!({"firstName": " "}), Kind::Invalid, "USER-UCej2"),
                (json!({"lastName": " "}), Kind::Invalid, "USER-4hB7d"),
                (
                    json!({"userId": foreign}),
                    Kind::Precondition,
                    "COMMAND-3M9sd",
                ),
                (json!({}), Kind::Precondition, "COMMAND-2M0fs"),
            ];
            expect_in_order(|request| t.call(request), of(&user, json!({})), &faults);
        }),
        case(
            "names have 1 to 200 characters, a language at most 10",
            |t| {
                let user = t.human();
                for (member, longest) in [
                    ("firstName", 200),
                    ("lastName", 200),
                    ("nickName", 200),
                    ("displayName", 200),
                    ("preferredLanguage", 10),
                ] {
                    let wrong = json!({member: "a".repeat(longest + 1)});
                    t.call(of(&user, wrong)).expect_invalid();
                    if !["nickName", "preferredLanguage"].contains(&member) {
                        t.call(of(&user, json!({member: ""}))).expect_invalid();
                    }
                }
            },
        ),
    ],
};

/// The cases of `UpdateMyProfile`.
pub const UPDATE_MY: Table = Table {
    operation: &UPDATE_MY_PROFILE,
    cases: &[
        case("the caller's profile changes", |t| {
            let user = t.human();
            let token = t.token_of(&user);
            let answer = t.by(&token).call(new_profile()).ok();
            t.expect_change(&answer, &user, CHANGED);
            t.by(&token)
                .call(new_profile())
                .fails(Kind::Precondition, "COMMAND-2M0fs");
        }),
        case("names say something, also those of a machine", |t| {
            for token in [t.token_of(&t.human()), t.token_without_membership()] {
                let names = |first: &str, last: &str| {
                    let names = json!({"firstName": first, "lastName": last});
                    t.by(&token).call(merged(new_profile(), names))
                };
                names(" ", " ").fails(Kind::Invalid, "USER-UCej2");
                names("Ada", " ").fails(Kind::Invalid, "USER-4hB7d");
            }
        }),
        case("a machine has no profile", |t| {
            t.by(&t.token_without_membership())
                .call(new_profile())
                .fails(Kind::Precondition, "COMMAND-3M9sd");
        }),
        case("names have 1 to 200 characters", |t| {
            let token = t.token_of(&t.human());
            let request = merged(new_profile(), json!({"lastName": "a".repeat(201)}));
            t.by(&token).call(request).expect_invalid();
        }),
    ],
};

run_tables! {
    get_human_profile_agrees_with_its_table = GET,
    get_my_profile_agrees_with_its_table = GET_MY,
    update_human_profile_agrees_with_its_table = UPDATE,
    update_my_profile_agrees_with_its_table = UPDATE_MY,
}

fn new_profile() -> Value {
    json!({
        "firstName": "Grace",
        "lastName": "Höpper",
        "nickName": "Amazing",
        "displayName": "Grace H.",
        "preferredLanguage": "de-CH",
        "gender": "GENDER_FEMALE",
    })
}

fn of(user: &str, more: Value) -> Value {
    merged(merged(new_profile(), json!({"userId": user})), more)
}
