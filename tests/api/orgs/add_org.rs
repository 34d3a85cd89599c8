//! v1 management `AddOrg` (contract/orgs-and-auth.md §1).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{ADD_HUMAN_USER, ADD_ORG, ADD_ORG_MEMBER},
    table::{Table, case},
};

/// The cases of `AddOrg`.
pub const TABLE: Table = Table {
    operation: &ADD_ORG,
    cases: &[
        case("the answer has the id and the details of a creation", |t| {
            let answer = t.call(json!({"name": t.unique("org")})).ok();
            let org = answer["id"].as_str().unwrap();
            assert!(org.chars().all(|c| c.is_ascii_digit()), "{org}");
            let details = answer["details"].as_object().unwrap();
            let names: Vec<_> = details.keys().collect();
            assert_eq!(names, ["creationDate", "resourceOwner", "sequence"]);
            assert_eq!(details["resourceOwner"], org);
            // Added, domain added, verified and made primary, and the member.
            assert_eq!(details["sequence"], "5");
        }),
        case("the caller becomes an owner of the organization", |t| {
            let creator = t.machine();
            let member = json!({"userId": creator, "roles": ["SELF_MANAGEMENT_GLOBAL"]});
            t.rest_as_admin(&ADD_ORG_MEMBER, member).ok();
            let token = t.token_of_machine(&creator);
            let answer = t.by(&token).call(json!({"name": t.unique("org")})).ok();
            let org = answer["id"].as_str().unwrap();
            let human = t.new_human(json!({"organization": {"orgId": org}}));
            t.rest(&ADD_HUMAN_USER, &token, None, human).ok();
        }),
        case("names are unique without regard to case", |t| {
            let name = t.unique("org");
            t.call(json!({"name": name})).ok();
            for name in [name.clone(), name.to_uppercase()] {
                t.call(json!({"name": name}))
                    .fails(Kind::Exists, "V3-DKcYh");
            }
        }),
        case("a name of blanks is refused", |t| {
            t.call(json!({"name": "   "}))
                .fails(Kind::Invalid, "EVENT-Mf9sd");
        }),
        case("a name has 1 to 200 characters", |t| {
            t.call(json!({})).expect_invalid();
            t.call(json!({"name": "é".repeat(201)})).expect_invalid();
            let longest = format!("{}{}", t.unique("org"), "é".repeat(200));
            let longest: String = longest.chars().take(200).collect();
            t.call(json!({"name": longest})).ok();
        }),
    ],
};

#[test]
fn add_org_agrees_with_its_table() {
    TABLE.run();
}
