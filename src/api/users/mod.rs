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

use super::table::{AUTH, MANAGEMENT, Table, USERS};

pub use password::PasswordHasher;

use add_human::add_human_user;
use add_human_v2::{add_human_user_v2, may_add_human_user_v2};
use add_machine::add_machine_user;
use changes::list_user_changes;
use get::{get_my_user, get_user_by_id, get_user_by_id_v2};
use import_human::import_human_user;
use remove::{delete_user_v2, remove_user};

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(MANAGEMENT, "AddHumanUser", add_human_user)?
        .on(MANAGEMENT, "ImportHumanUser", import_human_user)?
        .on(MANAGEMENT, "GetUserByID", get_user_by_id)?
        .on(MANAGEMENT, "RemoveUser", remove_user)?
        .on(MANAGEMENT, "AddMachineUser", add_machine_user)?
        .on(MANAGEMENT, "ListUserChanges", list_user_changes)?
        .on(AUTH, "GetMyUser", get_my_user)?
        .on_after(
            USERS,
            "AddHumanUser",
            may_add_human_user_v2,
            add_human_user_v2,
        )?
        .on(USERS, "GetUserByID", get_user_by_id_v2)?
        .on(USERS, "DeleteUser", delete_user_v2)
}
