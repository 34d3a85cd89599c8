//! Keys and client secrets of machine users: contract/users.md §2 and §4.
//!
//! Of a key only the public part is kept, of a secret only a hash: both are shown once, when they are
//! made. A key that is removed gets no further tokens; those that it got live on.

mod add;
mod list;
mod maker;
mod remove;
mod secret;

use super::table::{MANAGEMENT, Table, USERS};

pub use maker::KeyMaker;

use add::{add_key_v2, add_machine_key};
use list::{get_machine_key_by_ids, list_keys_v2, list_machine_keys};
use remove::{remove_key_v2, remove_machine_key};
use secret::{add_secret_v2, generate_machine_secret, remove_machine_secret, remove_secret_v2};

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(MANAGEMENT, "AddMachineKey", add_machine_key)?
        .on(MANAGEMENT, "GetMachineKeyByIDs", get_machine_key_by_ids)?
        .on(MANAGEMENT, "ListMachineKeys", list_machine_keys)?
        .on(MANAGEMENT, "RemoveMachineKey", remove_machine_key)?
        .on(MANAGEMENT, "GenerateMachineSecret", generate_machine_secret)?
        .on(MANAGEMENT, "RemoveMachineSecret", remove_machine_secret)?
        .on(USERS, "AddKey", add_key_v2)?
        .on(USERS, "RemoveKey", remove_key_v2)?
        .on(USERS, "ListKeys", list_keys_v2)?
        .on(USERS, "AddSecret", add_secret_v2)?
        .on(USERS, "RemoveSecret", remove_secret_v2)
}
