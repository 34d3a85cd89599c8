//! Activate, deactivate and remove a provider, over `/smtp`, `/email` and `/sms`.

use serde_json::json;

use super::{
    LIMITS_OF_ID, NEEDS_INSTANCE_ROLE, SMS, expect_action, expect_addition_or_removal, family, turn,
};
use crate::{
    clients::Kind,
    operations::{
        ACTIVATE_EMAIL_PROVIDER, ACTIVATE_SMS_PROVIDER, ACTIVATE_SMTP_CONFIG,
        DEACTIVATE_EMAIL_PROVIDER, DEACTIVATE_SMS_PROVIDER, DEACTIVATE_SMTP_CONFIG,
        RELOAD_PROVIDERS, REMOVE_EMAIL_PROVIDER, REMOVE_SMS_PROVIDER, REMOVE_SMTP_CONFIG,
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

/// The cases of `ActivateSMSProvider`.
pub const ACTIVATE_SMS: Table = Table {
    operation: &ACTIVATE_SMS_PROVIDER,
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

/// The cases of `DeactivateSMSProvider`.
pub const DEACTIVATE_SMS: Table = Table {
    operation: &DEACTIVATE_SMS_PROVIDER,
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

/// The cases of `RemoveSMSProvider`.
pub const REMOVE_SMS: Table = Table {
    operation: &REMOVE_SMS_PROVIDER,
    cases: REMOVING,
};

const ACTIVATING: &[Case] = &[
    case("a plugin that may not run is not used for SMS", |t| {
        if !t.operation_is(&ACTIVATE_SMS_PROVIDER) {
            return;
        }
        let t = &t.alone();
        let id = SMS.http(t);
        t.configure("[notifications]\nrequire_pins = true\n");
        t.rest_as_admin(&RELOAD_PROVIDERS, json!({})).ok();
        t.call(json!({"id": id}))
            .fails(Kind::Precondition, "PROV-P1ugn");
    }),
    case("one becomes active and the one before inactive", |t| {
        let _turn = turn();
        let family = family(t);
        let (first, second) = (family.http(t), family.http(t));
        let answer = t.call(json!({"id": first})).ok();
        expect_action(t, &answer, &first, "activated", &json!({}));
        let state = |id: &str| family.shown(t, id)["state"].clone();
        assert_eq!(state(&first), family.state("ACTIVE"));
        t.call(json!({"id": second})).ok();
        assert_eq!(state(&first), family.state("INACTIVE"));
        assert_eq!(state(&second), family.state("ACTIVE"));
        t.rest_as_admin(family.deactivate, json!({"id": second}))
            .ok();
    }),
    case("an active one is active already", |t| {
        let _turn = turn();
        let id = family(t).http(t);
        family(t).with_active(t, &id, || {
            t.call(json!({"id": id}))
                .fails(Kind::Precondition, family(t).refusals.active);
        });
    }),
    case("an unknown one is not found", |t| {
        t.call(json!({"id": "1"}))
            .fails(Kind::NotFound, family(t).refusals.activate);
    }),
    LIMITS_OF_ID,
    NEEDS_INSTANCE_ROLE,
];

const DEACTIVATING: &[Case] = &[
    case("the active one becomes inactive", |t| {
        let _turn = turn();
        let family = family(t);
        let id = family.http(t);
        t.rest_as_admin(family.activate, json!({"id": id})).ok();
        let answer = t.call(json!({"id": id})).ok();
        expect_action(t, &answer, &id, "deactivated", &json!({}));
        assert_eq!(family.shown(t, &id)["state"], family.state("INACTIVE"));
    }),
    case("an inactive one is inactive already", |t| {
        t.call(json!({"id": (family(t).other)(t)}))
            .fails(Kind::Precondition, family(t).refusals.inactive);
    }),
    case("an unknown one is not found", |t| {
        t.call(json!({"id": "1"}))
            .fails(Kind::NotFound, family(t).refusals.deactivate);
    }),
    LIMITS_OF_ID,
    NEEDS_INSTANCE_ROLE,
];

const REMOVING: &[Case] = &[
    case("a removed one is gone, and was there once", |t| {
        let family = family(t);
        for id in [(family.other)(t), family.http(t)] {
            let answer = t.call(json!({"id": id})).ok();
            expect_addition_or_removal(t, &answer, &id, "removed", &json!({}));
            family.expect_gone(t, &id);
            t.call(json!({"id": id}))
                .fails(Kind::NotFound, family.refusals.remove);
        }
    }),
    case("the active one can be removed too", |t| {
        let _turn = turn();
        let id = family(t).http(t);
        t.rest_as_admin(family(t).activate, json!({"id": id})).ok();
        t.call(json!({"id": id})).ok();
    }),
    case("an unknown one is not found", |t| {
        t.call(json!({"id": "1"}))
            .fails(Kind::NotFound, family(t).refusals.remove);
    }),
    LIMITS_OF_ID,
    NEEDS_INSTANCE_ROLE,
];

run_tables! {
    activate_smtp_config_agrees_with_its_table = ACTIVATE,
    activate_email_provider_agrees_with_its_table = ACTIVATE_EMAIL,
    activate_sms_provider_agrees_with_its_table = ACTIVATE_SMS,
    deactivate_smtp_config_agrees_with_its_table = DEACTIVATE,
    deactivate_email_provider_agrees_with_its_table = DEACTIVATE_EMAIL,
    deactivate_sms_provider_agrees_with_its_table = DEACTIVATE_SMS,
    remove_smtp_config_agrees_with_its_table = REMOVE,
    remove_email_provider_agrees_with_its_table = REMOVE_EMAIL,
    remove_sms_provider_agrees_with_its_table = REMOVE_SMS,
}
