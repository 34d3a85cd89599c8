//! Healthz of each v1 service: answers as soon as the server does.

use super::{
    Ctx,
    table::{ADMIN, AUTH, MANAGEMENT, Table},
};
use crate::{
    contract::pb::zitadel::{admin::v1 as admin, auth::v1 as auth, management::v1 as management},
    error::Error,
};

/// Healthz of the management service.
pub(super) async fn management(
    _ctx: &Ctx,
    _request: management::HealthzRequest,
) -> Result<management::HealthzResponse, Error> {
    Ok(management::HealthzResponse {})
}

/// Healthz of the auth service.
pub(super) async fn auth(
    _ctx: &Ctx,
    _request: auth::HealthzRequest,
) -> Result<auth::HealthzResponse, Error> {
    Ok(auth::HealthzResponse {})
}

/// Healthz of the admin service.
pub(super) async fn admin(
    _ctx: &Ctx,
    _request: admin::HealthzRequest,
) -> Result<admin::HealthzResponse, Error> {
    Ok(admin::HealthzResponse {})
}

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(MANAGEMENT, "Healthz", management)?
        .on(AUTH, "Healthz", auth)?
        .on(ADMIN, "Healthz", admin)
}
