//! v2 `SetPhone` when it is refused (contract/phone.md §4), in the contract's order of checks.

use serde_json::json;

use crate::{
    clients::Kind,
    operations::SET_PHONE,
    table::{Table, case},
};

/// The cases of `SetPhone` that are refused.
pub const TABLE: Table = Table {
    operation: &SET_PHONE,
    cases: &[
        case("a user id and a number have 1 to 200 characters", |t| {
            let user = t.human();
            t.call(json!({"userId": user, "phone": ""}))
                .expect_invalid();
            t.call(json!({"userId": user})).expect_invalid();
            let long = "1".repeat(201);
            t.call(json!({"userId": user, "phone": long}))
                .expect_invalid();
            t.call(json!({"userId": long, "phone": t.number()}))
                .expect_invalid();
            if !t.encoding.uses_rest_path() {
                t.call(json!({"phone": t.number()})).expect_invalid();
            }
        }),
        case("is_verified must be true if it is present", |t| {
            let request = json!({"userId": t.human(), "phone": t.number(), "isVerified": false});
            t.call(request).expect_invalid();
        }),
        case(
            "an unknown or removed user or a machine is not found, before the number is read",
            |t| {
                let removed = t.human();
                t.remove(&removed);
                for user in ["1", &removed, &t.machine()] {
                    t.call(json!({"userId": user, "phone": "+41"}))
                        .fails(Kind::NotFound, "COMMAND-ieJ2e");
                }
            },
        ),
        case(
            "a user who has not finished the registration is refused",
            |t| {
                let user = t.initial_human(json!({}));
                t.call(json!({"userId": user, "phone": "+41"}))
                    .fails(Kind::Precondition, "COMMAND-uz0Uu");
            },
        ),
        case("an unknown user is told before missing rights", |t| {
            let nobody = t.token_without_membership();
            t.by(&nobody)
                .call(json!({"userId": "1", "phone": t.number()}))
                .fails(Kind::NotFound, "COMMAND-ieJ2e");
        }),
        case(
            "others need user.write, told before the number is read",
            |t| {
                let request = json!({"userId": t.human(), "phone": "+41"});
                let nobody = t.token_without_membership();
                t.by(&nobody)
                    .call(request.clone())
                    .fails(Kind::NotFound, "AUTHZ-cdgFk");
                let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
                t.by(&viewer)
                    .call(request.clone())
                    .fails(Kind::Denied, "AUTH-AWfge");
                let manager = t.token_with_roles(t.org_id(), &["ORG_USER_MANAGER"]);
                t.by(&manager)
                    .call(request)
                    .fails(Kind::Invalid, "PHONE-so0wa");
            },
        ),
        case("people may not declare their own number verified", |t| {
            let user = t.human();
            let token = t.token_of(&user);
            let request = json!({"userId": user, "phone": t.number(), "isVerified": true});
            t.by(&token)
                .call(request)
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            t.expect_last_events(&user, &["user.human.email.verified", "user.pat.added"]);
        }),
        case("the right in another organization does not help", |t| {
            let org = t.org();
            let stranger = t.token_with_roles(&org, &["ORG_OWNER"]);
            let request = json!({"userId": t.human(), "phone": t.number()});
            t.by(&stranger)
                .within(&org)
                .call(request)
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
        }),
        case("a number that is no number is refused", |t| {
            let user = t.human();
            for phone in [
                "abc",
                "1",
                "0",
                "00",
                "+4",
                "+49",
                "+12",
                "+417912345678901234567",
            ] {
                t.call(json!({"userId": user, "phone": phone}))
                    .fails(Kind::Invalid, "PHONE-so0wa");
            }
        }),
        case("the same number is refused, also with is_verified", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let national = format!("0{}", &number[3..]);
            for request in [
                json!({"userId": user, "phone": number}),
                json!({"userId": user, "phone": national, "returnCode": {}}),
                json!({"userId": user, "phone": number, "isVerified": true}),
            ] {
                t.call(request).fails(Kind::Precondition, "COMMAND-Uch5e");
            }
        }),
    ],
};

#[test]
fn set_phone_is_refused_as_its_table_says() {
    TABLE.run();
}
