//! The order of the checks where users are made, and changed by v2 (contract/users.md §2, §4): a request
//! that is wrong in several ways is told the first of them.

use serde_json::{Value, json};

use super::{
    PASSWORD, WEAK_PASSWORDS, add_human_user_v1, create_and_update_v2 as v2, import_human_user,
};
use crate::{
    clients::Kind,
    operations::UPDATE_USER,
    people::merged,
    table::{Case, Fault, Scene, case, expect_in_order},
};

const TRUTH: &str = "each error comes before the next";

/// For v1 `AddHumanUser`.
pub const ADD_HUMAN_V1: Case = case(TRUTH, |t| {
    let mut faults = names_v1(["V2-zzad3", "USER-UCej2", "USER-4hB7d"]);
    faults.push((
        json!({"phone": {"phone": "+41"}}),
        Kind::Invalid,
        "PHONE-so0wa",
    ));
    let password = |text: &str| json!({"initialPassword": text});
    faults.extend(name_and_password(t, "userName", password));
    let good = add_human_user_v1::new(t, json!({}));
    expect_in_order(|request| t.call(request), good, &faults);
});

/// For `ImportHumanUser`.
pub const IMPORT_HUMAN: Case = case(TRUTH, |t| {
    let mut faults = names_v1(["COMMAND-00p2b", "PROFILE-RF5z2", "PROFILE-DSUkN"]);
    faults.push((
        json!({"phone": {"phone": "+41"}}),
        Kind::Invalid,
        "PHONE-so0wa",
    ));
    let password = |text: &str| json!({"password": text});
    faults.extend(name_and_password(t, "userName", password));
    let good = import_human_user::new(t, json!({}));
    expect_in_order(|request| t.call(request), good, &faults);
});

/// For v2 `AddHumanUser`.
pub const ADD_HUMAN: Case = case(TRUTH, |t| {
    let good = t.new_human(json!({}));
    expect_in_order(|request| t.call(request), good, &person(t));
});

/// For `CreateUser`.
pub const CREATE_HUMAN: Case = case("of a person, each error comes before the next", |t| {
    let of_user = ["organizationId", "userId", "username"];
    let call = |request: Value| t.call(nested(request, &of_user, "human"));
    let good = v2::new_human(t, json!({}));
    let good = merged(good["human"].clone(), merged(good, json!({"human": null})));
    expect_in_order(call, good, &person(t));
});

/// For `CreateUser`.
pub const CREATE_MACHINE: Case = case("of a machine, each error comes before the next", |t| {
    let taken = t.unique("taken");
    t.human_of(json!({"username": taken}));
    let faults = [
        (
            json!({"machine": {"name": " "}}),
            Kind::Invalid,
            "COMMAND-bm9Ds",
        ),
        (
            json!({"userId": t.human()}),
            Kind::Precondition,
            "COMMAND-7yiox1isql",
        ),
        (json!({"username": taken}), Kind::Exists, "V3-DKcYh"),
    ];
    let good = json!({"organizationId": t.org_id(), "machine": {"name": "Engine"}});
    expect_in_order(|request| t.call(request), good, &faults);
});

/// For `UpdateUser` and `UpdateHumanUser`.
pub const UPDATE: Case = case(TRUTH, |t| {
    let weak = |proof: Value| {
        let password = json!({"password": {"password": WEAK_PASSWORDS[0].0}});
        json!({"password": merged(password, proof)})
    };
    let with_password = t.human_of(json!({"password": {"password": PASSWORD}}));
    let by_current = weak(json!({"currentPassword": "wrong"}));
    let mut faults = vec![(
        json!({"phone": {"phone": "abc"}}),
        Kind::Invalid,
        "PHONE-so0wa",
    )];
    if t.operation_is(&UPDATE_USER) {
        faults.push((
            json!({"phone": {"phone": "", "returnCode": {}}}),
            Kind::Invalid,
            "USERv2-4f3d6",
        ));
    }
    let machine = json!({"userId": t.machine()});
    faults.push((machine, Kind::NotFound, "COMMAND-ugjs0upun6"));
    let foreign = json!({"username": format!("ada@{}", t.foreign_domain())});
    faults.push((foreign, Kind::Invalid, "COMMAND-Di2ei"));
    faults.extend(names());
    // Neither of the two has a password.
    for (user, id) in [
        (t.initial_human(json!({})), "COMMAND-M9dse"),
        (t.human(), "COMMAND-3nJ4t"),
    ] {
        faults.push((json!({"userId": user}), Kind::Precondition, id));
    }
    faults.push((by_current, Kind::Invalid, "COMMAND-3M0fs"));
    let by_code = weak(json!({"verificationCode": "WRONG1"}));
    faults.push((by_code, Kind::Invalid, "COMMAND-eis9R"));
    let by_writer = |text: &str| json!({"password": {"password": {"password": text}}});
    faults.extend(weak_passwords(by_writer));
    faults.push(taken(t, "username"));

    let of_user = ["userId", "username"];
    let call = |request: Value| {
        let request = nested(request, &of_user, "human");
        let user = request["userId"].as_str().unwrap();
        let wire = v2::update(t, user, request["human"].clone());
        t.call(merged(wire, json!({"username": request["username"]})))
    };
    expect_in_order(call, json!({"userId": with_password}), &faults);
});

/// What can be wrong with a person that v2 makes.
fn person(t: &Scene) -> Vec<Fault> {
    let metadata = json!([{"key": " ", "value": "AQ=="}]);
    let mut faults = names();
    faults.extend([
        (
            json!({"phone": {"phone": "abc"}}),
            Kind::Invalid,
            "PHONE-so0wa",
        ),
        (json!({"metadata": metadata}), Kind::Invalid, "META-2m00f"),
        (
            json!({"userId": t.human()}),
            Kind::Precondition,
            "COMMAND-7yiox1isql",
        ),
    ]);
    let password = |text: &str| json!({"password": {"password": text}});
    faults.extend(name_and_password(t, "username", password));
    faults
}

fn names() -> Vec<Fault> {
    let names = |given: &str, id| {
        let profile = json!({"givenName": given, "familyName": " "});
        (json!({"profile": profile}), Kind::Invalid, id)
    };
    vec![names(" ", "USER-UCej2"), names("Ada", "USER-4hB7d")]
}

fn names_v1([user_name, first, last]: [&'static str; 3]) -> Vec<Fault> {
    let names = |given: &str, id| {
        let profile = json!({"firstName": given, "lastName": " "});
        (json!({"profile": profile}), Kind::Invalid, id)
    };
    let blank = (json!({"userName": " "}), Kind::Invalid, user_name);
    vec![blank, names(" ", first), names("Ada", last)]
}

/// A user name in a domain of another organization, what passwords lack, and a user name that is taken.
fn name_and_password(
    t: &Scene,
    user_name: &str,
    password: impl Fn(&str) -> Value,
) -> impl Iterator<Item = Fault> {
    let foreign = json!({user_name: format!("ada@{}", t.foreign_domain())});
    let foreign = (foreign, Kind::Invalid, "COMMAND-SFd21");
    let passwords = weak_passwords(password);
    [foreign]
        .into_iter()
        .chain(passwords)
        .chain([taken(t, user_name)])
}

fn weak_passwords(password: impl Fn(&str) -> Value) -> [Fault; 5] {
    WEAK_PASSWORDS.map(|(text, id)| (password(text), Kind::Invalid, id))
}

fn taken(t: &Scene, user_name: &str) -> Fault {
    let taken = t.unique("taken");
    t.human_of(json!({"username": taken}));
    (json!({user_name: taken}), Kind::Exists, "V3-DKcYh")
}

/// The request with all members but some put into another.
fn nested(request: Value, outside: &[&str], inside: &str) -> Value {
    let (mut outer, mut inner) = (json!({}), json!({}));
    for (name, value) in request.as_object().unwrap() {
        let place = match outside.contains(&name.as_str()) {
            true => &mut outer,
            false => &mut inner,
        };
        place[name] = value.clone();
    }
    outer[inside] = inner;
    outer
}
