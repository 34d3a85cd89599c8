//! What is done: one file an operation, and the table that says which operation answers which method.
//!
//! An operation is `async fn(ctx: &Ctx, request: pb::X) -> Result<pb::Y, Error>`: it builds the
//! command, makes one `store.write` or `store.read` and maps the answer. It knows no SQL, HTTP or
//! JSON; time, randomness and the caller come in through [`Ctx`]. `transport::pipeline` calls it.

mod ctx;

use std::{collections::HashMap, sync::Arc};

use anyhow::{Context as _, bail};
use futures_util::future::LocalBoxFuture;
use prost::Message;

pub use ctx::Ctx;

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
        let table = Table {
            contract,
            by_path: HashMap::new(),
        };
        let table = register(table)?;
        for method in contract.methods() {
            if !table.by_path.contains_key(&method.path) {
                bail!("no operation is registered for {}", method.name);
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
    Ok(table)
}

struct Table<'a> {
    contract: &'a Contract,
    by_path: HashMap<String, Operation>,
}

impl Table<'_> {
    #[expect(dead_code, reason = "the first operations come with the next commit")]
    fn on<Request, Response>(
        mut self,
        name: &str,
        operation: impl AsyncFn(&Ctx, Request) -> Result<Response, Error> + Copy + Send + Sync + 'static,
    ) -> anyhow::Result<Self>
    where
        Request: Message + Default,
        Response: Message,
    {
        let (service, rpc) = name.rsplit_once('.').context("a method name has a dot")?;
        let path = format!("/{service}/{rpc}");
        let Some(method) = self.contract.method(&path) else {
            bail!("the contract has no method {name}")
        };
        let handler: Handler = Box::new(move |ctx, request| {
            Box::pin(async move {
                let request = Request::decode(request)
                    .map_err(|fault| Error::invalid(format!("malformed message: {fault}")))?;
                Ok(operation(ctx, request).await?.encode_to_vec())
            })
        });
        if self
            .by_path
            .insert(
                path,
                Operation {
                    method: method.clone(),
                    handler,
                },
            )
            .is_some()
        {
            bail!("{name} is registered twice");
        }
        Ok(self)
    }
}
