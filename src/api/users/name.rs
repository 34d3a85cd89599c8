//! `UpdateUserName` and `UpdateMyUserName`.

use super::{creation, load};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::{auth::v1 as auth, management::v1 as management, v1::ObjectDetails},
    domain::{Event, User},
    error::{self, Entry, Error},
    store::ReadTx,
};

/// Gives a user of the context organization another user name.
pub(in crate::api) async fn update_user_name(
    ctx: &Ctx,
    request: management::UpdateUserNameRequest,
) -> Result<management::UpdateUserNameResponse, Error> {
    let org = ctx.principal()?.org.row;
    let details = rename_in_org(ctx, request.user_id, org, &request.user_name).await?;
    Ok(management::UpdateUserNameResponse {
        details: Some(details),
    })
}

/// Gives the caller another user name.
pub(in crate::api) async fn update_my_user_name(
    ctx: &Ctx,
    request: auth::UpdateMyUserNameRequest,
) -> Result<auth::UpdateMyUserNameResponse, Error> {
    let caller = ctx.principal()?;
    let (user_id, org) = (caller.user_id.clone(), caller.home.row);
    let details = rename_in_org(ctx, user_id, org, &request.user_name).await?;
    Ok(auth::UpdateMyUserNameResponse {
        details: Some(details),
    })
}

async fn rename_in_org(
    ctx: &Ctx,
    user_id: String,
    org: i64,
    name: &str,
) -> Result<ObjectDetails, Error> {
    let name = name.trim().to_owned();
    if name.is_empty() {
        return Err(error::USER_RENAME_ID_MISSING.into());
    }
    ctx.write(move |tx| {
        let mut user = load::in_org(tx, &user_id, org, error::USER_RENAME_NOT_FOUND)?;
        if user.user_name == name {
            return Err(error::USER_RENAME_NOT_CHANGED.into());
        }
        rename(tx, &mut user, name, error::USER_RENAME_DOMAIN_NOT_ALLOWED)?;
        tx.save_user_name(&mut user)?;
        Ok(details::full(&user.aggregate))
    })
    .await
}

/// Checks that a user name is allowed and free, and makes it the user's.
pub(super) fn rename(
    tx: &ReadTx<'_>,
    user: &mut User,
    name: String,
    domain_not_allowed: &'static Entry,
) -> Result<(), Error> {
    creation::check_domain(tx, &name, user.aggregate.owner, domain_not_allowed)?;
    let is_same_key = user.user_name.to_lowercase() == name.to_lowercase();
    if !is_same_key && tx.user_name_is_taken(&name)? {
        return Err(error::USER_NAME_TAKEN.into());
    }
    user.aggregate.push(Event::UserNameChanged {
        user_name: name.clone(),
    });
    user.user_name = name;
    Ok(())
}
