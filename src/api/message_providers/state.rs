//! Activate, deactivate and remove a way to send messages.

use super::{Family, save, seen_as_object};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::admin::v1::{
        ActivateSmtpConfigRequest, ActivateSmtpConfigResponse, DeactivateSmtpConfigRequest,
        DeactivateSmtpConfigResponse, RemoveSmtpConfigRequest, RemoveSmtpConfigResponse,
    },
    error::Error,
};

/// Makes a provider the one that is used; any other becomes inactive.
pub(in crate::api) async fn activate<Kind: Family>(
    ctx: &Ctx,
    request: ActivateSmtpConfigRequest,
) -> Result<ActivateSmtpConfigResponse, Error> {
    let details = ctx
        .write(move |tx| {
            let found = Kind::find(tx, &request.id)?;
            let mut provider = found.ok_or(Kind::REFUSALS.activate)?;
            if provider.is_active {
                return Err(Kind::REFUSALS.active.into());
            }
            provider.is_active = true;
            let event = Kind::activated(request.id);
            Ok(details::created(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(ActivateSmtpConfigResponse {
        details: Some(details),
    })
}

/// Stops using a provider.
pub(in crate::api) async fn deactivate<Kind: Family>(
    ctx: &Ctx,
    request: DeactivateSmtpConfigRequest,
) -> Result<DeactivateSmtpConfigResponse, Error> {
    let details = ctx
        .write(move |tx| {
            let found = Kind::find(tx, &request.id)?;
            let mut provider = found.ok_or(Kind::REFUSALS.deactivate)?;
            if !provider.is_active {
                return Err(Kind::REFUSALS.inactive.into());
            }
            provider.is_active = false;
            let event = Kind::deactivated(request.id);
            Ok(details::created(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(DeactivateSmtpConfigResponse {
        details: Some(details),
    })
}

/// Removes a provider, also the one that is used.
pub(in crate::api) async fn remove<Kind: Family>(
    ctx: &Ctx,
    request: RemoveSmtpConfigRequest,
) -> Result<RemoveSmtpConfigResponse, Error> {
    let details = ctx
        .write(move |tx| {
            let found = Kind::find(tx, &request.id)?;
            let mut provider = found.ok_or(Kind::REFUSALS.remove)?;
            Kind::delete(tx, &request.id)?;
            let instance = tx.append_to_instance(Kind::removed(request.id))?;
            provider.sequence = instance.sequence;
            provider.changed_at = instance.changed_at;
            Ok(Kind::details(&seen_as_object(&provider, instance)))
        })
        .await?;
    Ok(RemoveSmtpConfigResponse {
        details: Some(details),
    })
}
