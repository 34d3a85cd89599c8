//! `AddMachineKey` and v2 `AddKey`: a pair of keys is made, or the caller brings a public one.

use crate::{
    api::{Ctx, details, expiration, users::load},
    clock::Timestamp,
    contract::pb::zitadel::{management::v1 as management, user::v2},
    domain::{Aggregate, Event, Kind, User},
    error::{self, Error},
    jose::{PublicKey, key_file},
    store::{NewMachineKey, ReadTx},
};

/// `KEY_TYPE_JSON`, the only one.
const JSON: i32 = 1;

/// Makes a key for a machine of the context organization.
pub(in crate::api) async fn add_machine_key(
    ctx: &Ctx,
    request: management::AddMachineKeyRequest,
) -> Result<management::AddMachineKeyResponse, Error> {
    let expires_at = expiration::read("AddMachineKeyRequest", request.expiration_date)?;
    let org = ctx.principal()?.org.row;
    let user_id = request.user_id;
    let machine =
        move |tx: &ReadTx<'_>| machine(load::in_org(tx, &user_id, org, error::KEY_USER_NOT_FOUND)?);
    let added = add(ctx, machine, expires_at, request.public_key).await?;
    Ok(management::AddMachineKeyResponse {
        key_id: added.key_id,
        key_details: added.file,
        details: Some(details::created(&added.user)),
    })
}

/// Makes a key for a machine of any organization in which the caller has user.write.
pub(in crate::api) async fn add_key_v2(
    ctx: &Ctx,
    request: v2::AddKeyRequest,
) -> Result<v2::AddKeyResponse, Error> {
    let expires_at = expiration::read("AddKeyRequest", request.expiration_date)?;
    let caller = ctx.principal()?.clone();
    let user_id = request.user_id;
    let machine = move |tx: &ReadTx<'_>| {
        let user = load::anywhere(tx, &user_id, error::KEY_USER_NOT_FOUND)?;
        load::check_writer(tx, &caller, &user.aggregate)?;
        machine(user)
    };
    let added = add(ctx, machine, expires_at, request.public_key).await?;
    Ok(v2::AddKeyResponse {
        creation_date: Some(details::wire_time(added.user.changed_at)),
        key_id: added.key_id,
        key_content: added.file,
    })
}

/// Keys are for machines; a human is like an unknown user.
fn machine(user: User) -> Result<Aggregate, Error> {
    match user.kind {
        Kind::Machine(_) => Ok(user.aggregate),
        Kind::Human(_) => Err(error::KEY_USER_NOT_FOUND.into()),
    }
}

/// A key that was made.
struct Added {
    user: Aggregate,
    key_id: String,
    /// The key file; empty if the caller has brought the key.
    file: Vec<u8>,
}

async fn add(
    ctx: &Ctx,
    machine: impl Fn(&ReadTx<'_>) -> Result<Aggregate, Error> + Send + 'static,
    expires_at: Timestamp,
    public_key: Vec<u8>,
) -> Result<Added, Error> {
    // Looked at once before, because a pair of keys is too dear to be made for nothing.
    let user = ctx.services.store.point(&machine)?;
    expiration::check(expires_at, ctx.now)?;
    let key_id = ctx.new_id();
    let expiration_date = details::wire_time(expires_at).to_string();
    let (public_key, file) = if public_key.is_empty() {
        let pair = ctx.services.key_maker.make().await?;
        let file = key_file(&pair, &key_id, &user.id, &expiration_date);
        (pair.public().clone(), file)
    } else {
        let key = PublicKey::from_pem(&public_key).ok_or(error::KEY_INVALID)?;
        (key, Vec::new())
    };
    let pem = public_key.pem();
    let key = NewMachineKey {
        id: key_id.clone(),
        public_key: pem.ok_or_else(|| Error::internal("a public key cannot be written"))?,
        expires_at,
    };
    let user = ctx
        .write(move |tx| {
            let mut user = machine(tx)?;
            user.push(Event::MachineKeyAdded {
                key_id: key.id.clone(),
                r#type: JSON,
                expiration_date,
                public_key: key.public_key.clone(),
            });
            tx.insert_machine_key(&mut user, &key)?;
            Ok(user)
        })
        .await?;
    Ok(Added { user, key_id, file })
}
