//! Activate, deactivate and remove a way to send e-mail, for `/smtp` and `/email` alike.

use super::{save, seen_as_object};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::admin::v1::{
        ActivateSmtpConfigRequest, ActivateSmtpConfigResponse, DeactivateSmtpConfigRequest,
        DeactivateSmtpConfigResponse, RemoveSmtpConfigRequest, RemoveSmtpConfigResponse,
    },
    domain::Event,
    error::{self, Error},
};

/// Makes a way to send e-mail the one that is used; any other becomes inactive.
pub(in crate::api) async fn activate(
    ctx: &Ctx,
    request: ActivateSmtpConfigRequest,
) -> Result<ActivateSmtpConfigResponse, Error> {
    let details = ctx
        .write(move |tx| {
            let found = tx.email_provider(&request.id)?;
            let mut provider = found.ok_or(error::SMTP_ACTIVATE_NOT_FOUND)?;
            if provider.is_active {
                return Err(error::SMTP_ACTIVE.into());
            }
            provider.is_active = true;
            let event = Event::SmtpConfigActivated { id: request.id };
            Ok(details::created(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(ActivateSmtpConfigResponse {
        details: Some(details),
    })
}

/// Stops using a way to send e-mail.
pub(in crate::api) async fn deactivate(
    ctx: &Ctx,
    request: DeactivateSmtpConfigRequest,
) -> Result<DeactivateSmtpConfigResponse, Error> {
    let details = ctx
        .write(move |tx| {
            let found = tx.email_provider(&request.id)?;
            let mut provider = found.ok_or(error::SMTP_DEACTIVATE_NOT_FOUND)?;
            if !provider.is_active {
                return Err(error::SMTP_INACTIVE.into());
            }
            provider.is_active = false;
            let event = Event::SmtpConfigDeactivated { id: request.id };
            Ok(details::created(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(DeactivateSmtpConfigResponse {
        details: Some(details),
    })
}

/// Removes a way to send e-mail, also the one that is used.
pub(in crate::api) async fn remove(
    ctx: &Ctx,
    request: RemoveSmtpConfigRequest,
) -> Result<RemoveSmtpConfigResponse, Error> {
    let details = ctx
        .write(move |tx| {
            let found = tx.email_provider(&request.id)?;
            let mut provider = found.ok_or(error::SMTP_REMOVE_NOT_FOUND)?;
            tx.delete_email_provider(&request.id)?;
            let instance = tx.append_to_instance(Event::SmtpConfigRemoved { id: request.id })?;
            provider.sequence = instance.sequence;
            provider.changed_at = instance.changed_at;
            Ok(details::full(&seen_as_object(&provider, instance)))
        })
        .await?;
    Ok(RemoveSmtpConfigResponse {
        details: Some(details),
    })
}
