//! v2 `AddOrganization` (contract/orgs-and-auth.md §1).

use serde_json::{Value, json};

use super::{org, org_named};
use crate::{
    clients::Kind,
    operations::{ADD_ORGANIZATION, GET_USER_BY_ID, LIST_ORG_MEMBERS, REMOVE_ORG},
    people::merged,
    table::{Scene, Table, case},
    users::WEAK_PASSWORDS,
};

fn members(t: &Scene, org: &str) -> Vec<Value> {
    let answer = t.rest(&LIST_ORG_MEMBERS, &t.admin.token, Some(org), json!({}));
    answer.ok()["result"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

/// A human as an admin: the organization in it says nothing.
fn human(t: &Scene, more: Value) -> Value {
    t.new_human(more)
}

/// The cases of `AddOrganization`.
pub const TABLE: Table = Table {
    operation: &ADD_ORGANIZATION,
    cases: &[
        case("without admins it has no member", |t| {
            let name = t.unique("org");
            let answer = t.call(json!({"name": format!(" {name} ")})).ok();
            let id = answer["organizationId"].as_str().unwrap();
            let changes = t.org_changes(id);
            let details = json!({
                "sequence": "4",
                "changeDate": changes[3].date,
                "resourceOwner": id,
            });
            assert_eq!(answer, json!({"details": details, "organizationId": id}));
            assert_eq!(org(t, id)["name"], name);
            assert!(members(t, id).is_empty());
        }),
        case(
            "users and new humans become members, with their roles",
            |t| {
                let (machine, number) = (t.machine(), t.number());
                let person = human(
                    t,
                    json!({
                        "email": {"email": "ada@example.com", "returnCode": {}},
                        "phone": {"phone": number, "returnCode": {}},
                    }),
                );
                let admins = [
                    json!({"userId": machine, "roles": ["ORG_OWNER_VIEWER", "ORG_USER_MANAGER"]}),
                    json!({"human": person}),
                ];
                let answer = t
                    .call(json!({"name": t.unique("org"), "admins": admins}))
                    .ok();
                let id = answer["organizationId"].as_str().unwrap();
                let created = answer["createdAdmins"].as_array().unwrap();
                assert_eq!(created.len(), 1, "{answer}");
                assert_eq!(created[0]["emailCode"].as_str().unwrap().len(), 6);
                assert_eq!(created[0]["phoneCode"].as_str().unwrap().len(), 6);
                let roles: Vec<_> = members(t, id)
                    .into_iter()
                    .map(|member| (member["userId"].clone(), member["roles"].clone()))
                    .collect();
                let viewer = json!(["ORG_OWNER_VIEWER", "ORG_USER_MANAGER"]);
                let owner = (created[0]["userId"].clone(), json!(["ORG_OWNER"]));
                assert_eq!(roles, [(json!(machine), viewer), owner]);
                // The human belongs to the new organization.
                let request = json!({"userId": created[0]["userId"]});
                let shown = t.rest_as_admin(&GET_USER_BY_ID, request).ok();
                assert_eq!(shown["details"]["resourceOwner"], id);
            },
        ),
        case("under an id of the caller's", |t| {
            for name in ["organizationId", "orgId"] {
                let id = t.unique("my-id");
                let request = json!({"name": t.unique("org"), name: id});
                assert_eq!(t.call(request).ok()["organizationId"], id);
                assert_eq!(org(t, &id)["id"], id);
            }
            let (id, old) = (t.unique("my-id"), t.unique("my-id"));
            let request = json!({"name": t.unique("org"), "organizationId": id, "orgId": old});
            assert_eq!(t.call(request).ok()["organizationId"], id);
        }),
        case("an id of anything there is or was is refused", |t| {
            let removed = t.org();
            t.rest_as_admin(&REMOVE_ORG, json!({"orgId": removed})).ok();
            for id in [t.org_id(), &removed] {
                t.call(json!({"name": t.unique("org"), "organizationId": id}))
                    .fails(Kind::Exists, "ORG-laho2n");
            }
        }),
        case("each error comes before the next", |t| {
            let taken = t.unique("org");
            org_named(t, &taken);
            let mut person = human(t, json!({}));
            let mut wrong = json!({
                "name": t.unique("org"),
                "admins": [{"human": person}, {"userId": "1"}],
            });
            t.call(wrong.clone()).fails(Kind::Precondition, "ORG-GoXOn");
            wrong["name"] = json!(taken);
            t.call(wrong.clone()).fails(Kind::Exists, "V3-DKcYh");
            let domain = org(t, t.org_id())["primaryDomain"].clone();
            let user_name = format!("ada@{}", domain.as_str().unwrap());
            let used = t.human();
            let passwords = WEAK_PASSWORDS.iter().rev().map(|(password, id)| {
                (
                    json!({"password": {"password": password}}),
                    Kind::Invalid,
                    *id,
                )
            });
            let others = [
                (
                    json!({"username": user_name}),
                    Kind::Invalid,
                    "COMMAND-SFd21",
                ),
                (
                    json!({"userId": used}),
                    Kind::Precondition,
                    "COMMAND-7yiox1isql",
                ),
                (
                    json!({"metadata": [{"key": " ", "value": "AQ=="}]}),
                    Kind::Invalid,
                    "META-2m00f",
                ),
                (
                    json!({"phone": {"phone": "1"}}),
                    Kind::Invalid,
                    "PHONE-so0wa",
                ),
                (
                    json!({"profile": {"givenName": "Ada", "familyName": " "}}),
                    Kind::Invalid,
                    "USER-4hB7d",
                ),
                (
                    json!({"profile": {"givenName": " ", "familyName": " "}}),
                    Kind::Invalid,
                    "USER-UCej2",
                ),
            ];
            for (more, kind, id) in passwords.chain(others) {
                person = merged(person, more);
                wrong["admins"][0]["human"] = person.clone();
                t.call(wrong.clone()).fails(kind, id);
            }
            wrong["admins"][0]["roles"] = json!(["IAM_OWNER"]);
            t.call(wrong.clone()).fails(Kind::Invalid, "Org-4N8es");
            wrong["name"] = json!(" ");
            t.call(wrong.clone()).fails(Kind::Invalid, "ORG-mruNY");
            wrong["organizationId"] = json!(t.org_id());
            t.call(wrong).fails(Kind::Exists, "ORG-laho2n");
        }),
        case("a member exists once, and nothing is made otherwise", |t| {
            let (name, machine) = (t.unique("org"), t.machine());
            let admins = [json!({"userId": machine}), json!({"userId": machine})];
            t.call(json!({"name": name, "admins": admins}))
                .fails(Kind::Exists, "ORG-poWwe");
            org_named(t, &name);
        }),
        case("an admin is somebody", |t| {
            t.call(json!({"name": t.unique("org"), "admins": [{}]}))
                .expect_invalid();
        }),
        case("limits, also those of the humans", |t| {
            t.call(json!({})).expect_invalid();
            t.call(json!({"name": "é".repeat(201)})).expect_invalid();
            for name in ["organizationId", "orgId"] {
                for id in [String::new(), "a".repeat(201)] {
                    t.call(json!({"name": "a", name: id})).expect_invalid();
                }
            }
            let person = human(t, json!({"profile": null}));
            t.call(json!({"name": "a", "admins": [{"human": person}]}))
                .expect_invalid();
        }),
        case("it needs org.create", |t| {
            let owner = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
            t.by(&owner)
                .call(json!({}))
                .fails(Kind::Denied, "AUTH-5mWD2");
            let maker = t.token_with_roles(t.org_id(), &["SELF_MANAGEMENT_GLOBAL"]);
            t.by(&maker).call(json!({"name": t.unique("org")})).ok();
        }),
    ],
};

#[test]
fn add_organization_agrees_with_its_table() {
    TABLE.run();
}
