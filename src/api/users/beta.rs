//! The v2beta twin of the user service: other names on the wire, the same operations.
//!
//! Messages have the same fields under the same numbers, so a row decodes them as v2's; what v2beta
//! limits otherwise is checked on its own messages (contract/users.md §4, "v2beta twin").

use super::{add_human_v2, email_v2, get, list, remove, set_password, state, update_v2};
use crate::{
    api::{
        phones,
        table::{Table, USERS_BETA},
    },
    contract::pb::zitadel::user::v2beta as wire,
};

/// The rows of the twin.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .twin_after::<wire::AddHumanUserRequest, _, _>(
            USERS_BETA,
            "AddHumanUser",
            add_human_v2::may_add_human_user_v2,
            add_human_v2::add_human_user_v2,
        )?
        .twin::<wire::GetUserByIdRequest, _, _>(USERS_BETA, "GetUserByID", get::get_user_by_id_v2)?
        .twin::<wire::ListUsersRequest, _, _>(USERS_BETA, "ListUsers", list::list_users_v2)?
        .twin::<wire::UpdateHumanUserRequest, _, _>(
            USERS_BETA,
            "UpdateHumanUser",
            update_v2::update_human_user,
        )?
        .twin::<wire::DeactivateUserRequest, _, _>(
            USERS_BETA,
            "DeactivateUser",
            state::deactivate_user_v2,
        )?
        .twin::<wire::ReactivateUserRequest, _, _>(
            USERS_BETA,
            "ReactivateUser",
            state::reactivate_user_v2,
        )?
        .twin::<wire::LockUserRequest, _, _>(USERS_BETA, "LockUser", state::lock_user_v2)?
        .twin::<wire::UnlockUserRequest, _, _>(USERS_BETA, "UnlockUser", state::unlock_user_v2)?
        .twin::<wire::DeleteUserRequest, _, _>(USERS_BETA, "DeleteUser", remove::delete_user_v2)?
        .twin::<wire::SetEmailRequest, _, _>(USERS_BETA, "SetEmail", email_v2::set_email)?
        .twin::<wire::ResendEmailCodeRequest, _, _>(
            USERS_BETA,
            "ResendEmailCode",
            email_v2::resend_email_code,
        )?
        .twin::<wire::VerifyEmailRequest, _, _>(USERS_BETA, "VerifyEmail", email_v2::verify_email)?
        .twin::<wire::SetPhoneRequest, _, _>(USERS_BETA, "SetPhone", phones::set_phone)?
        .twin::<wire::RemovePhoneRequest, _, _>(USERS_BETA, "RemovePhone", phones::remove_phone)?
        .twin::<wire::ResendPhoneCodeRequest, _, _>(
            USERS_BETA,
            "ResendPhoneCode",
            phones::resend_phone_code,
        )?
        .twin::<wire::VerifyPhoneRequest, _, _>(USERS_BETA, "VerifyPhone", phones::verify_phone)?
        .twin::<wire::PasswordResetRequest, _, _>(
            USERS_BETA,
            "PasswordReset",
            set_password::password_reset,
        )?
        .twin::<wire::SetPasswordRequest, _, _>(
            USERS_BETA,
            "SetPassword",
            set_password::set_password,
        )
}
