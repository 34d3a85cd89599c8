//! Admin `SetUpOrg` (contract/orgs-and-auth.md §1).

use serde_json::{Value, json};

use super::{org, org_named};
use crate::{
    clients::Kind,
    operations::{ADD_ORG_DOMAIN, GET_USER_BY_ID_V1, LIST_ORG_MEMBERS, SET_UP_ORG},
    people::merged,
    table::{Scene, Table, case},
    users::{PASSWORD, WEAK_PASSWORDS},
};

/// A request, with members of the human added or replaced.
fn request(t: &Scene, human: Value) -> Value {
    let name = t.unique("setup");
    let user = json!({
        "userName": name,
        "profile": {"firstName": "Ada", "lastName": "Lovelace"},
        "email": {"email": format!("{name}@example.com"), "isEmailVerified": true},
        "password": PASSWORD,
    });
    json!({"org": {"name": name}, "human": merged(user, human)})
}

fn taken_domain(t: &Scene) -> String {
    let domain = format!("{}.example.com", t.unique("d"));
    let request = json!({"domain": domain});
    t.rest(&ADD_ORG_DOMAIN, &t.admin.token, Some(&t.org()), request)
        .ok();
    domain
}

/// The cases of `SetUpOrg`.
pub const TABLE: Table = Table {
    operation: &SET_UP_ORG,
    cases: &[
        case("an organization and its owner are made", |t| {
            let answer = t.call(request(t, json!({}))).ok();
            let (id, user) = (answer["orgId"].as_str().unwrap(), &answer["userId"]);
            let changes = t.org_changes(id);
            let details = json!({
                "sequence": "5",
                "creationDate": changes[4].date,
                "resourceOwner": id,
            });
            assert_eq!(answer["details"], details);
            let admin = &t.admin.token;
            let members = t.rest(&LIST_ORG_MEMBERS, admin, Some(id), json!({})).ok();
            assert_eq!(members["result"].as_array().unwrap().len(), 1);
            assert_eq!(members["result"][0]["userId"], *user);
            assert_eq!(members["result"][0]["roles"], json!(["ORG_OWNER"]));
            let shown = t.rest(&GET_USER_BY_ID_V1, admin, Some(id), json!({"id": user}));
            assert_eq!(shown.ok()["user"]["state"], "USER_STATE_ACTIVE");
        }),
        case("with a domain beside its own, and other roles", |t| {
            let domain = format!("{}.example.com", t.unique("d"));
            let name = t.unique("setup");
            let wanted = json!({
                "org": {"name": name, "domain": domain},
                "roles": ["ORG_USER_MANAGER", "ORG_OWNER_VIEWER", "ORG_USER_MANAGER"],
            });
            let answer = t.call(merged(request(t, json!({})), wanted)).ok();
            let id = answer["orgId"].as_str().unwrap();
            assert_eq!(org(t, id)["primaryDomain"], format!("{name}.localhost"));
            t.rest_as_admin(&ADD_ORG_DOMAIN, json!({"domain": domain}))
                .fails(Kind::Exists, "COMMAND-Bd2jj");
            let members = t.rest(&LIST_ORG_MEMBERS, &t.admin.token, Some(id), json!({}));
            assert_eq!(
                members.ok()["result"][0]["roles"],
                json!(["ORG_USER_MANAGER", "ORG_OWNER_VIEWER"])
            );
        }),
        case("a phone gets a code", |t| {
            let number = t.number();
            t.call(request(t, json!({"phone": {"phone": number}}))).ok();
            t.code_for(&number);
        }),
        case(
            "a name in the new organization's own domain is allowed",
            |t| {
                let name = t.unique("own");
                let user = format!("ada@{name}.localhost");
                let more = json!({"org": {"name": name}});
                t.call(merged(request(t, json!({"userName": user})), more))
                    .ok();
            },
        ),
        case("each error comes before the next", |t| {
            let domain = taken_domain(t);
            let taken = t.unique("org");
            org_named(t, &taken);
            // From the last error to the first, each request breaks one thing more.
            let mut wrong = request(t, json!({}));
            let mut expect = |more: Value, human: Value, kind, id| {
                let person = merged(wrong["human"].clone(), human);
                wrong = merged(merged(wrong.clone(), more), json!({"human": person}));
                t.call(wrong.clone()).fails(kind, id);
            };
            let none = || json!({});
            let name = t.unique("setup");
            let org = |name: &str, domain: &str| json!({"org": {"name": name, "domain": domain}});
            expect(org(&name, &domain), none(), Kind::Exists, "COMMAND-Bd2jj");
            expect(org(&taken, &domain), none(), Kind::Exists, "V3-DKcYh");
            for (password, id) in WEAK_PASSWORDS.iter().rev() {
                expect(none(), json!({"password": password}), Kind::Invalid, id);
            }
            let user_name = format!("ada@{domain}");
            expect(
                none(),
                json!({"userName": user_name}),
                Kind::Invalid,
                "COMMAND-SFd21",
            );
            let phone = json!({"phone": {"phone": "+1"}});
            expect(none(), phone, Kind::Invalid, "PHONE-so0wa");
            let profile = json!({"profile": {"firstName": "Ada", "lastName": " "}});
            expect(none(), profile, Kind::Invalid, "USER-4hB7d");
            let profile = json!({"profile": {"firstName": " ", "lastName": " "}});
            expect(none(), profile, Kind::Invalid, "USER-UCej2");
            expect(none(), json!({"userName": " "}), Kind::Invalid, "V2-zzad3");
            expect(
                json!({"roles": ["IAM_OWNER"]}),
                none(),
                Kind::Invalid,
                "Org-4N8es",
            );
            expect(org(&taken, "a b"), none(), Kind::Invalid, "ORG-r3h4J");
            expect(org(" ", "a b"), none(), Kind::Invalid, "ORG-mruNY");
        }),
        case("a taken user name is refused, and nothing is made", |t| {
            let name = t.unique("human");
            t.human_of(json!({"username": name}));
            let wrong = request(t, json!({"userName": name}));
            let org_name = wrong["org"]["name"].clone();
            t.call(wrong).fails(Kind::Exists, "V3-DKcYh");
            org_named(t, org_name.as_str().unwrap());
        }),
        case(
            "organization and human are needed, with their limits",
            |t| {
                let whole = request(t, json!({}));
                t.call(merged(whole.clone(), json!({"org": null})))
                    .expect_invalid();
                t.call(merged(whole.clone(), json!({"human": null})))
                    .expect_invalid();
                let long = json!({"org": {"name": "é".repeat(201)}});
                t.call(merged(whole, long)).expect_invalid();
                for human in [
                    json!({"profile": null}),
                    json!({"email": null}),
                    json!({"userName": ""}),
                    json!({"email": {"email": "nobody"}}),
                    json!({"phone": {"phone": "079"}}),
                ] {
                    t.call(request(t, human)).expect_invalid();
                }
            },
        ),
        case("it needs iam.write", |t| {
            let owner = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
            t.by(&owner)
                .call(json!({}))
                .fails(Kind::Denied, "AUTH-5mWD2");
        }),
    ],
};

#[test]
fn set_up_org_agrees_with_its_table() {
    TABLE.run();
}
