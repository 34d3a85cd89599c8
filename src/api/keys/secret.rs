//! `GenerateMachineSecret`, `RemoveMachineSecret`, v2 `AddSecret` and `RemoveSecret`.

use crate::{
    api::{Ctx, details, users::load},
    contract::pb::zitadel::{management::v1 as management, user::v2},
    domain::{Aggregate, Event, GeneratorType, Kind, Machine, User},
    error::{self, Entry, Error},
    secrets,
    store::WriteTx,
};

/// Makes a secret for a machine of the context organization, in place of the one before.
pub(in crate::api) async fn generate_machine_secret(
    ctx: &Ctx,
    request: management::GenerateMachineSecretRequest,
) -> Result<management::GenerateMachineSecretResponse, Error> {
    let org = ctx.principal()?.org.row;
    let secret = make(ctx);
    let hash = secrets::hash_token(&secret);
    let (client_id, details) = ctx
        .write(move |tx| {
            let user = load::anywhere(tx, &request.user_id, error::USER_NOT_FOUND)?;
            if user.aggregate.owner != org {
                return Err(error::USER_NOT_FOUND_IN_ORG.into());
            }
            let client_id = user.user_name.clone();
            let user = set(tx, user, &hash)?;
            Ok((client_id, details::created(&user)))
        })
        .await?;
    Ok(management::GenerateMachineSecretResponse {
        client_id,
        client_secret: secret,
        details: Some(details),
    })
}

/// Makes a secret for a machine of any organization in which the caller has user.write.
pub(in crate::api) async fn add_secret_v2(
    ctx: &Ctx,
    request: v2::AddSecretRequest,
) -> Result<v2::AddSecretResponse, Error> {
    let caller = ctx.principal()?.clone();
    let client_secret = make(ctx);
    let hash = secrets::hash_token(&client_secret);
    let created_at = ctx
        .write(move |tx| {
            let user = load::anywhere(tx, &request.user_id, error::USER_NOT_FOUND)?;
            load::check_writer(tx, &caller, &user.aggregate)?;
            Ok(set(tx, user, &hash)?.changed_at)
        })
        .await?;
    Ok(v2::AddSecretResponse {
        creation_date: Some(details::wire_time(created_at)),
        client_secret,
    })
}

/// Removes the secret of a machine of the context organization.
pub(in crate::api) async fn remove_machine_secret(
    ctx: &Ctx,
    request: management::RemoveMachineSecretRequest,
) -> Result<management::RemoveMachineSecretResponse, Error> {
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let not_found = error::SECRET_REMOVE_NOT_MACHINE;
            let user = remove(tx, load::in_org(tx, &request.user_id, org, not_found)?)?;
            Ok(details::full(&user))
        })
        .await?;
    Ok(management::RemoveMachineSecretResponse {
        details: Some(details),
    })
}

/// Removes the secret of a machine of any organization in which the caller has user.write.
pub(in crate::api) async fn remove_secret_v2(
    ctx: &Ctx,
    request: v2::RemoveSecretRequest,
) -> Result<v2::RemoveSecretResponse, Error> {
    let caller = ctx.principal()?.clone();
    let removed_at = ctx
        .write(move |tx| {
            let user = load::anywhere(tx, &request.user_id, error::SECRET_REMOVE_NOT_MACHINE)?;
            load::check_writer(tx, &caller, &user.aggregate)?;
            Ok(remove(tx, user)?.changed_at)
        })
        .await?;
    Ok(v2::RemoveSecretResponse {
        deletion_date: Some(details::wire_time(removed_at)),
    })
}

/// A secret as the instance wants them (contract/providers.md §3); without symbols unless it wants some,
/// since Basic credentials are form-decoded (contract/clients.md §3).
fn make(ctx: &Ctx) -> String {
    let policy = ctx.services.codes.policies.get(GeneratorType::AppSecret);
    policy.generate(&mut rand::rng()).expose().to_owned()
}

fn set(tx: &WriteTx<'_>, user: User, hash: &[u8; 32]) -> Result<Aggregate, Error> {
    let (mut user, _) = machine(user, error::SECRET_NOT_MACHINE)?;
    user.push(Event::MachineSecretSet);
    tx.save_machine_secret(&mut user, hash)?;
    Ok(user)
}

fn remove(tx: &WriteTx<'_>, user: User) -> Result<Aggregate, Error> {
    let (mut user, machine) = machine(user, error::SECRET_REMOVE_NOT_MACHINE)?;
    if !machine.has_secret {
        return Err(error::SECRET_NOT_EXISTING.into());
    }
    user.push(Event::MachineSecretRemoved);
    tx.delete_machine_secret(&mut user)?;
    Ok(user)
}

fn machine(user: User, otherwise: &'static Entry) -> Result<(Aggregate, Machine), Error> {
    match user.kind {
        Kind::Machine(machine) => Ok((user.aggregate, machine)),
        Kind::Human(_) => Err(otherwise.into()),
    }
}
