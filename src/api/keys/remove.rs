//! `RemoveMachineKey` and v2 `RemoveKey`.

use crate::{
    api::{Ctx, details, users::load},
    contract::pb::zitadel::{management::v1 as management, user::v2},
    domain::{Aggregate, Event},
    error::{self, Error},
    store::WriteTx,
};

/// Removes a key of a machine of the context organization.
pub(in crate::api) async fn remove_machine_key(
    ctx: &Ctx,
    request: management::RemoveMachineKeyRequest,
) -> Result<management::RemoveMachineKeyResponse, Error> {
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let user = load::in_org(tx, &request.user_id, org, error::KEY_USER_NOT_FOUND)?;
            let user = remove(tx, user.aggregate, request.key_id)?;
            Ok(details::full(&user))
        })
        .await?;
    Ok(management::RemoveMachineKeyResponse {
        details: Some(details),
    })
}

/// Removes a key of a machine of any organization in which the caller has user.write.
pub(in crate::api) async fn remove_key_v2(
    ctx: &Ctx,
    request: v2::RemoveKeyRequest,
) -> Result<v2::RemoveKeyResponse, Error> {
    let caller = ctx.principal()?.clone();
    let removed_at = ctx
        .write(move |tx| {
            let user = load::anywhere(tx, &request.user_id, error::KEY_USER_NOT_FOUND)?.aggregate;
            load::check_writer(tx, &caller, &user)?;
            Ok(remove(tx, user, request.key_id)?.changed_at)
        })
        .await?;
    Ok(v2::RemoveKeyResponse {
        deletion_date: Some(details::wire_time(removed_at)),
    })
}

fn remove(tx: &WriteTx<'_>, mut user: Aggregate, key_id: String) -> Result<Aggregate, Error> {
    if !tx.delete_machine_key(user.row, &key_id)? {
        return Err(error::KEY_NOT_FOUND.into());
    }
    user.push(Event::MachineKeyRemoved { key_id });
    tx.save_user_events(&mut user)?;
    Ok(user)
}
