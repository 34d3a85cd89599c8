//! The user operations: contract/users.md §2 (management), §3 (auth, "me") and §4 (v2).

mod add_human;
mod add_human_v2;
mod add_machine;
mod beta;
mod changes;
mod contact_change;
mod create_v2;
mod creation;
mod email;
mod email_v2;
mod get;
mod import_human;
mod invite;
mod list;
pub(super) mod load;
mod machine;
mod metadata;
mod metadata_v2;
mod name;
mod password;
mod profile;
mod remove;
mod search;
mod set_password;
mod shown;
mod state;
mod update_v2;

use super::table::{AUTH, MANAGEMENT, Table, USERS};

pub use password::PasswordHasher;
pub(super) use {
    creation::{Created, Prepared},
    remove::remove_with_memberships,
};

use super::Ctx;
use crate::{
    contract::pb::zitadel::{management::v1 as management, user::v2},
    error::Error,
};

/// A human of a v1 request, to be made together with something else; it may keep its password.
pub(super) async fn prepare_v1(
    ctx: &Ctx,
    request: management::AddHumanUserRequest,
) -> Result<Prepared, Error> {
    let mut person = add_human::person(ctx, request).await?;
    person.password_change_required = false;
    Ok(Prepared::new(ctx, person))
}

/// A human of a v2 request, to be made together with something else.
pub(super) async fn prepare_v2(
    ctx: &Ctx,
    request: v2::AddHumanUserRequest,
) -> Result<Prepared, Error> {
    let person = add_human_v2::person(ctx, request).await?;
    Ok(Prepared::new(ctx, person))
}

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    beta::register(v2(me(management(table)?)?)?)
}

fn management(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(MANAGEMENT, "AddHumanUser", add_human::add_human_user)?
        .on(
            MANAGEMENT,
            "ImportHumanUser",
            import_human::import_human_user,
        )?
        .on(MANAGEMENT, "AddMachineUser", add_machine::add_machine_user)?
        .on(MANAGEMENT, "GetUserByID", get::get_user_by_id)?
        .on(
            MANAGEMENT,
            "GetUserByLoginNameGlobal",
            list::get_user_by_login_name_global,
        )?
        .on(MANAGEMENT, "ListUsers", list::list_users)?
        .on(MANAGEMENT, "IsUserUnique", list::is_user_unique)?
        .on(MANAGEMENT, "ListUserChanges", changes::list_user_changes)?
        .on(MANAGEMENT, "UpdateUserName", name::update_user_name)?
        .on(MANAGEMENT, "DeactivateUser", state::deactivate_user)?
        .on(MANAGEMENT, "ReactivateUser", state::reactivate_user)?
        .on(MANAGEMENT, "LockUser", state::lock_user)?
        .on(MANAGEMENT, "UnlockUser", state::unlock_user)?
        .on(MANAGEMENT, "RemoveUser", remove::remove_user)?
        .on(MANAGEMENT, "GetHumanProfile", profile::get_human_profile)?
        .on(
            MANAGEMENT,
            "UpdateHumanProfile",
            profile::update_human_profile,
        )?
        .on(MANAGEMENT, "GetHumanEmail", email::get_human_email)?
        .on(MANAGEMENT, "UpdateHumanEmail", email::update_human_email)?
        .on(
            MANAGEMENT,
            "ResendHumanEmailVerification",
            email::resend_human_email_verification,
        )?
        .on(
            MANAGEMENT,
            "ResendHumanInitialization",
            email::resend_human_initialization,
        )?
        .on(
            MANAGEMENT,
            "SetHumanInitialPassword",
            set_password::set_human_initial_password,
        )?
        .on(
            MANAGEMENT,
            "SetHumanPassword",
            set_password::set_human_password,
        )?
        .on(
            MANAGEMENT,
            "SendHumanResetPasswordNotification",
            set_password::send_human_reset_password_notification,
        )?
        .on(MANAGEMENT, "SetUserMetadata", metadata::set_user_metadata)?
        .on(
            MANAGEMENT,
            "BulkSetUserMetadata",
            metadata::bulk_set_user_metadata,
        )?
        .on(MANAGEMENT, "ListUserMetadata", metadata::list_user_metadata)?
        .on(MANAGEMENT, "GetUserMetadata", metadata::get_user_metadata)?
        .on(
            MANAGEMENT,
            "RemoveUserMetadata",
            metadata::remove_user_metadata,
        )?
        .on(
            MANAGEMENT,
            "BulkRemoveUserMetadata",
            metadata::bulk_remove_user_metadata,
        )?
        .on(MANAGEMENT, "UpdateMachine", machine::update_machine)
}

fn me(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(AUTH, "GetMyUser", get::get_my_user)?
        .on(AUTH, "RemoveMyUser", remove::remove_my_user)?
        .on(AUTH, "UpdateMyUserName", name::update_my_user_name)?
        .on(AUTH, "GetMyProfile", profile::get_my_profile)?
        .on(AUTH, "UpdateMyProfile", profile::update_my_profile)?
        .on(AUTH, "GetMyEmail", email::get_my_email)?
        .on(AUTH, "SetMyEmail", email::set_my_email)?
        .on(AUTH, "VerifyMyEmail", email::verify_my_email)?
        .on(
            AUTH,
            "ResendMyEmailVerification",
            email::resend_my_email_verification,
        )?
        .on(AUTH, "UpdateMyPassword", set_password::update_my_password)?
        .on(AUTH, "ListMyMetadata", metadata::list_my_metadata)?
        .on(AUTH, "GetMyMetadata", metadata::get_my_metadata)?
        .on(AUTH, "ListMyUserChanges", changes::list_my_user_changes)
}

fn v2(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on_after(
            USERS,
            "AddHumanUser",
            add_human_v2::may_add_human_user_v2,
            add_human_v2::add_human_user_v2,
        )?
        .on(USERS, "CreateUser", create_v2::create_user)?
        .on(USERS, "UpdateUser", update_v2::update_user)?
        .on(USERS, "UpdateHumanUser", update_v2::update_human_user)?
        .on(USERS, "GetUserByID", get::get_user_by_id_v2)?
        .on(USERS, "ListUsers", list::list_users_v2)?
        .on(USERS, "DeactivateUser", state::deactivate_user_v2)?
        .on(USERS, "ReactivateUser", state::reactivate_user_v2)?
        .on(USERS, "LockUser", state::lock_user_v2)?
        .on(USERS, "UnlockUser", state::unlock_user_v2)?
        .on(USERS, "DeleteUser", remove::delete_user_v2)?
        .on(USERS, "SetEmail", email_v2::set_email)?
        .on(USERS, "ResendEmailCode", email_v2::resend_email_code)?
        .on(USERS, "SendEmailCode", email_v2::send_email_code)?
        .on(USERS, "VerifyEmail", email_v2::verify_email)?
        .on(USERS, "PasswordReset", set_password::password_reset)?
        .on(USERS, "SetPassword", set_password::set_password)?
        .on(USERS, "CreateInviteCode", invite::create_invite_code)?
        .on(USERS, "ResendInviteCode", invite::resend_invite_code)?
        .on(USERS, "VerifyInviteCode", invite::verify_invite_code)?
        .on(USERS, "SetUserMetadata", metadata_v2::set_user_metadata)?
        .on(USERS, "ListUserMetadata", metadata_v2::list_user_metadata)?
        .on(
            USERS,
            "DeleteUserMetadata",
            metadata_v2::delete_user_metadata,
        )
}
