//! Activate, deactivate and remove a way to send e-mail, over `/smtp` and `/email`.

use serde_json::json;

use super::{LIMITS_OF_ID, NEEDS_INSTANCE_ROLE, expect_action, expect_change, turn};
use crate::{
    clients::Kind,
    operations::{
        ACTIVATE_EMAIL_PROVIDER, ACTIVATE_SMTP_CONFIG, DEACTIVATE_EMAIL_PROVIDER,
        DEACTIVATE_SMTP_CONFIG, GET_EMAIL_PROVIDER_BY_ID, REMOVE_EMAIL_PROVIDER,
        REMOVE_SMTP_CONFIG,
    },
    table::{Case, Table, case, run_tables},
};

/// The cases of `ActivateSMTPConfig`.
pub const ACTIVATE: Table = Table {
    operation: &ACTIVATE_SMTP_CONFIG,
    cases: ACTIVATING,
};

/// The cases of `ActivateEmailProvider`.
pub const ACTIVATE_EMAIL: Table = Table {
    operation: &ACTIVATE_EMAIL_PROVIDER,
    cases: ACTIVATING,
};

/// The cases of `DeactivateSMTPConfig`.
pub const DEACTIVATE: Table = Table {
    operation: &DEACTIVATE_SMTP_CONFIG,
    cases: DEACTIVATING,
};

/// The cases of `DeactivateEmailProvider`.
pub const DEACTIVATE_EMAIL: Table = Table {
    operation: &DEACTIVATE_EMAIL_PROVIDER,
    cases: DEACTIVATING,
};

/// The cases of `RemoveSMTPConfig`.
pub const REMOVE: Table = Table {
    operation: &REMOVE_SMTP_CONFIG,
    cases: REMOVING,
};

/// The cases of `RemoveEmailProvider`.
pub const REMOVE_EMAIL: Table = Table {
    operation: &REMOVE_EMAIL_PROVIDER,
    cases: REMOVING,
};

const ACTIVATING: &[Case] = &[
    case("one becomes active and the one before inactive", |t| {
        let _turn = turn();
        let (first, second) = (t.smtp_config(), t.http_provider());
        let answer = t.call(json!({"id": first})).ok();
        expect_action(t, &answer, &first, "activated");
        assert_eq!(t.email_provider(&first)["state"], "EMAIL_PROVIDER_ACTIVE");
        t.call(json!({"id": second})).ok();
        assert_eq!(t.email_provider(&first)["state"], "EMAIL_PROVIDER_INACTIVE");
        assert_eq!(t.email_provider(&second)["state"], "EMAIL_PROVIDER_ACTIVE");
        t.rest_as_admin(&DEACTIVATE_EMAIL_PROVIDER, json!({"id": second}))
            .ok();
    }),
    case("an active one is active already", |t| {
        let _turn = turn();
        let id = t.smtp_config();
        t.call(json!({"id": id})).ok();
        t.call(json!({"id": id}))
            .fails(Kind::Precondition, "COMMAND-vUHBSmBzaw");
        t.rest_as_admin(&DEACTIVATE_EMAIL_PROVIDER, json!({"id": id}))
            .ok();
    }),
    case("an unknown one is not found", |t| {
        t.call(json!({"id": "1"}))
            .fails(Kind::NotFound, "COMMAND-E9K20hxOS9");
    }),
    LIMITS_OF_ID,
    NEEDS_INSTANCE_ROLE,
];

const DEACTIVATING: &[Case] = &[
    case("the active one becomes inactive", |t| {
        let _turn = turn();
        let id = t.smtp_config();
        t.rest_as_admin(&ACTIVATE_EMAIL_PROVIDER, json!({"id": id}))
            .ok();
        let answer = t.call(json!({"id": id})).ok();
        expect_action(t, &answer, &id, "deactivated");
        assert_eq!(t.email_provider(&id)["state"], "EMAIL_PROVIDER_INACTIVE");
    }),
    case("an inactive one is inactive already", |t| {
        t.call(json!({"id": t.smtp_config()}))
            .fails(Kind::Precondition, "COMMAND-km8g3");
    }),
    case("an unknown one is not found", |t| {
        t.call(json!({"id": "1"}))
            .fails(Kind::NotFound, "COMMAND-k39PJ");
    }),
    LIMITS_OF_ID,
    NEEDS_INSTANCE_ROLE,
];

const REMOVING: &[Case] = &[
    case("a removed one is gone, and was there once", |t| {
        for id in [t.smtp_config(), t.http_provider()] {
            let answer = t.call(json!({"id": id})).ok();
            expect_change(t, &answer, &id, "removed", &json!({}));
            t.rest_as_admin(&GET_EMAIL_PROVIDER_BY_ID, json!({"id": id}))
                .fails(Kind::NotFound, "QUERY-fwofw");
            t.call(json!({"id": id}))
                .fails(Kind::NotFound, "COMMAND-09CXlTDL6w");
        }
    }),
    case("the active one can be removed too", |t| {
        let _turn = turn();
        let id = t.smtp_config();
        t.rest_as_admin(&ACTIVATE_EMAIL_PROVIDER, json!({"id": id}))
            .ok();
        t.call(json!({"id": id})).ok();
    }),
    case("an unknown one is not found", |t| {
        t.call(json!({"id": "1"}))
            .fails(Kind::NotFound, "COMMAND-09CXlTDL6w");
    }),
    LIMITS_OF_ID,
    NEEDS_INSTANCE_ROLE,
];

run_tables! {
    activate_smtp_config_agrees_with_its_table = ACTIVATE,
    activate_email_provider_agrees_with_its_table = ACTIVATE_EMAIL,
    deactivate_smtp_config_agrees_with_its_table = DEACTIVATE,
    deactivate_email_provider_agrees_with_its_table = DEACTIVATE_EMAIL,
    remove_smtp_config_agrees_with_its_table = REMOVE,
    remove_email_provider_agrees_with_its_table = REMOVE_EMAIL,
}
