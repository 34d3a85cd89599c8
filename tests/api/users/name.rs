//! `UpdateUserName` and `UpdateMyUserName` (contract/users.md §2, §3).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{ADD_ORG_DOMAIN, GET_USER_BY_ID_V1, UPDATE_MY_USER_NAME, UPDATE_USER_NAME},
    table::{Scene, Table, case, expect_in_order, run_tables},
};

const CHANGED: &str = "user.username.changed";

/// The cases of `UpdateUserName`.
pub const UPDATE: Table = Table {
    operation: &UPDATE_USER_NAME,
    cases: &[
        case("the new name is shown and is the login name", |t| {
            let (user, name) = (t.human(), t.unique("renamed"));
            let answer = t
                .call(json!({"userId": user, "userName": format!(" {name} ")}))
                .ok();
            t.expect_change(&answer, &user, CHANGED);
            let shown = t
                .rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": user}))
                .ok();
            assert_eq!(shown["user"]["userName"], name);
            assert_eq!(shown["user"]["loginNames"], json!([name]));
        }),
        case("a name that differs in case only is another name", |t| {
            let (user, name) = (t.human(), t.unique("renamed"));
            t.call(json!({"userId": user, "userName": name})).ok();
            t.call(json!({"userId": user, "userName": name.to_uppercase()}))
                .ok();
        }),
        case("the old name is free again", |t| {
            let (user, name) = (t.human(), t.unique("renamed"));
            t.call(json!({"userId": user, "userName": name})).ok();
            t.call(json!({"userId": user, "userName": t.unique("renamed")}))
                .ok();
            t.call(json!({"userId": t.human(), "userName": name})).ok();
        }),
        case("each error comes before the next", |t| {
            let [(user, own), (foreign, taken)] = in_a_domain_that_changed_hands(t);
            let faults = [
                (json!({"userName": "  "}), Kind::Invalid, "COMMAND-2N9fs"),
                (
                    json!({"userId": foreign, "userName": taken}),
                    Kind::NotFound,
                    "COMMAND-5N9ds",
                ),
                (
                    json!({"userName": own}),
                    Kind::Precondition,
                    "COMMAND-6m9gs",
                ),
                (json!({"userName": taken}), Kind::Invalid, "COMMAND-Di2ei"),
            ];
            let good = json!({"userId": user});
            expect_in_order(|request| t.call(request), good, &faults);
        }),
        case("an unknown user is not found", |t| {
            let foreign = t.human_in(&t.org(), json!({}));
            for user in ["1", &foreign] {
                t.call(json!({"userId": user, "userName": t.unique("renamed")}))
                    .fails(Kind::NotFound, "COMMAND-5N9ds");
            }
        }),
        case("the same name is no change", |t| {
            let (user, name) = (t.human(), t.unique("renamed"));
            t.call(json!({"userId": user, "userName": name})).ok();
            t.call(json!({"userId": user, "userName": name}))
                .fails(Kind::Precondition, "COMMAND-6m9gs");
        }),
        case("a domain of another organization is refused", |t| {
            expect_foreign_domain(t, json!({"userId": t.human()}));
        }),
        case(
            "a name that somebody has, in whatever case, is taken",
            |t| {
                let name = t.unique("Taken");
                t.human_of(json!({"username": name}));
                t.call(json!({"userId": t.human(), "userName": name.to_lowercase()}))
                    .fails(Kind::Exists, "V3-DKcYh");
            },
        ),
        case("a name has 1 to 200 characters", |t| {
            for name in ["", &"ü".repeat(201)] {
                t.call(json!({"userId": t.human(), "userName": name}))
                    .expect_invalid();
            }
            t.call(json!({"userId": t.human(), "userName": t.unique(&"ü".repeat(180))}))
                .ok();
        }),
    ],
};

/// The cases of `UpdateMyUserName`.
pub const UPDATE_MY: Table = Table {
    operation: &UPDATE_MY_USER_NAME,
    cases: &[
        case(
            "the caller gets another name, without any membership",
            |t| {
                let machine = t.machine();
                let token = t.token_of_machine(&machine);
                let answer = t
                    .by(&token)
                    .call(json!({"userName": t.unique("renamed")}))
                    .ok();
                t.expect_change(&answer, &machine, CHANGED);
            },
        ),
        case("a name says something", |t| {
            t.by(&t.token_without_membership())
                .call(json!({"userName": " "}))
                .fails(Kind::Invalid, "COMMAND-2N9fs");
        }),
        case("the same name is no change, a taken one exists", |t| {
            let (token, name) = (t.token_without_membership(), t.unique("renamed"));
            t.by(&token).call(json!({"userName": name})).ok();
            t.by(&token)
                .call(json!({"userName": name}))
                .fails(Kind::Precondition, "COMMAND-6m9gs");
            t.by(&t.token_without_membership())
                .call(json!({"userName": name}))
                .fails(Kind::Exists, "V3-DKcYh");
        }),
        case(
            "no change comes before a domain, it before a taken name",
            |t| {
                let [(user, own), (_, taken)] = in_a_domain_that_changed_hands(t);
                let token = t.token_of(&user);
                let to = |name: &str| t.by(&token).call(json!({"userName": name}));
                to(&own).fails(Kind::Precondition, "COMMAND-6m9gs");
                to(&taken).fails(Kind::Invalid, "COMMAND-Di2ei");
            },
        ),
        case("a domain of another organization is refused", |t| {
            let domain = t.foreign_domain();
            t.by(&t.token_without_membership())
                .call(json!({"userName": format!("ada@{domain}")}))
                .fails(Kind::Invalid, "COMMAND-Di2ei");
        }),
        case("a name has 1 to 200 characters", |t| {
            let token = t.token_without_membership();
            t.by(&token).call(json!({})).expect_invalid();
            t.by(&token)
                .call(json!({"userName": "a".repeat(201)}))
                .expect_invalid();
        }),
    ],
};

run_tables! {
    update_user_name_agrees_with_its_table = UPDATE,
    update_my_user_name_agrees_with_its_table = UPDATE_MY,
}

/// A user of the first organization and one of another, each with its name, in a domain that the other
/// organization has got after the first was made.
fn in_a_domain_that_changed_hands(t: &Scene) -> [(String, String); 2] {
    let (org, domain) = (t.org(), format!("{}.example.com", t.unique("d")));
    let names = [format!("ada@{domain}"), format!("bob@{domain}")];
    let [own, taken] = names;
    let user = t.human_of(json!({"username": own}));
    let request = json!({"domain": domain});
    t.rest(&ADD_ORG_DOMAIN, &t.admin.token, Some(&org), request)
        .ok();
    let foreign = t.human_in(&org, json!({"username": taken}));
    [(user, own), (foreign, taken)]
}

fn expect_foreign_domain(t: &Scene, mut request: serde_json::Value) {
    request["userName"] = json!(format!("ada@{}", t.foreign_domain()));
    t.call(request).fails(Kind::Invalid, "COMMAND-Di2ei");
}
