//! Personal access tokens: made for machines, expired, removed.

pub mod add_personal_access_token;
mod expiry;
pub mod remove_personal_access_token;
