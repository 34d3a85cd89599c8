//! What is done: one file an operation, and the table that says which operation answers which method.
//!
//! An operation is `async fn(ctx: &Ctx, request: pb::X) -> Result<pb::Y, Error>`: it builds the
//! command, makes one `store.write` or `store.read` and maps the answer. It knows no SQL, HTTP or
//! JSON; time, randomness and the caller come in through [`Ctx`]. `transport::pipeline` calls it.

mod codes;
mod ctx;
mod details;
mod healthz;
mod orgs;
mod phones;
pub mod setup;
mod tokens;
mod users;
mod validation;

use std::{collections::HashMap, sync::Arc};

use anyhow::{Context as _, bail};
use futures_util::future::LocalBoxFuture;
use prost::Message;

pub use ctx::{CodeSettings, Ctx, Services};
pub use users::PasswordHasher;

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
    table
        .on(
            "zitadel.management.v1.ManagementService.Healthz",
            healthz::management,
        )?
        .on(
            "zitadel.management.v1.ManagementService.AddHumanUser",
            users::add_human_user,
        )?
        .on(
            "zitadel.management.v1.ManagementService.ImportHumanUser",
            users::import_human_user,
        )?
        .on(
            "zitadel.management.v1.ManagementService.GetUserByID",
            users::get_user_by_id,
        )?
        .on(
            "zitadel.management.v1.ManagementService.RemoveUser",
            users::remove_user,
        )?
        .on(
            "zitadel.management.v1.ManagementService.AddMachineUser",
            users::add_machine_user,
        )?
        .on(
            "zitadel.management.v1.ManagementService.ListUserChanges",
            users::list_user_changes,
        )?
        .on(
            "zitadel.management.v1.ManagementService.AddPersonalAccessToken",
            tokens::add_personal_access_token,
        )?
        .on(
            "zitadel.management.v1.ManagementService.RemovePersonalAccessToken",
            tokens::remove_personal_access_token,
        )?
        .on(
            "zitadel.management.v1.ManagementService.AddOrg",
            orgs::add_org,
        )?
        .on(
            "zitadel.management.v1.ManagementService.AddOrgMember",
            orgs::add_org_member,
        )?
        .on(
            "zitadel.management.v1.ManagementService.UpdateOrgMember",
            orgs::update_org_member,
        )?
        .on(
            "zitadel.management.v1.ManagementService.RemoveOrgMember",
            orgs::remove_org_member,
        )?
        .on("zitadel.auth.v1.AuthService.Healthz", healthz::auth)?
        .on("zitadel.auth.v1.AuthService.GetMyUser", users::get_my_user)?
        .on("zitadel.admin.v1.AdminService.Healthz", healthz::admin)?
        .on(
            "zitadel.user.v2.UserService.AddHumanUser",
            users::add_human_user_v2,
        )?
        .on(
            "zitadel.user.v2.UserService.GetUserByID",
            users::get_user_by_id_v2,
        )?
        .on(
            "zitadel.user.v2.UserService.DeleteUser",
            users::delete_user_v2,
        )?
        .on(
            "zitadel.management.v1.ManagementService.GetHumanPhone",
            phones::get_human_phone,
        )?
        .on(
            "zitadel.management.v1.ManagementService.UpdateHumanPhone",
            phones::update_human_phone,
        )?
        .on(
            "zitadel.management.v1.ManagementService.RemoveHumanPhone",
            phones::remove_human_phone,
        )?
        .on(
            "zitadel.management.v1.ManagementService.ResendHumanPhoneVerification",
            phones::resend_human_phone_verification,
        )?
        .on(
            "zitadel.auth.v1.AuthService.GetMyPhone",
            phones::get_my_phone,
        )?
        .on(
            "zitadel.auth.v1.AuthService.SetMyPhone",
            phones::set_my_phone,
        )?
        .on(
            "zitadel.auth.v1.AuthService.VerifyMyPhone",
            phones::verify_my_phone,
        )?
        .on(
            "zitadel.auth.v1.AuthService.ResendMyPhoneVerification",
            phones::resend_my_phone_verification,
        )?
        .on(
            "zitadel.auth.v1.AuthService.RemoveMyPhone",
            phones::remove_my_phone,
        )?
        .on("zitadel.user.v2.UserService.SetPhone", phones::set_phone)?
        .on(
            "zitadel.user.v2.UserService.RemovePhone",
            phones::remove_phone,
        )?
        .on(
            "zitadel.user.v2.UserService.ResendPhoneCode",
            phones::resend_phone_code,
        )?
        .on(
            "zitadel.user.v2.UserService.VerifyPhone",
            phones::verify_phone,
        )
}

struct Table<'a> {
    contract: &'a Contract,
    by_path: HashMap<String, Operation>,
}

impl Table<'_> {
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
