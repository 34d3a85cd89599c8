//! The v2beta twin: the cases of v2, run over the twin's names (contract/users.md §4, "v2beta twin").

use super::{
    add_human_user, create_and_update_v2, delete_user, email_v2, get_user_by_id, list_users,
    set_password, state,
};
use crate::{
    codes, operations as o, phones,
    table::{Table, run_tables},
};

macro_rules! twins {
    ($($(#[$doc:meta])* $name:ident = $operation:ident of $table:path;)*) => {
        $($(#[$doc])* pub const $name: Table = Table {
            operation: &o::$operation,
            cases: $table.cases,
        };)*
    };
}

twins! {
    /// `AddHumanUser`
    ADD_HUMAN_USER = BETA_ADD_HUMAN_USER of add_human_user::TABLE;
    /// `GetUserByID`
    GET_USER_BY_ID = BETA_GET_USER_BY_ID of get_user_by_id::TABLE;
    /// `ListUsers`
    LIST_USERS = BETA_LIST_USERS of list_users::TABLE;
    /// `UpdateHumanUser`
    UPDATE_HUMAN_USER = BETA_UPDATE_HUMAN_USER of create_and_update_v2::UPDATE_HUMAN;
    /// `DeactivateUser`
    DEACTIVATE_USER = BETA_DEACTIVATE_USER of state::DEACTIVATE;
    /// `ReactivateUser`
    REACTIVATE_USER = BETA_REACTIVATE_USER of state::REACTIVATE;
    /// `LockUser`
    LOCK_USER = BETA_LOCK_USER of state::LOCK;
    /// `UnlockUser`
    UNLOCK_USER = BETA_UNLOCK_USER of state::UNLOCK;
    /// `DeleteUser`
    DELETE_USER = BETA_DELETE_USER of delete_user::TABLE;
    /// `SetEmail`
    SET_EMAIL = BETA_SET_EMAIL of email_v2::SET;
    /// `ResendEmailCode`
    RESEND_EMAIL_CODE = BETA_RESEND_EMAIL_CODE of email_v2::RESEND;
    /// `VerifyEmail`
    VERIFY_EMAIL = BETA_VERIFY_EMAIL of email_v2::VERIFY;
    /// `SetPhone`
    SET_PHONE = BETA_SET_PHONE of phones::set_phone::TABLE;
    /// `SetPhone`, refused
    SET_PHONE_REFUSED = BETA_SET_PHONE of phones::set_phone_refused::TABLE;
    /// `RemovePhone`
    REMOVE_PHONE = BETA_REMOVE_PHONE of phones::remove_phone::TABLE;
    /// `ResendPhoneCode`
    RESEND_PHONE_CODE = BETA_RESEND_PHONE_CODE of codes::resend_phone_code::TABLE;
    /// `VerifyPhone`
    VERIFY_PHONE = BETA_VERIFY_PHONE of codes::verify_phone::TABLE;
    /// `PasswordReset`
    PASSWORD_RESET = BETA_PASSWORD_RESET of set_password::RESET_V2;
    /// `SetPassword`
    SET_PASSWORD = BETA_SET_PASSWORD of set_password::SET_V2;
}

run_tables! {
    beta_add_human_user_agrees_with_its_table = ADD_HUMAN_USER,
    beta_get_user_by_id_agrees_with_its_table = GET_USER_BY_ID,
    beta_list_users_agrees_with_its_table = LIST_USERS,
    beta_update_human_user_agrees_with_its_table = UPDATE_HUMAN_USER,
    beta_deactivate_user_agrees_with_its_table = DEACTIVATE_USER,
    beta_reactivate_user_agrees_with_its_table = REACTIVATE_USER,
    beta_lock_user_agrees_with_its_table = LOCK_USER,
    beta_unlock_user_agrees_with_its_table = UNLOCK_USER,
    beta_delete_user_agrees_with_its_table = DELETE_USER,
    beta_set_email_agrees_with_its_table = SET_EMAIL,
    beta_resend_email_code_agrees_with_its_table = RESEND_EMAIL_CODE,
    beta_verify_email_agrees_with_its_table = VERIFY_EMAIL,
    beta_set_phone_agrees_with_its_table = SET_PHONE,
    beta_set_phone_refused_agrees_with_its_table = SET_PHONE_REFUSED,
    beta_remove_phone_agrees_with_its_table = REMOVE_PHONE,
    beta_resend_phone_code_agrees_with_its_table = RESEND_PHONE_CODE,
    beta_verify_phone_agrees_with_its_table = VERIFY_PHONE,
    beta_password_reset_agrees_with_its_table = PASSWORD_RESET,
    beta_set_password_agrees_with_its_table = SET_PASSWORD,
}
