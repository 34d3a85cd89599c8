//! What is done: one file an operation, and the table that says which operation answers which method.
//!
//! An operation is `async fn(ctx: &Ctx, request: pb::X) -> Result<pb::Y, Error>`: it builds the
//! command, makes one `store.write` or `store.read` and maps the answer. It knows no SQL, HTTP or
//! JSON; time, randomness and the caller come in through [`Ctx`]. `transport::pipeline` calls it.

mod codes;
mod credentials;
mod ctx;
mod details;
mod email_providers;
pub mod erasure;
mod events;
mod expiration;
mod gateway;
mod healthz;
mod history;
mod instance;
mod keys;
mod limits;
mod lists;
mod members;
mod message_providers;
mod messages;
pub mod oauth;
mod orgs;
mod phones;
mod providers;
mod secret_generators;
pub mod setup;
mod sms_providers;
mod table;
mod texts;
mod tokens;
mod turns;
mod users;

use std::{collections::HashMap, sync::Arc};

use futures_util::future::LocalBoxFuture;

pub use codes::{CodeChecking, CodePolicies, SendLimits, Senders, TestNumbers};
pub use ctx::{CodeSettings, Ctx, Services};
pub use email_providers::MailTester;
pub use gateway::GatewayCalls;
pub use keys::KeyMaker;
pub use users::PasswordHasher;

use table::Table;

use crate::{
    contract::{Contract, Method},
    error::Error,
};

type Handler = Box<
    dyn for<'a> Fn(&'a Ctx, &'a [u8]) -> LocalBoxFuture<'a, Result<Vec<u8>, Error>> + Send + Sync,
>;

/// One operation: its declaration in the contract and what answers it.
pub struct Operation {
    /// The declaration.
    pub method: Arc<Method>,
    handler: Handler,
}

impl Operation {
    /// Decodes the encoded request message, runs the operation and encodes its answer.
    ///
    /// # Errors
    /// What the operation answers, or INVALID if `request` is not an encoded message of its type.
    pub async fn call(&self, ctx: &Ctx, request: &[u8]) -> Result<Vec<u8>, Error> {
        (self.handler)(ctx, request).await
    }
}

/// The operation table. Every rpc of the contract has exactly one row, or the server does not start.
pub struct Operations {
    by_path: HashMap<String, Operation>,
}

impl Operations {
    /// Registers every operation.
    ///
    /// # Errors
    /// If a method of the contract has no row, or a row no method: a fault of this program.
    pub fn build(contract: &Contract) -> anyhow::Result<Self> {
        let table = register(Table::new(contract))?.not_offered()?;
        for method in contract.methods() {
            if !table.by_path.contains_key(&method.path) {
                anyhow::bail!("no operation is registered for {}", method.path);
            }
        }
        Ok(Self {
            by_path: table.by_path,
        })
    }

    /// The operation at a gRPC path such as `/zitadel.user.v2.UserService/SetPhone`.
    pub fn get(&self, path: &str) -> Option<&Operation> {
        self.by_path.get(path)
    }
}

fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    let areas = [
        events::register,
        email_providers::register,
        healthz::register,
        keys::register,
        limits::register,
        instance::register,
        members::register,
        messages::register,
        orgs::register,
        phones::register,
        providers::register,
        secret_generators::register,
        sms_providers::register,
        texts::register,
        tokens::register,
        users::register,
    ];
    areas
        .into_iter()
        .try_fold(table, |table, register| register(table))
}
