//! The operation table in the making: how a row decodes, checks, runs and encodes.
//!
//! Each area of `api` has a `register` that adds its rows with [`Table::on`]. A row checks the limits
//! that the contract declares, so that no operation does; what the caller may do beyond the declared
//! permission is the operation's own.

use std::{collections::HashMap, sync::Arc};

use anyhow::{Context as _, ensure};
use prost::Message;

use super::{Ctx, Handler, Operation};
use crate::{
    contract::{Contract, Limited, Method},
    error::Error,
};

/// The services, as the rows name them.
pub(super) const MANAGEMENT: &str = "zitadel.management.v1.ManagementService";
pub(super) const AUTH: &str = "zitadel.auth.v1.AuthService";
pub(super) const ADMIN: &str = "zitadel.admin.v1.AdminService";
pub(super) const USERS: &str = "zitadel.user.v2.UserService";
pub(super) const ORGS: &str = "zitadel.org.v2.OrganizationService";
pub(super) const SETTINGS: &str = "zitadel.settings.v2.SettingsService";
pub(super) const PROVIDERS: &str = "belfry.v1.ProviderService";
pub(super) const LIMITS: &str = "belfry.v1.LimitService";
pub(super) const MESSAGES: &str = "belfry.v1.MessageService";
pub(super) const USERS_BETA: &str = "zitadel.user.v2beta.UserService";

/// The table in the making.
pub(super) struct Table<'a> {
    contract: &'a Contract,
    /// The rows by the gRPC path.
    pub by_path: HashMap<String, Operation>,
}

impl<'a> Table<'a> {
    pub fn new(contract: &'a Contract) -> Self {
        Self {
            contract,
            by_path: HashMap::new(),
        }
    }

    /// A row: checks the limits of the request, then runs the operation.
    pub fn on<Request, Response>(
        self,
        service: &str,
        rpc: &str,
        operation: impl AsyncFn(&Ctx, Request) -> Result<Response, Error> + Copy + Send + Sync + 'static,
    ) -> anyhow::Result<Self>
    where
        Request: Message + Default + Limited,
        Response: Message,
    {
        self.on_after(service, rpc, |_, _| Ok(()), operation)
    }

    /// A row with a permission that depends on the request; it is checked before the limits.
    pub fn on_after<Request, Response>(
        mut self,
        service: &str,
        rpc: &str,
        may: impl Fn(&Ctx, &Request) -> Result<(), Error> + Copy + Send + Sync + 'static,
        operation: impl AsyncFn(&Ctx, Request) -> Result<Response, Error> + Copy + Send + Sync + 'static,
    ) -> anyhow::Result<Self>
    where
        Request: Message + Default + Limited,
        Response: Message,
    {
        let method = self.method(service, rpc)?;
        let handler: Handler = Box::new(move |ctx, request| {
            Box::pin(async move {
                let request: Request = decode(request)?;
                may(ctx, &request)?;
                request.check().map_err(Error::invalid)?;
                Ok(operation(ctx, request).await?.encode_to_vec())
            })
        });
        self.insert(method, handler)?;
        Ok(self)
    }

    /// A row whose request and answer are those of another rpc under other names: the limits are those
    /// of `Twin`, the operation is the other's. Both have the same fields under the same numbers.
    pub fn twin<Twin, Request, Response>(
        self,
        service: &str,
        rpc: &str,
        operation: impl AsyncFn(&Ctx, Request) -> Result<Response, Error> + Copy + Send + Sync + 'static,
    ) -> anyhow::Result<Self>
    where
        Twin: Message + Default + Limited,
        Request: Message + Default,
        Response: Message,
    {
        self.twin_after::<Twin, _, _>(service, rpc, |_, _| Ok(()), operation)
    }

    /// As [`Table::twin`], with a permission that depends on the request.
    pub fn twin_after<Twin, Request, Response>(
        mut self,
        service: &str,
        rpc: &str,
        may: impl Fn(&Ctx, &Request) -> Result<(), Error> + Copy + Send + Sync + 'static,
        operation: impl AsyncFn(&Ctx, Request) -> Result<Response, Error> + Copy + Send + Sync + 'static,
    ) -> anyhow::Result<Self>
    where
        Twin: Message + Default + Limited,
        Request: Message + Default,
        Response: Message,
    {
        let method = self.method(service, rpc)?;
        let handler: Handler = Box::new(move |ctx, bytes| {
            Box::pin(async move {
                let request: Request = decode(bytes)?;
                may(ctx, &request)?;
                decode::<Twin>(bytes)?.check().map_err(Error::invalid)?;
                Ok(operation(ctx, request).await?.encode_to_vec())
            })
        });
        self.insert(method, handler)?;
        Ok(self)
    }

    /// The rows of what belongs to a login server: each answers why it is not offered.
    pub fn not_offered(mut self) -> anyhow::Result<Self> {
        let contract = self.contract;
        for method in contract.methods() {
            let Some(reason) = method.not_offered.clone() else {
                continue;
            };
            let handler: Handler = Box::new(move |_, _| {
                let answer = Err(Error::unimplemented(reason.clone()));
                Box::pin(async { answer })
            });
            self.insert(method.clone(), handler)?;
        }
        Ok(self)
    }

    fn method(&self, service: &str, rpc: &str) -> anyhow::Result<Arc<Method>> {
        let method = self.contract.method(&format!("/{service}/{rpc}"));
        method
            .cloned()
            .with_context(|| format!("the contract has no method {service}.{rpc}"))
    }

    pub fn insert(&mut self, method: Arc<Method>, handler: Handler) -> anyhow::Result<()> {
        let name = method.name.clone();
        let path = method.path.clone();
        let before = self.by_path.insert(path, Operation { method, handler });
        ensure!(before.is_none(), "{name} is registered twice");
        Ok(())
    }
}

fn decode<Request: Message + Default>(request: &[u8]) -> Result<Request, Error> {
    Request::decode(request).map_err(|fault| Error::invalid(format!("malformed message: {fault}")))
}
