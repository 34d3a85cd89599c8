//! The registry: every table of cases, held against the contract so that no operation lacks one.

use std::collections::BTreeSet;

use belfry::contract::{Contract, HttpRule};

use crate::{
    auth, codes, email_providers, events, instance, keys, members, message_providers, operations,
    operations::Operation, orgs, phones, secret_generators, sms_providers, table::Table, texts,
    tokens, users,
};

/// Every table.
const TABLES: &[&Table] = &[
    &auth::healthz::MANAGEMENT,
    &auth::healthz::AUTH,
    &auth::healthz::ADMIN,
    &codes::resend_human_phone_verification::TABLE,
    &codes::resend_my_phone_verification::TABLE,
    &codes::resend_phone_code::TABLE,
    &codes::verify_my_phone::TABLE,
    &codes::verify_phone::TABLE,
    &keys::add::ADD_V1,
    &keys::add::ADD,
    &keys::list::GET,
    &keys::list::LIST_V1,
    &keys::list::LIST,
    &keys::remove::REMOVE_V1,
    &keys::remove::REMOVE,
    &keys::secrets::GENERATE,
    &keys::secrets::ADD,
    &keys::secrets::REMOVE_V1,
    &keys::secrets::REMOVE,
    &email_providers::smtp::ADD,
    &email_providers::smtp::ADD_EMAIL,
    &email_providers::smtp::UPDATE,
    &email_providers::smtp::UPDATE_EMAIL,
    &email_providers::smtp::PASSWORD,
    &email_providers::smtp::PASSWORD_EMAIL,
    &email_providers::show::GET_ACTIVE,
    &email_providers::show::GET_ACTIVE_EMAIL,
    &email_providers::show::GET,
    &email_providers::show::GET_EMAIL,
    &email_providers::show::LIST,
    &email_providers::show::LIST_EMAIL,
    &email_providers::trial::BY_ID,
    &email_providers::trial::BY_ID_EMAIL,
    &email_providers::trial::DESCRIBED,
    &email_providers::trial::DESCRIBED_EMAIL,
    &events::list::TABLE,
    &events::types::EVENTS,
    &events::types::AGGREGATES,
    &instance::get::INSTANCE,
    &instance::get::IAM,
    &instance::get::OIDC,
    &instance::get::SETTINGS,
    &instance::languages::OF_MANAGEMENT,
    &instance::languages::OF_AUTH,
    &instance::languages::OF_ADMIN,
    &instance::languages::GET,
    &instance::languages::SET,
    &members::add_org_member::TABLE,
    &members::instance::ADD,
    &members::instance::UPDATE,
    &members::instance::REMOVE,
    &members::list::OF_ORG,
    &members::list::OF_INSTANCE,
    &members::memberships::OF_USER,
    &members::memberships::MINE,
    &members::remove_org_member::TABLE,
    &members::roles::OF_ORG,
    &members::roles::OF_INSTANCE,
    &members::roles::PERMISSIONS,
    &members::update_org_member::TABLE,
    &message_providers::http::ADD_EMAIL,
    &message_providers::http::ADD_SMS,
    &message_providers::http::UPDATE_EMAIL,
    &message_providers::http::UPDATE_SMS,
    &message_providers::state::ACTIVATE,
    &message_providers::state::ACTIVATE_EMAIL,
    &message_providers::state::ACTIVATE_SMS,
    &message_providers::state::DEACTIVATE,
    &message_providers::state::DEACTIVATE_EMAIL,
    &message_providers::state::DEACTIVATE_SMS,
    &message_providers::state::REMOVE,
    &message_providers::state::REMOVE_EMAIL,
    &message_providers::state::REMOVE_SMS,
    &orgs::add_org::TABLE,
    &orgs::add_organization::TABLE,
    &orgs::default::TABLE,
    &orgs::domains::LIST,
    &orgs::domains::ADD,
    &orgs::domains::REMOVE,
    &orgs::domains::SET_PRIMARY,
    &orgs::get::GET_MINE,
    &orgs::get::GET,
    &orgs::get::GET_BY_DOMAIN,
    &orgs::get::IS_UNIQUE,
    &orgs::get::GET_DEFAULT,
    &orgs::get::CHANGES,
    &orgs::list::LIST_V1,
    &orgs::list::LIST_MINE,
    &orgs::list::LIST,
    &orgs::remove::REMOVE_MINE,
    &orgs::remove::REMOVE,
    &orgs::remove::DELETE,
    &orgs::rename::UPDATE_V1,
    &orgs::rename::UPDATE,
    &orgs::set_up::TABLE,
    &orgs::state::DEACTIVATE_V1,
    &orgs::state::REACTIVATE_V1,
    &orgs::state::DEACTIVATE,
    &orgs::state::ACTIVATE,
    &phones::get_human_phone::TABLE,
    &phones::get_my_phone::TABLE,
    &phones::remove_human_phone::TABLE,
    &phones::remove_my_phone::TABLE,
    &phones::remove_phone::TABLE,
    &phones::set_my_phone::TABLE,
    &phones::set_phone::TABLE,
    &phones::set_phone_refused::TABLE,
    &phones::update_human_phone::TABLE,
    &secret_generators::GET,
    &secret_generators::LIST,
    &secret_generators::UPDATE,
    &sms_providers::show::GET,
    &sms_providers::show::LIST,
    &sms_providers::twilio::ADD,
    &sms_providers::twilio::UPDATE,
    &sms_providers::twilio::TOKEN,
    &texts::instance::GET_CUSTOM,
    &texts::instance::GET_DEFAULT,
    &texts::instance::SET,
    &texts::instance::RESET,
    &texts::instance::GET_CUSTOM_OTP,
    &texts::instance::GET_DEFAULT_OTP,
    &texts::instance::SET_OTP,
    &texts::instance::RESET_OTP,
    &texts::org::GET_CUSTOM,
    &texts::org::GET_DEFAULT,
    &texts::org::SET,
    &texts::org::RESET,
    &texts::org::GET_CUSTOM_OTP,
    &texts::org::GET_DEFAULT_OTP,
    &texts::org::SET_OTP,
    &texts::org::RESET_OTP,
    &tokens::add_personal_access_token::TABLE,
    &tokens::list::GET,
    &tokens::list::LIST_V1,
    &tokens::list::LIST,
    &tokens::remove_personal_access_token::TABLE,
    &tokens::v2::ADD,
    &tokens::v2::REMOVE,
    &users::add_human_user::TABLE,
    &users::add_human_user_v1::TABLE,
    &users::add_machine_user::TABLE,
    &users::beta::ADD_HUMAN_USER,
    &users::beta::GET_USER_BY_ID,
    &users::beta::LIST_USERS,
    &users::beta::UPDATE_HUMAN_USER,
    &users::beta::DEACTIVATE_USER,
    &users::beta::REACTIVATE_USER,
    &users::beta::LOCK_USER,
    &users::beta::UNLOCK_USER,
    &users::beta::DELETE_USER,
    &users::beta::SET_EMAIL,
    &users::beta::RESEND_EMAIL_CODE,
    &users::beta::VERIFY_EMAIL,
    &users::beta::SET_PHONE,
    &users::beta::SET_PHONE_REFUSED,
    &users::beta::REMOVE_PHONE,
    &users::beta::RESEND_PHONE_CODE,
    &users::beta::VERIFY_PHONE,
    &users::beta::PASSWORD_RESET,
    &users::beta::SET_PASSWORD,
    &users::create_and_update_v2::CREATE,
    &users::create_and_update_v2::UPDATE,
    &users::create_and_update_v2::UPDATE_HUMAN,
    &users::delete_user::TABLE,
    &users::email::GET,
    &users::email::GET_MY,
    &users::email::UPDATE,
    &users::email::SET_MY,
    &users::email::RESEND,
    &users::email::RESEND_MY,
    &users::email::VERIFY_MY,
    &users::email::RESEND_INITIALIZATION,
    &users::email_v2::SET,
    &users::email_v2::RESEND,
    &users::email_v2::SEND,
    &users::email_v2::VERIFY,
    &users::get_my_user::TABLE,
    &users::get_user_by_id::TABLE,
    &users::get_user_by_id_v1::TABLE,
    &users::get_user_by_login_name_global::TABLE,
    &users::import_human_user::TABLE,
    &users::is_user_unique::TABLE,
    &users::list_user_changes::TABLE,
    &users::me_and_machines::REMOVE_MY,
    &users::me_and_machines::LIST_MY_CHANGES,
    &users::me_and_machines::MACHINE,
    &users::metadata::SET_V1,
    &users::metadata::BULK_SET,
    &users::metadata::GET,
    &users::metadata::GET_MY,
    &users::metadata::LIST_V1,
    &users::metadata::LIST_MY,
    &users::metadata::REMOVE,
    &users::metadata::BULK_REMOVE,
    &users::metadata::SET_V2,
    &users::metadata::LIST_V2,
    &users::metadata::DELETE_V2,
    &users::name::UPDATE,
    &users::name::UPDATE_MY,
    &users::profile::GET,
    &users::profile::GET_MY,
    &users::profile::UPDATE,
    &users::profile::UPDATE_MY,
    &users::list_users::TABLE,
    &users::list_users_v1::TABLE,
    &users::remove_user::TABLE,
    &users::set_password::SET_V1,
    &users::set_password::SET_INITIAL_V1,
    &users::set_password::RESET_V1,
    &users::set_password::UPDATE_MY,
    &users::set_password::RESET_V2,
    &users::set_password::SET_V2,
    &users::set_password::INVITE,
    &users::set_password::RESEND_INVITE,
    &users::set_password::VERIFY_INVITE,
    &users::state::DEACTIVATE_V1,
    &users::state::REACTIVATE_V1,
    &users::state::LOCK_V1,
    &users::state::UNLOCK_V1,
    &users::state::DEACTIVATE,
    &users::state::REACTIVATE,
    &users::state::LOCK,
    &users::state::UNLOCK,
];

#[test]
fn every_operation_of_the_contract_has_a_table_of_cases() {
    let contract = Contract::load().unwrap();
    let declared: BTreeSet<_> = contract
        .methods()
        // `not_offered.rs` says everything about those that are not offered.
        .filter(|method| method.not_offered.is_none())
        .map(|method| method.path.clone())
        .collect();
    let tables = TABLES.iter().map(|table| table.operation);
    let covered: BTreeSet<_> = tables.map(Operation::grpc_path).collect();
    assert_eq!(declared, covered);
    assert!(TABLES.iter().all(|table| !table.cases.is_empty()));
}

#[test]
fn the_operations_of_the_tests_have_the_rest_rules_of_the_contract() {
    let contract = Contract::load().unwrap();
    for operation in operations::ALL {
        let method = contract.method(&operation.grpc_path());
        let method = method.unwrap_or_else(|| panic!("no {}", operation.grpc_path()));
        let [
            HttpRule {
                verb,
                path,
                has_body,
            },
        ] = method.http.as_slice()
        else {
            panic!("{} has not one REST rule", method.name);
        };
        assert_eq!(
            (format!("{verb:?}").to_uppercase(), path, *has_body),
            (
                operation.verb.to_owned(),
                &with_proto_names(operation.path),
                operation.has_body
            ),
            "{}",
            method.name
        );
        assert_eq!(method.connect, operation.has_connect(), "{}", method.name);
    }
}

/// The path with its parameters in snake case.
fn with_proto_names(path: &str) -> String {
    let mut snake = String::new();
    for c in path.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}
