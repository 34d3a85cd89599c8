//! v2 `CreateUser`, `UpdateUser` and `UpdateHumanUser` (contract/users.md §4, phone.md §4).

use serde_json::{Value, json};

use super::{PASSWORD, WEAK_PASSWORDS, order};
use crate::{
    clients::Kind,
    operations::{CREATE_USER, GET_USER_BY_ID, UPDATE_HUMAN_USER, UPDATE_USER},
    people::merged,
    table::{Case, Scene, Table, case, run_tables},
};

/// The cases of `CreateUser`.
pub const CREATE: Table = Table {
    operation: &CREATE_USER,
    cases: &[
        case(
            "a person is made, and the codes that were asked for come back",
            |t| {
                let (name, number) = (t.unique("created"), t.number());
                let human = json!({
                    "profile": {"givenName": "Ada", "familyName": "Lovelace", "nickName": "Countess"},
                    "email": {"email": format!("{name}@example.com"), "returnCode": {}},
                    "phone": {"phone": number, "returnCode": {}},
                    "metadata": [{"key": "k", "value": "dg=="}],
                });
                let request =
                    json!({"organizationId": t.org_id(), "username": name, "human": human});
                let answer = t.call(request).ok();
                let user = answer["id"].as_str().unwrap();
                let changes = t.changes(user);
                assert_eq!(answer["creationDate"], changes[0].date);
                assert_eq!(answer["emailCode"].as_str().unwrap().len(), 6);
                assert_eq!(answer["phoneCode"].as_str().unwrap().len(), 6);
                t.expect_last_events(
                    user,
                    &[
                        "user.human.added",
                        "user.human.email.code.added",
                        "user.human.phone.code.added",
                        "user.metadata.set",
                    ],
                );
            },
        ),
        case(
            "a machine is made; its name is its id unless one is given",
            |t| {
                let machine = json!({"name": "Engine", "description": "d"});
                let request = json!({"organizationId": t.org_id(), "machine": machine});
                let answer = t.call(request).ok();
                assert_eq!(answer.as_object().unwrap().len(), 2);
                let shown = shown(t, answer["id"].as_str().unwrap());
                assert_eq!(shown["username"], answer["id"]);
                assert_eq!(
                    shown["machine"],
                    json!({"name": "Engine", "description": "d"})
                );
            },
        ),
        case("an id and a user name are taken once", |t| {
            let (id, name) = (t.unique("id"), t.unique("created"));
            let request = json!({
                "organizationId": t.org_id(),
                "userId": id,
                "username": name,
                "machine": {"name": "Engine"},
            });
            t.call(request.clone()).ok();
            t.call(request.clone())
                .fails(Kind::Precondition, "COMMAND-7yiox1isql");
            t.call(merged(request, json!({"userId": t.unique("id")})))
                .fails(Kind::Exists, "V3-DKcYh");
        }),
        case(
            "metadata has a key and a value, whether or not the id is taken",
            |t| {
                let metadata = json!([{"key": " ", "value": "AQ=="}]);
                let mut request = new_human(t, json!({"metadata": metadata}));
                request["userId"] = json!(t.human());
                t.call(request).fails(Kind::Invalid, "META-2m00f");
            },
        ),
        case("the name of a machine says something", |t| {
            t.call(json!({"organizationId": t.org_id(), "machine": {"name": " "}}))
                .fails(Kind::Invalid, "COMMAND-bm9Ds");
        }),
        case("a weak password is refused", |t| {
            for (weak, id) in WEAK_PASSWORDS {
                let request = new_human(t, json!({"password": {"password": weak}}));
                t.call(request).fails(Kind::Invalid, id);
            }
        }),
        order::CREATE_HUMAN,
        order::CREATE_MACHINE,
        case("a domain of another organization is refused", |t| {
            let request = merged(
                new_human(t, json!({})),
                json!({"username": format!("ada@{}", t.foreign_domain())}),
            );
            t.call(request).fails(Kind::Invalid, "COMMAND-SFd21");
        }),
        case("user.write in the organization is needed", |t| {
            let request = new_human(t, json!({}));
            t.by(&t.token_without_membership())
                .call(request.clone())
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
            t.by(&viewer)
                .call(request.clone())
                .fails(Kind::Denied, "AUTH-AWfge");
            t.call(merged(request, json!({"organizationId": "1"})))
                .fails(Kind::Denied, "AUTH-Bs7Ds");
        }),
        case("a second factor is not offered", |t| {
            let request = new_human(t, json!({"totpSecret": "JBSWY3DPEHPK3PXP"}));
            t.call(request).fails_plainly(Kind::Unimplemented);
        }),
        case("what is required must be there", |t| {
            t.call(json!({"organizationId": t.org_id()}))
                .expect_invalid();
            t.call(json!({"machine": {"name": "Engine"}}))
                .expect_invalid();
            t.call(json!({"organizationId": t.org_id(), "machine": {}}))
                .expect_invalid();
            t.call(new_human(t, json!({"profile": null})))
                .expect_invalid();
            t.call(new_human(t, json!({"email": null})))
                .expect_invalid();
        }),
    ],
};

/// The cases of `UpdateUser`.
pub const UPDATE: Table = Table {
    operation: &UPDATE_USER,
    cases: &[
        case(
            "several things change in one go, in the contract's order",
            |t| {
                let (user, number) = (t.human(), t.number());
                let request = json!({
                    "userId": user,
                    "username": t.unique("updated"),
                    "human": {
                        "profile": {"givenName": "Grace"},
                        "email": {"email": format!("{}@example.com", t.unique("new")), "returnCode": {}},
                        "phone": {"phone": number, "returnCode": {}},
                        "password": {"password": {"password": PASSWORD}},
                    },
                });
                let answer = t.call(request).ok();
                assert_eq!(answer["emailCode"].as_str().unwrap().len(), 6);
                assert_eq!(answer["phoneCode"].as_str().unwrap().len(), 6);
                assert_eq!(answer["changeDate"], t.changes(&user).pop().unwrap().date);
                t.expect_last_events(
                    &user,
                    &[
                        "user.username.changed",
                        "user.human.profile.changed",
                        "user.human.email.changed",
                        "user.human.email.code.added",
                        "user.human.phone.changed",
                        "user.human.phone.code.added",
                        "user.human.password.changed",
                    ],
                );
                let shown = shown(t, &user);
                assert_eq!(shown["human"]["profile"]["givenName"], "Grace");
                assert_eq!(shown["human"]["profile"]["familyName"], "Lovelace");
            },
        ),
        case(
            "an empty number removes the phone, and cannot be verified",
            |t| {
                let user = t.human_with_verified_phone(&t.number());
                let with =
                    |phone: Value| t.call(json!({"userId": user, "human": {"phone": phone}}));
                with(json!({"phone": "", "returnCode": {}})).fails(Kind::Invalid, "USERv2-4f3d6");
                with(json!({"phone": ""})).ok();
                t.expect_last_events(&user, &["user.human.phone.removed"]);
                with(json!({"phone": ""})).ok();
                assert_eq!(shown(t, &user)["human"]["phone"], json!({}));
            },
        ),
        case("a machine changes", |t| {
            let machine = t.machine();
            let request =
                json!({"userId": machine, "machine": {"name": "New", "description": "d"}});
            t.call(request.clone()).ok();
            t.expect_last_events(&machine, &["user.machine.changed"]);
            t.call(request).ok();
            assert_eq!(t.changes(&machine).len(), 2);
        }),
        case("the kind must be said and be right", |t| {
            t.call(json!({"userId": t.human(), "username": t.unique("updated")}))
                .fails_plainly(Kind::Unimplemented);
            t.call(json!({"userId": t.human(), "machine": {"name": "x"}}))
                .fails(Kind::NotFound, "COMMAND-ugjs0upun6");
            t.call(json!({"userId": t.machine(), "human": {}}))
                .fails(Kind::NotFound, "COMMAND-ugjs0upun6");
        }),
        UNCHANGED,
        UNKNOWN,
        PERMISSION,
        TAKEN,
        REFUSED,
        CHECKED,
        order::UPDATE,
        case("what is given is not empty", |t| {
            let user = t.human();
            for profile in [
                json!({"givenName": ""}),
                json!({"familyName": "a".repeat(201)}),
            ] {
                t.call(json!({"userId": user, "human": {"profile": profile}}))
                    .expect_invalid();
            }
        }),
    ],
};

/// The cases of `UpdateHumanUser`.
pub const UPDATE_HUMAN: Table = Table {
    operation: &UPDATE_HUMAN_USER,
    cases: &[
        case(
            "several things change in one go, in the contract's order",
            |t| {
                let (user, number) = (t.human(), t.number());
                let request = json!({
                    "userId": user,
                    "username": t.unique("updated"),
                    "profile": {"givenName": "Grace", "familyName": "Hopper"},
                    "email": {"email": format!("{}@example.com", t.unique("new")), "isVerified": true},
                    "phone": {"phone": number, "returnCode": {}},
                    "password": {"password": {"password": PASSWORD}},
                });
                let answer = t.call(request).ok();
                assert_eq!(answer.get("emailCode"), None);
                assert_eq!(answer["phoneCode"].as_str().unwrap().len(), 6);
                t.expect_v2_change(&answer, &user, "user.human.password.changed");
                t.expect_last_events(
                    &user,
                    &[
                        "user.username.changed",
                        "user.human.profile.changed",
                        "user.human.email.changed",
                        "user.human.email.verified",
                        "user.human.phone.changed",
                        "user.human.phone.code.added",
                        "user.human.password.changed",
                    ],
                );
            },
        ),
        case(
            "an unchanged number can be verified, an empty one means it",
            |t| {
                let number = t.number();
                let user = t.human_with_phone(&number);
                t.call(json!({"userId": user, "phone": {"phone": number}}))
                    .ok();
                t.call(json!({"userId": user, "phone": {"phone": "", "isVerified": true}}))
                    .ok();
                t.expect_last_events(
                    &user,
                    &["user.human.phone.code.added", "user.human.phone.verified"],
                );
                t.call(json!({"userId": user, "phone": {"phone": number, "isVerified": true}}))
                    .ok();
                t.call(json!({"userId": user, "phone": {"phone": ""}})).ok();
                t.expect_last_events(&user, &["user.human.phone.verified"]);
            },
        ),
        case(
            "a password needs user.write, the current one or a code",
            |t| {
                let user = t.human_of(json!({"password": {"password": PASSWORD}}));
                let own = t.token_of(&user);
                let new = json!({"password": {"password": "Difference2!"}});
                t.by(&own)
                    .call(json!({"userId": user, "password": new}))
                    .fails(Kind::NotFound, "AUTHZ-cdgFk");
                let proven = merged(new.clone(), json!({"currentPassword": PASSWORD}));
                t.by(&own)
                    .call(json!({"userId": user, "password": proven}))
                    .ok();
                let wrong = merged(new, json!({"verificationCode": "WRONG1"}));
                t.by(&own)
                    .call(json!({"userId": user, "password": wrong}))
                    .fails(Kind::Invalid, "COMMAND-eis9R");
                let weak = json!({"password": {"password": "weak"}});
                t.call(json!({"userId": user, "password": weak}))
                    .fails(Kind::Invalid, "DOMAIN-HuJf6");
            },
        ),
        case("a number that is none comes before an unknown user", |t| {
            t.call(json!({"userId": "1", "phone": {"phone": "abc"}}))
                .fails(Kind::Invalid, "PHONE-so0wa");
        }),
        case("a machine is not found", |t| {
            t.call(json!({"userId": t.machine()}))
                .fails(Kind::NotFound, "COMMAND-ugjs0upun6");
        }),
        UNCHANGED,
        UNKNOWN,
        PERMISSION,
        TAKEN,
        REFUSED,
        CHECKED,
        order::UPDATE,
    ],
};

run_tables! {
    create_user_agrees_with_its_table = CREATE,
    update_user_agrees_with_its_table = UPDATE,
    update_human_user_agrees_with_its_table = UPDATE_HUMAN,
}

/// The request of whichever of the two operations a case runs for.
pub(super) fn update(t: &Scene, user: &str, human: Value) -> Value {
    if t.operation_is(&UPDATE_USER) {
        json!({"userId": user, "human": human})
    } else {
        merged(json!({"userId": user}), human)
    }
}

const UNCHANGED: Case = case("nothing new is no error and no event", |t| {
    let user = t.human();
    let before = t.changes(&user).len();
    let name = shown(t, &user)["username"].clone();
    let email = json!({"email": shown(t, &user)["human"]["email"]["email"]});
    let mut request = update(t, &user, json!({"email": email}));
    request["username"] = name;
    t.call(request).ok();
    assert_eq!(t.changes(&user).len(), before);
});

const UNKNOWN: Case = case("an unknown user is not found, whoever asks", |t| {
    let request = update(t, "1", json!({}));
    t.by(&t.token_without_membership())
        .call(request)
        .fails(Kind::NotFound, "COMMAND-ugjs0upun6");
});

const PERMISSION: Case = case(
    "the user itself may, but not verify; a stranger may nothing",
    |t| {
        let user = t.human();
        let own = t.token_of(&user);
        let phone = json!({"phone": t.number()});
        let request = update(t, &user, json!({"phone": phone}));
        t.by(&own).call(request.clone()).ok();
        t.by(&t.token_without_membership())
            .call(request)
            .fails(Kind::NotFound, "AUTHZ-cdgFk");
        let phone = json!({"phone": t.number(), "isVerified": true});
        let request = update(t, &user, json!({"phone": phone}));
        t.by(&own)
            .call(request)
            .fails(Kind::NotFound, "AUTHZ-cdgFk");
    },
);

const TAKEN: Case = case("a user name that somebody has is taken", |t| {
    let name = t.unique("taken");
    t.human_of(json!({"username": name}));
    let mut request = update(t, &t.human(), json!({}));
    request["username"] = json!(name.to_uppercase());
    t.call(request).fails(Kind::Exists, "V3-DKcYh");
});

const REFUSED: Case = case("a refused password leaves everything as it was", |t| {
    let user = t.human_of(json!({"password": {"password": "Passw0rd!"}}));
    let own = t.token_of(&user);
    let before = shown(t, &user);
    let with = |proof: Value| {
        let password = merged(json!({"password": {"password": "Different1!"}}), proof);
        let profile = json!({"givenName": "Augusta", "familyName": "King"});
        let phone = json!({"phone": t.number()});
        let human = json!({"profile": profile, "phone": phone, "password": password});
        update(t, &user, human)
    };
    t.by(&own)
        .call(with(json!({"currentPassword": "wrong"})))
        .fails(Kind::Invalid, "COMMAND-3M0fs");
    t.expect_last_events(&user, &["user.human.password.check.failed"]);
    t.by(&own)
        .call(with(json!({"verificationCode": "WRONG1"})))
        .fails(Kind::Invalid, "COMMAND-eis9R");
    t.by(&t.token_without_membership())
        .call(with(json!({"currentPassword": "Passw0rd!"})))
        .fails(Kind::NotFound, "AUTHZ-cdgFk");
    assert_eq!(shown(t, &user)["human"], before["human"]);
});

const CHECKED: Case = case("names and passwords are checked as everywhere", |t| {
    let user = t.human();
    let with = |human: Value| t.call(update(t, &user, human));
    let names = |first: &str, last: &str| {
        with(json!({"profile": {"givenName": first, "familyName": last}}))
    };
    names(" ", " ").fails(Kind::Invalid, "USER-UCej2");
    names("Ada", " ").fails(Kind::Invalid, "USER-4hB7d");
    with(json!({"phone": {"phone": "abc"}})).fails(Kind::Invalid, "PHONE-so0wa");
    let name = json!({"username": format!("ada@{}", t.foreign_domain())});
    t.call(merged(update(t, &user, json!({})), name))
        .fails(Kind::Invalid, "COMMAND-Di2ei");
    for (weak, id) in WEAK_PASSWORDS {
        with(json!({"password": {"password": {"password": weak}}})).fails(Kind::Invalid, id);
    }
    let proven = json!({"password": {"password": "Passw0rd!"}, "currentPassword": "x"});
    with(json!({"password": proven})).fails(Kind::Precondition, "COMMAND-3nJ4t");
    let initial = t.initial_human(json!({}));
    t.call(update(t, &initial, json!({"password": proven})))
        .fails(Kind::Precondition, "COMMAND-M9dse");
});

/// A good request for a person, with members of the person added or replaced.
pub(super) fn new_human(t: &Scene, more: Value) -> Value {
    let name = t.unique("created");
    let human = json!({
        "profile": {"givenName": "Ada", "familyName": "Lovelace"},
        "email": {"email": format!("{name}@example.com"), "isVerified": true},
    });
    json!({"organizationId": t.org_id(), "username": name, "human": merged(human, more)})
}

fn shown(t: &Scene, user: &str) -> Value {
    let answer = t
        .rest_as_admin(&GET_USER_BY_ID, json!({"userId": user}))
        .ok();
    answer["user"].clone()
}
