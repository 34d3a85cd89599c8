//! The registry: every table of cases, held against the contract so that no operation lacks one.

use std::collections::BTreeSet;

use belfry::contract::{Contract, HttpRule};

use crate::{
    codes, members, operations,
    operations::{ADMIN_HEALTHZ, AUTH_HEALTHZ, MANAGEMENT_HEALTHZ, Operation},
    orgs, phones,
    table::Table,
    tokens, users,
};

/// Every table.
const TABLES: &[&Table] = &[
    &codes::resend_human_phone_verification::TABLE,
    &codes::resend_my_phone_verification::TABLE,
    &codes::resend_phone_code::TABLE,
    &codes::verify_my_phone::TABLE,
    &codes::verify_phone::TABLE,
    &members::add_org_member::TABLE,
    &members::remove_org_member::TABLE,
    &members::update_org_member::TABLE,
    &orgs::add_org::TABLE,
    &phones::get_human_phone::TABLE,
    &phones::get_my_phone::TABLE,
    &phones::remove_human_phone::TABLE,
    &phones::remove_my_phone::TABLE,
    &phones::remove_phone::TABLE,
    &phones::set_my_phone::TABLE,
    &phones::set_phone::TABLE,
    &phones::set_phone_refused::TABLE,
    &phones::update_human_phone::TABLE,
    &tokens::add_personal_access_token::TABLE,
    &tokens::remove_personal_access_token::TABLE,
    &users::add_human_user::TABLE,
    &users::add_human_user_v1::TABLE,
    &users::add_machine_user::TABLE,
    &users::delete_user::TABLE,
    &users::get_my_user::TABLE,
    &users::get_user_by_id::TABLE,
    &users::get_user_by_id_v1::TABLE,
    &users::get_user_by_login_name_global::TABLE,
    &users::import_human_user::TABLE,
    &users::is_user_unique::TABLE,
    &users::list_user_changes::TABLE,
    &users::list_users::TABLE,
    &users::list_users_v1::TABLE,
    &users::remove_user::TABLE,
];

/// What has no table because `auth/access.rs` says everything about it over every encoding.
const WITHOUT_TABLE: &[&Operation] = &[&MANAGEMENT_HEALTHZ, &AUTH_HEALTHZ, &ADMIN_HEALTHZ];

#[test]
fn every_operation_of_the_contract_has_a_table_of_cases() {
    let contract = Contract::load().unwrap();
    let declared: BTreeSet<_> = contract
        .methods()
        .map(|method| method.path.clone())
        .collect();
    let tables = TABLES.iter().map(|table| table.operation);
    let covered: BTreeSet<_> = tables
        .chain(WITHOUT_TABLE.iter().copied())
        .map(Operation::grpc_path)
        .collect();
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
