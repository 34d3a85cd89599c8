//! The user operations: contract/users.md §2 (management), §3 (auth, "me") and §4 (v2).

mod add_human;
mod add_human_v2;
mod add_machine;
mod changes;
mod creation;
mod get;
mod import_human;
mod password;
mod remove;

pub use password::PasswordHasher;

pub(super) use add_human::add_human_user;
pub(super) use add_human_v2::add_human_user_v2;
pub(super) use add_machine::add_machine_user;
pub(super) use changes::list_user_changes;
pub(super) use get::{get_my_user, get_user_by_id, get_user_by_id_v2};
pub(super) use import_human::import_human_user;
pub(super) use remove::{delete_user_v2, remove_user};
