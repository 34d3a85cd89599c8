//! What every connection shares: the contract, the operations, who may, and the limits.
//!
//! `app` at the crate's root builds one [`Server`] and gives it to `transport::Bound::serve`; worker
//! threads share it, so nothing in it changes after the start.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{
    hooks::Hook,
    limits::Limits,
    openapi,
    rest::Routes,
    services::Services,
    stream::{self, Events},
};
use crate::{
    api::{Ctx, Operations},
    auth::{Authenticator, Principal},
    contract::Contract,
};

/// Bodies larger than `body::SMALL` that may be in memory at one time.
const LARGE_BODIES: usize = 4;

/// Makes the surroundings of a call from its caller and the origin it was sent to.
pub type NewCtx = Box<dyn Fn(Option<Principal>, String) -> Ctx + Send + Sync>;

/// Says whether the server can do its work; the text of the error is shown by `/debug/ready`.
pub type Ready = Box<dyn Fn() -> Result<(), String> + Send + Sync>;

/// What the rest of the program does for the transport.
pub struct Surroundings {
    /// Makes the surroundings of each call.
    pub new_ctx: NewCtx,
    /// Says whether the server can do its work.
    pub ready: Ready,
    /// Takes reports of SMS gateways.
    pub hook: Hook,
    /// What messages do.
    pub events: Arc<dyn Events>,
    /// Scheme, host and port as callers see them, without a path; without it each request's own host
    /// counts.
    pub external_origin: Option<String>,
}

/// Everything a request needs.
pub struct Server {
    pub(super) contract: Contract,
    pub(super) operations: Operations,
    pub(super) authenticator: Authenticator,
    pub(super) new_ctx: NewCtx,
    pub(super) ready: Ready,
    pub(super) hook: Hook,
    pub(super) events: Arc<dyn Events>,
    /// Streams of events that are open at one time.
    pub(super) stream_turns: Arc<Semaphore>,
    pub(super) external_origin: Option<String>,
    pub(super) limits: Limits,
    pub(super) routes: Routes,
    pub(super) services: Services,
    /// The OpenAPI document, ready to be sent.
    pub(super) openapi: Vec<u8>,
    pub(super) large_bodies: Arc<Semaphore>,
}

impl Server {
    /// Builds the REST routes and the gRPC services around the operations.
    ///
    /// # Errors
    /// If two REST rules claim one path, or the contract cannot be described: a fault of the contract.
    pub fn build(
        contract: Contract,
        operations: Operations,
        authenticator: Authenticator,
        surroundings: Surroundings,
        limits: Limits,
    ) -> anyhow::Result<Self> {
        let Surroundings {
            new_ctx,
            ready,
            hook,
            events,
            external_origin,
        } = surroundings;
        Ok(Self {
            routes: Routes::build(&contract)?,
            services: Services::build(&contract)?,
            openapi: openapi::document(&contract)?.to_string().into_bytes(),
            contract,
            operations,
            authenticator,
            new_ctx,
            ready,
            hook,
            events,
            stream_turns: Arc::new(Semaphore::new(stream::AT_ONCE)),
            external_origin,
            limits,
            large_bodies: Arc::new(Semaphore::new(LARGE_BODIES)),
        })
    }
}
