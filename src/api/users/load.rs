//! How each API finds the user that a command is about, and who may change it.

use crate::{
    auth::{self, Principal},
    domain::{Aggregate, Human, Kind, User},
    error::{Entry, Error},
    store::ReadTx,
};

/// v1: a user of the context organization; a user of another organization is like an unknown one.
pub(in crate::api) fn in_org(
    tx: &ReadTx<'_>,
    user_id: &str,
    org: i64,
    not_found: &'static Entry,
) -> Result<User, Error> {
    let user = tx.user(user_id)?.filter(|user| user.aggregate.owner == org);
    user.ok_or_else(|| not_found.into())
}

/// v1: a human of the context organization; a machine is like an unknown user.
pub(in crate::api) fn human_in_org(
    tx: &ReadTx<'_>,
    user_id: &str,
    org: i64,
    not_found: &'static Entry,
) -> Result<(User, Human), Error> {
    let user = in_org(tx, user_id, org, not_found)?;
    let Kind::Human(human) = &user.kind else {
        return Err(not_found.into());
    };
    let human = (**human).clone();
    Ok((user, human))
}

/// v2: a user of any organization.
pub(in crate::api) fn anywhere(
    tx: &ReadTx<'_>,
    user_id: &str,
    not_found: &'static Entry,
) -> Result<User, Error> {
    tx.user(user_id)?.ok_or_else(|| not_found.into())
}

/// v2: the user itself, or who has user.write in the user's organization.
pub(in crate::api) fn check_self_or_writer(
    tx: &ReadTx<'_>,
    caller: &Principal,
    user: &Aggregate,
) -> Result<(), Error> {
    if caller.user == user.row {
        Ok(())
    } else {
        check_writer(tx, caller, user)
    }
}

/// v2: who has user.write in the user's organization; being the user is not enough.
pub(in crate::api) fn check_writer(
    tx: &ReadTx<'_>,
    caller: &Principal,
    user: &Aggregate,
) -> Result<(), Error> {
    auth::check_in_org(tx, caller, user.owner, "user.write")
}

/// v2: the user itself, or who has user.read in the user's organization.
pub(in crate::api) fn check_self_or_reader(
    tx: &ReadTx<'_>,
    caller: &Principal,
    user: &Aggregate,
) -> Result<(), Error> {
    if caller.user == user.row {
        Ok(())
    } else {
        auth::check_in_org(tx, caller, user.owner, "user.read")
    }
}
