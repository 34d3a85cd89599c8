//! The phone operations: contract/phone.md §2 (management), §3 (auth, "me") and §4 (v2).

mod change;
mod get;
mod load;
mod remove;
mod resend;
mod verify;

use super::table::{AUTH, MANAGEMENT, Table, USERS};

pub(super) use change::set_phone;
use change::{set_my_phone, update_human_phone};
use get::{get_human_phone, get_my_phone};
pub(super) use remove::remove_phone;
use remove::{remove_human_phone, remove_my_phone};
pub(super) use resend::resend_phone_code;
use resend::{resend_human_phone_verification, resend_my_phone_verification};
use verify::verify_my_phone;
pub(super) use verify::verify_phone;

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(MANAGEMENT, "GetHumanPhone", get_human_phone)?
        .on(MANAGEMENT, "UpdateHumanPhone", update_human_phone)?
        .on(MANAGEMENT, "RemoveHumanPhone", remove_human_phone)?
        .on(
            MANAGEMENT,
            "ResendHumanPhoneVerification",
            resend_human_phone_verification,
        )?
        .on(AUTH, "GetMyPhone", get_my_phone)?
        .on(AUTH, "SetMyPhone", set_my_phone)?
        .on(AUTH, "VerifyMyPhone", verify_my_phone)?
        .on(
            AUTH,
            "ResendMyPhoneVerification",
            resend_my_phone_verification,
        )?
        .on(AUTH, "RemoveMyPhone", remove_my_phone)?
        .on(USERS, "SetPhone", set_phone)?
        .on(USERS, "RemovePhone", remove_phone)?
        .on(USERS, "ResendPhoneCode", resend_phone_code)?
        .on(USERS, "VerifyPhone", verify_phone)
}
