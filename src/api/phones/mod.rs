//! The phone operations: contract/phone.md §2 (management), §3 (auth, "me") and §4 (v2).

mod change;
mod get;
mod load;
mod remove;
mod resend;
mod verify;

pub(super) use change::{set_my_phone, set_phone, update_human_phone};
pub(super) use get::{get_human_phone, get_my_phone};
pub(super) use remove::{remove_human_phone, remove_my_phone, remove_phone};
pub(super) use resend::{
    resend_human_phone_verification, resend_my_phone_verification, resend_phone_code,
};
pub(super) use verify::{verify_my_phone, verify_phone};
