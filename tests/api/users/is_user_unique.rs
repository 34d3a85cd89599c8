//! v1 management `IsUserUnique` (contract/users.md §2).

use serde_json::{Value, json};

use crate::{
    clients::Kind,
    operations::IS_USER_UNIQUE,
    table::{Scene, Table, case},
};

#[track_caller]
fn expect_unique(t: &Scene, request: Value, is_unique: bool) {
    let answer = t.call(request.clone()).ok();
    let expected = if is_unique {
        json!({"isUnique": true})
    } else {
        json!({})
    };
    assert_eq!(answer, expected, "{request}");
}

/// The cases of `IsUserUnique`.
pub const TABLE: Table = Table {
    operation: &IS_USER_UNIQUE,
    cases: &[
        case(
            "a user name is taken whatever its case and organization",
            |t| {
                let name = t.unique("Taken");
                expect_unique(t, json!({"userName": name}), true);
                t.human_in(&t.org(), json!({"username": name}));
                expect_unique(t, json!({"userName": name}), false);
                expect_unique(t, json!({"userName": name.to_uppercase()}), false);
                expect_unique(t, json!({"userName": format!("{name}x")}), true);
            },
        ),
        case("an address is taken whatever its case", |t| {
            let address = format!("{}@Example.com", t.unique("Taken"));
            expect_unique(t, json!({"email": address}), true);
            t.human_of(json!({"email": {"email": address, "isVerified": true}}));
            expect_unique(t, json!({"email": address}), false);
            expect_unique(t, json!({"email": address.to_lowercase()}), false);
        }),
        case("both are taken only if one user has both", |t| {
            let (name, other) = (t.unique("both"), t.unique("both"));
            let person = |name: &str| {
                let address = format!("{name}@example.com");
                t.human_of(
                    json!({"username": name, "email": {"email": address, "isVerified": true}}),
                )
            };
            person(&name);
            let user = person(&other);
            let address = format!("{other}@example.com");
            expect_unique(t, json!({"userName": name, "email": address}), true);
            expect_unique(t, json!({"userName": other, "email": address}), false);
            t.remove(&user);
            expect_unique(t, json!({"userName": other, "email": address}), true);
        }),
        case("with nothing given nobody is alone", |t| {
            expect_unique(t, json!({}), false);
        }),
        case(
            "a user name and an address have at most 200 characters",
            |t| {
                for field in ["userName", "email"] {
                    t.call(json!({field: "a".repeat(201)})).expect_invalid();
                    expect_unique(t, json!({field: "a".repeat(200)}), true);
                }
            },
        ),
        case("it needs user.read", |t| {
            let nobody = t.token_without_membership();
            t.by(&nobody)
                .call(json!({}))
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let org = t.org();
            let creator = t.token_with_roles(&org, &["ORG_PROJECT_CREATOR"]);
            let call = t.by(&creator).within(&org);
            call.call(json!({})).fails(Kind::Denied, "AUTH-5mWD2");
        }),
    ],
};

#[test]
fn is_user_unique_agrees_with_its_table() {
    TABLE.run();
}
