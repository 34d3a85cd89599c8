//! `ListOrgMembers` and `ListIAMMembers` (contract/orgs-and-auth.md §1).

use serde_json::{Value, json};

use crate::{
    clients::Answer,
    operations::{
        ADD_IAM_MEMBER, ADD_ORG_MEMBER, GET_MY_INSTANCE, LIST_IAM_MEMBERS, LIST_ORG_MEMBERS,
    },
    table::{Case, Scene, Table, case, run_tables},
};

/// Who is made a member where: in an organization of its own, or on the shared instance.
struct Place {
    org: Option<String>,
}

impl Place {
    fn new(t: &Scene) -> Self {
        let is_instance = t.operation_is(&LIST_IAM_MEMBERS);
        Self {
            org: (!is_instance).then(|| t.org()),
        }
    }

    fn add(&self, t: &Scene, user: &str) {
        let (operation, role) = match self.org {
            Some(_) => (&ADD_ORG_MEMBER, "ORG_OWNER_VIEWER"),
            None => (&ADD_IAM_MEMBER, "IAM_ADMIN_IMPERSONATOR"),
        };
        let request = json!({"userId": user, "roles": [role]});
        t.rest(operation, &t.admin.token, self.org.as_deref(), request)
            .ok();
    }

    fn list(&self, t: &Scene, request: Value) -> Answer {
        let call = t.by(&t.admin.token);
        match &self.org {
            Some(org) => call.within(org).call(request),
            None => call.call(request),
        }
    }

    /// The user ids in a list, in order.
    #[track_caller]
    fn ids(&self, t: &Scene, request: Value) -> Vec<String> {
        let answer = self.list(t, request).ok();
        let result = answer["result"].as_array().cloned().unwrap_or_default();
        let id = |member: &Value| member["userId"].as_str().unwrap().to_owned();
        result.iter().map(id).collect()
    }
}

fn queries(query: Value) -> Value {
    json!({"queries": [query]})
}

const SHOWN: Case = case("a person and a machine are shown with everything", |t| {
    let place = Place::new(t);
    let name = t.unique("member");
    let human = t.human_of(json!({
        "username": name,
        "profile": {"givenName": "Grace", "familyName": "Hopper", "displayName": "Amazing"},
        "email": {"email": format!("{name}@example.com"), "isVerified": true},
    }));
    let machine = t.machine();
    for user in [&human, &machine] {
        place.add(t, user);
    }
    let shown = |user: &str| {
        let request = queries(json!({"userIdQuery": {"userId": user}}));
        let answer = place.list(t, request).ok();
        assert_eq!(answer["details"]["totalResult"], "1");
        answer["result"][0].clone()
    };
    let person = shown(&human);
    let details = person["details"].as_object().unwrap();
    assert_eq!(details.len(), 4, "{person}");
    let owner = match &place.org {
        Some(org) => json!(org),
        None => t.rest_as_admin(&GET_MY_INSTANCE, json!({})).ok()["instance"]["id"].clone(),
    };
    assert_eq!(details["resourceOwner"], owner);
    assert_eq!(person["preferredLoginName"], name);
    assert_eq!(person["email"], format!("{name}@example.com"));
    assert_eq!(person["firstName"], "Grace");
    assert_eq!(person["lastName"], "Hopper");
    assert_eq!(person["displayName"], "Amazing");
    assert_eq!(person["userType"], "TYPE_HUMAN");
    assert_eq!(person["userResourceOwner"], t.org_id());
    assert_eq!(person["roles"].as_array().unwrap().len(), 1);
    let machine = shown(&machine);
    assert_eq!(machine["displayName"], "Difference Engine");
    assert_eq!(machine["userType"], "TYPE_MACHINE");
    assert!(machine.get("firstName").is_none() && machine.get("email").is_none());
});

const QUERIES: Case = case("names and addresses are compared in each way", |t| {
    let place = Place::new(t);
    let (first, last) = (t.unique("Ädå"), t.unique("Löwe"));
    let address = format!("{}@Example.com", t.unique("Mail"));
    let human = t.human_of(json!({
        "profile": {"givenName": first, "familyName": last},
        "email": {"email": address, "isVerified": true},
    }));
    place.add(t, &human);
    place.add(t, &t.human());
    place.add(t, &t.machine());
    for (member, field, text) in [
        ("firstNameQuery", "firstName", &first),
        ("lastNameQuery", "lastName", &last),
        ("emailQuery", "email", &address),
    ] {
        let find = |text: &str, method: &str| {
            let method = format!("TEXT_QUERY_METHOD_{method}");
            place.ids(t, queries(json!({member: {field: text, "method": method}})))
        };
        let upper = text.to_uppercase();
        let cut = text.char_indices().nth(2).unwrap().0;
        for (text, method) in [
            (text.as_str(), "EQUALS"),
            (&upper, "EQUALS_IGNORE_CASE"),
            (text, "STARTS_WITH"),
            (&upper, "STARTS_WITH_IGNORE_CASE"),
            (&text[cut..], "CONTAINS"),
            (&text[cut..].to_uppercase(), "CONTAINS_IGNORE_CASE"),
            (&text[cut..], "ENDS_WITH"),
            (&text[cut..].to_uppercase(), "ENDS_WITH_IGNORE_CASE"),
        ] {
            assert_eq!(find(text, method), [human.as_str()], "{member} {method}");
        }
        assert!(find(&upper, "EQUALS").is_empty(), "{member}");
    }
    let both = json!({"queries": [
        {"firstNameQuery": {"firstName": first}}, {"lastNameQuery": {"lastName": first}},
    ]});
    assert!(place.ids(t, both).is_empty());
});

const LIMITS: Case = case("a query asks something, of 200 characters at most", |t| {
    let place = Place::new(t);
    place.list(t, queries(json!({}))).expect_invalid();
    let long = "a".repeat(201);
    for query in [
        json!({"firstNameQuery": {"firstName": long}}),
        json!({"lastNameQuery": {"lastName": long}}),
        json!({"emailQuery": {"email": long}}),
        json!({"userIdQuery": {"userId": long}}),
    ] {
        place.list(t, queries(query)).expect_invalid();
    }
});

/// The cases of `ListOrgMembers`.
pub const OF_ORG: Table = Table {
    operation: &LIST_ORG_MEMBERS,
    cases: &[
        SHOWN,
        QUERIES,
        case("pages in the order of the users' age", |t| {
            let place = Place::new(t);
            let machines = [t.machine(), t.machine()];
            for machine in machines.iter().rev() {
                place.add(t, machine);
            }
            // Whoever made the organization is the third, or first.
            let all = [
                t.admin.user.clone(),
                machines[0].clone(),
                machines[1].clone(),
            ];
            assert_eq!(place.ids(t, json!({})), all);
            assert_eq!(place.ids(t, json!({"query": {"limit": 2}})), all[..2]);
            assert_eq!(place.ids(t, json!({"query": {"offset": "2"}})), all[2..]);
            let answer = place.list(t, json!({"query": {"limit": 1}})).ok();
            assert_eq!(answer["details"]["totalResult"], "3");
        }),
        case("those of another organization are not there", |t| {
            let (place, other) = (Place::new(t), Place::new(t));
            other.add(t, &t.machine());
            assert_eq!(place.ids(t, json!({})), [t.admin.user.as_str()]);
        }),
        LIMITS,
    ],
};

/// The cases of `ListIAMMembers`.
pub const OF_INSTANCE: Table = Table {
    operation: &LIST_IAM_MEMBERS,
    cases: &[
        SHOWN,
        QUERIES,
        case("pages, sorted if wanted", |t| {
            let place = Place::new(t);
            let last = t.unique("Sorted");
            let profile = json!({"givenName": "Ada", "familyName": last});
            let humans = [0, 1, 2].map(|_| t.human_of(json!({"profile": profile})));
            for human in [1, 0, 2] {
                place.add(t, &humans[human]);
            }
            let [a, b, c] = &humans;
            let ids = |column: &str, query: Value| {
                let queries = [json!({"lastNameQuery": {"lastName": last}})];
                let column = format!("MEMBER_FIELD_NAME_{column}");
                let request = json!({"query": query, "queries": queries, "sortingColumn": column});
                place.ids(t, request)
            };
            let up = || json!({"asc": true});
            assert_eq!(ids("UNSPECIFIED", json!({})), [a.as_str(), b, c]);
            assert_eq!(ids("USER_ID", up()), [a.as_str(), b, c]);
            assert_eq!(ids("USER_ID", json!({})), [c.as_str(), b, a]);
            assert_eq!(ids("CREATION_DATE", up()), [b.as_str(), a, c]);
            assert_eq!(ids("CHANGE_DATE", json!({})), [c.as_str(), a, b]);
            assert_eq!(ids("USER_RESOURCE_OWNER", up()), [a.as_str(), b, c]);
            assert_eq!(
                ids("USER_ID", json!({"asc": true, "offset": "1", "limit": 1})),
                [b.as_str()]
            );
        }),
        LIMITS,
    ],
};

run_tables! {
    list_org_members_agrees_with_its_table = OF_ORG,
    list_iam_members_agrees_with_its_table = OF_INSTANCE,
}
