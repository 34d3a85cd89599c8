//! How each API finds the phone that a command changes, and who may change it.

use crate::{
    auth::{self, Principal},
    domain::{HumanPhone, UserState},
    error::{self, Entry, Error},
    store::ReadTx,
};

/// v1: a human of the context organization; a user of another organization is like an unknown one.
pub(super) fn in_org(
    tx: &ReadTx<'_>,
    user_id: &str,
    org: i64,
    not_found: &'static Entry,
) -> Result<HumanPhone, Error> {
    let phone = tx
        .human_phone(user_id)?
        .filter(|phone| phone.user.owner == org);
    phone.ok_or_else(|| not_found.into())
}

/// v2: a human of any organization who is initialized (contract/phone.md §4, "load").
pub(super) fn anywhere(tx: &ReadTx<'_>, user_id: &str) -> Result<HumanPhone, Error> {
    if user_id.is_empty() {
        return Err(error::V2_PHONE_ID_MISSING.into());
    }
    let phone = tx.human_phone(user_id)?.ok_or(error::V2_PHONE_NOT_FOUND)?;
    if phone.state == UserState::Initial {
        return Err(error::V2_PHONE_NOT_INITIALISED.into());
    }
    Ok(phone)
}

/// v2: the user itself, or who has user.write in the user's organization.
pub(super) fn check_self_or_writer(
    tx: &ReadTx<'_>,
    caller: &Principal,
    phone: &HumanPhone,
) -> Result<(), Error> {
    if caller.user == phone.user.row {
        Ok(())
    } else {
        check_writer(tx, caller, phone)
    }
}

/// v2: who has user.write in the user's organization; being the user is not enough.
pub(super) fn check_writer(
    tx: &ReadTx<'_>,
    caller: &Principal,
    phone: &HumanPhone,
) -> Result<(), Error> {
    auth::check_in_org(tx, caller, phone.user.owner, "user.write")
}
