//! Organizations and their members: contract/orgs-and-auth.md §1.

mod add;
mod members;

pub(super) use add::{add_org, create_org};
pub(super) use members::{add_org_member, remove_org_member, update_org_member};
