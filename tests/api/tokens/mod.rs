//! Personal access tokens: made for machines, expired, listed, removed.

pub mod add_personal_access_token;
mod expiry;
pub mod list;
pub mod remove_personal_access_token;
pub mod v2;
