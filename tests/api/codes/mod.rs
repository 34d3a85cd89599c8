//! Codes: sent again, checked, limited, expired; and what the messages with them say.

mod contention;
mod expiry;
mod limits;
mod messages;
pub mod resend_human_phone_verification;
pub mod resend_my_phone_verification;
pub mod resend_phone_code;
mod strangers;
pub mod verify_my_phone;
pub mod verify_phone;

/// A code of the right form that is not the given one.
pub fn wrong(code: &str) -> String {
    let other = if code.starts_with('A') { "B" } else { "A" };
    format!("{other}{}", &code[1..])
}
