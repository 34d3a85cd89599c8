//! `AddSMTPConfig`, `UpdateSMTPConfig` and `UpdateSMTPConfigPassword`, and their twins of `/email`.

use crate::{
    api::{
        Ctx, details,
        message_providers::{differing, new, save, seal, unchanged},
    },
    contract::pb::zitadel::admin::v1::{
        AddSmtpConfigRequest, AddSmtpConfigResponse, UpdateSmtpConfigPasswordRequest,
        UpdateSmtpConfigPasswordResponse, UpdateSmtpConfigRequest, UpdateSmtpConfigResponse,
    },
    domain::{Event, SmtpSettings},
    error::{self, Entry, Error},
    mail::{MailServer, Secret},
    store::{EmailProvider, EmailProviderKind, ReadTx},
};

/// Adds a mail server; it is inactive at first.
pub(in crate::api) async fn add(
    ctx: &Ctx,
    request: AddSmtpConfigRequest,
) -> Result<AddSmtpConfigResponse, Error> {
    let settings = SmtpSettings {
        sender_address: request.sender_address.trim().to_owned(),
        sender_name: request.sender_name,
        reply_to: request.reply_to_address.trim().to_owned(),
        tls: request.tls,
        host: request.host.trim().to_owned(),
        user: request.user,
    };
    check(
        &settings,
        error::SMTP_ADD_SENDER_EMPTY,
        error::SMTP_ADD_HOST_INVALID,
    )?;
    let id = ctx.new_id();
    let description = request.description.trim().to_owned();
    let kind = EmailProviderKind::Smtp(settings.clone());
    let mut provider = new(ctx, &id, description, kind, &request.password);
    let details = ctx
        .write(move |tx| {
            let event = Event::SmtpConfigAdded {
                id: provider.id.clone(),
                description: provider.description.clone(),
                sender_address: settings.sender_address,
                sender_name: settings.sender_name,
                reply_to_address: settings.reply_to,
                tls: settings.tls,
                host: settings.host,
                user: settings.user,
            };
            Ok(details::full(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(AddSmtpConfigResponse {
        details: Some(details),
        id,
    })
}

/// Changes a mail server; an empty password keeps the one that there is.
pub(in crate::api) async fn update(
    ctx: &Ctx,
    request: UpdateSmtpConfigRequest,
) -> Result<UpdateSmtpConfigResponse, Error> {
    let wanted = SmtpSettings {
        sender_address: request.sender_address.trim().to_owned(),
        sender_name: request.sender_name,
        reply_to: request.reply_to_address.trim().to_owned(),
        tls: request.tls,
        host: request.host.trim().to_owned(),
        user: request.user,
    };
    check(
        &wanted,
        error::SMTP_UPDATE_SENDER_EMPTY,
        error::SMTP_UPDATE_HOST_INVALID,
    )?;
    let id = request.id;
    let description = request.description.trim().to_owned();
    let password = Some(request.password).filter(|password| !password.is_empty());
    let sealed = password.map(|password| seal(ctx, &id, &password));
    let details = ctx
        .write(move |tx| {
            let found = find(tx, &id)?;
            let (mut provider, old) = found.ok_or(error::SMTP_UPDATE_NOT_FOUND)?;
            let is_same = old == wanted && provider.description == description && sealed.is_none();
            if is_same {
                return Ok(unchanged(tx, &provider)?);
            }
            let event = changed(&provider, &old, &description, &wanted);
            provider.description = description;
            provider.kind = EmailProviderKind::Smtp(wanted);
            if let Some(sealed) = sealed {
                provider.sealed_secret = sealed;
            }
            Ok(details::full(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(UpdateSmtpConfigResponse {
        details: Some(details),
    })
}

/// Gives the active mail server another password.
pub(in crate::api) async fn update_password(
    ctx: &Ctx,
    request: UpdateSmtpConfigPasswordRequest,
) -> Result<UpdateSmtpConfigPasswordResponse, Error> {
    let id = request.id;
    let sealed = seal(ctx, &id, &request.password);
    let details = ctx
        .write(move |tx| {
            let found = find(tx, &id)?.filter(|(provider, _)| provider.is_active);
            let (mut provider, _) = found.ok_or(error::SMTP_PASSWORD_NOT_ACTIVE)?;
            provider.sealed_secret = sealed;
            let event = Event::SmtpConfigPasswordChanged { id };
            Ok(details::full(&save(tx, &mut provider, event)?))
        })
        .await?;
    Ok(UpdateSmtpConfigPasswordResponse {
        details: Some(details),
    })
}

/// The mail server with an id.
pub(super) fn find(
    tx: &ReadTx<'_>,
    id: &str,
) -> Result<Option<(EmailProvider, SmtpSettings)>, Error> {
    let provider = tx.email_provider(id)?;
    Ok(provider.and_then(|provider| match provider.kind.clone() {
        EmailProviderKind::Smtp(settings) => Some((provider, settings)),
        EmailProviderKind::Http { .. } => None,
    }))
}

fn check(
    settings: &SmtpSettings,
    sender_empty: &'static Entry,
    host_invalid: &'static Entry,
) -> Result<(), Error> {
    if settings.sender_address.is_empty() {
        return Err(sender_empty.into());
    }
    match MailServer::new(settings.clone(), Secret::default()) {
        Some(_) => Ok(()),
        None => Err(host_invalid.into()),
    }
}

/// The event of a change, with what differs.
fn changed(
    provider: &EmailProvider,
    old: &SmtpSettings,
    description: &str,
    new: &SmtpSettings,
) -> Event {
    Event::SmtpConfigChanged {
        id: provider.id.clone(),
        description: differing(&provider.description, description),
        sender_address: differing(&old.sender_address, &new.sender_address),
        sender_name: differing(&old.sender_name, &new.sender_name),
        reply_to_address: differing(&old.reply_to, &new.reply_to),
        tls: (old.tls != new.tls).then_some(new.tls),
        host: differing(&old.host, &new.host),
        user: differing(&old.user, &new.user),
    }
}
