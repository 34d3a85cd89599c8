//! Personal access tokens: contract/users.md §2. Only the hash of a token is kept.

mod add;
mod remove;

pub(super) use add::{NewPersonalAccessToken, add_personal_access_token};
pub(super) use remove::remove_personal_access_token;
