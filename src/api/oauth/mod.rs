//! The OAuth endpoints (contract/orgs-and-auth.md §4): tokens for machines, and what tokens say.
//!
//! Belfry signs nobody in: there are the grants that need no browser. Clients are machine users, since
//! Belfry has no applications. A grant never changes a user; token exchange alone leaves an event.
//! `transport::oauth` turns forms and headers into [`Parameters`] and answers into JSON.

mod assertion;
mod client;
mod discovery;
mod exchange;
mod fault;
mod introspect;
mod issue;
mod parameters;
mod revoke;
mod scopes;
mod signing;
mod token;
mod user_info;

pub use discovery::{Discovery, discovery};
pub use fault::Fault;
pub use introspect::{Active, Inactive, Introspection, introspect};
pub use issue::{Act, TokenAnswer};
pub use parameters::Parameters;
pub use revoke::revoke;
pub use signing::{KeySet, key_set};
pub use token::token;
pub use user_info::{UserClaims, UserInfo, user_info};

use client::WrongSecrets;
use signing::SigningKeys;

/// What the endpoints remember between calls.
#[derive(Default)]
pub struct OAuth {
    signing: SigningKeys,
    wrong_secrets: WrongSecrets,
}
