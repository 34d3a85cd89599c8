//! v2 `RemovePhone` (contract/phone.md §4).

use serde_json::json;

use crate::{
    clients::Kind,
    operations::{GET_HUMAN_PHONE, REMOVE_PHONE, RESEND_PHONE_CODE, VERIFY_PHONE},
    table::{Table, case},
};

const REMOVED: &str = "user.human.phone.removed";

/// The cases of `RemovePhone`.
pub const TABLE: Table = Table {
    operation: &REMOVE_PHONE,
    cases: &[
        case("a phone is removed", |t| {
            let user = t.human_with_verified_phone(&t.number());
            let answer = t.call(json!({"userId": user})).ok();
            t.expect_v2_change(&answer, &user, REMOVED);
            t.expect_last_events(&user, &["user.human.phone.verified", REMOVED]);
            let shown = t.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
            assert_eq!(shown.ok()["phone"], json!({}));
        }),
        case("the pending code dies with the phone", |t| {
            let number = t.number();
            let user = t.human_with_phone(&number);
            let code = t.code_for(&number);
            t.call(json!({"userId": user})).ok();
            let request = json!({"userId": user, "verificationCode": code});
            t.rest_as_admin(&VERIFY_PHONE, request)
                .fails(Kind::Invalid, "COMMAND-eis9R");
            t.rest_as_admin(&RESEND_PHONE_CODE, json!({"userId": user}))
                .fails(Kind::Precondition, "PHONE-5xrra88eq8");
        }),
        case("no phone is a failed precondition", |t| {
            t.call(json!({"userId": t.human()}))
                .fails(Kind::Precondition, "COMMAND-ieJ2e");
        }),
        case(
            "an unknown or removed user or a machine is not found",
            |t| {
                let removed = t.human_with_verified_phone(&t.number());
                t.remove(&removed);
                for user in ["1", &removed, &t.machine()] {
                    t.call(json!({"userId": user}))
                        .fails(Kind::NotFound, "COMMAND-ieJ2e");
                }
            },
        ),
        case(
            "a user who has not finished the registration is refused, phone or not",
            |t| {
                let phone = json!({"phone": t.number(), "isPhoneVerified": true});
                for more in [json!({"phone": phone}), json!({})] {
                    t.call(json!({"userId": t.initial_human(more)}))
                        .fails(Kind::Precondition, "COMMAND-uz0Uu");
                }
            },
        ),
        case("people may remove their own phone", |t| {
            let user = t.human_with_verified_phone(&t.number());
            let token = t.token_of(&user);
            t.by(&token).call(json!({"userId": user})).ok();
        }),
        case("others need user.write where the user belongs", |t| {
            let user = t.human_with_verified_phone(&t.number());
            let request = json!({"userId": user});
            let nobody = t.token_without_membership();
            t.by(&nobody)
                .call(request.clone())
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
            let viewer = t.token_with_roles(t.org_id(), &["ORG_OWNER_VIEWER"]);
            t.by(&viewer)
                .call(request.clone())
                .fails(Kind::Denied, "AUTH-AWfge");
            let manager = t.token_with_roles(t.org_id(), &["ORG_USER_MANAGER"]);
            t.by(&manager).call(request).ok();
        }),
        case("the right in another organization does not help", |t| {
            let (org, user) = (t.org(), t.human_with_verified_phone(&t.number()));
            let stranger = t.token_with_roles(&org, &["ORG_OWNER"]);
            t.by(&stranger)
                .within(&org)
                .call(json!({"userId": user}))
                .fails(Kind::NotFound, "AUTHZ-cdgFk");
        }),
        case("a user id has 1 to 200 characters", |t| {
            t.call(json!({"userId": "a".repeat(201)})).expect_invalid();
            if !t.encoding.uses_rest_path() {
                t.call(json!({})).expect_invalid();
            }
        }),
    ],
};

#[test]
fn remove_phone_agrees_with_its_table() {
    TABLE.run();
}
