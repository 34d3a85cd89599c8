//! Deactivate, reactivate, lock and unlock, in management and v2. Whoever loses access loses every token
//! for good (contract/users.md §1, "Transitions").

use super::load;
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::{
        management::v1 as management, object::v2::Details, user::v2, v1::ObjectDetails,
    },
    domain::{StateFault, User},
    error::{self, Entry, Error},
};

/// One way from state to state, with the errors of one API.
#[derive(Clone, Copy)]
struct Change {
    go: fn(&mut User) -> Result<(), StateFault>,
    not_found: &'static Entry,
    initial: &'static Entry,
    wrong_state: &'static Entry,
}

impl Change {
    fn apply(self, user: &mut User) -> Result<(), Error> {
        (self.go)(user).map_err(|fault| match fault {
            StateFault::Initial => self.initial.into(),
            StateFault::WrongState => self.wrong_state.into(),
        })
    }
}

const DEACTIVATE: Change = Change {
    go: User::deactivate,
    not_found: error::USER_DEACTIVATE_NOT_FOUND,
    initial: error::USER_DEACTIVATE_INITIAL,
    wrong_state: error::USER_DEACTIVATE_INACTIVE,
};
const REACTIVATE: Change = Change {
    go: User::reactivate,
    not_found: error::USER_REACTIVATE_NOT_FOUND,
    initial: error::USER_REACTIVATE_NOT_INACTIVE,
    wrong_state: error::USER_REACTIVATE_NOT_INACTIVE,
};
const LOCK: Change = Change {
    go: User::lock,
    not_found: error::USER_LOCK_NOT_FOUND,
    initial: error::USER_LOCK_NOT_ACTIVE,
    wrong_state: error::USER_LOCK_NOT_ACTIVE,
};
const UNLOCK: Change = Change {
    go: User::unlock,
    not_found: error::USER_UNLOCK_NOT_FOUND,
    initial: error::USER_UNLOCK_NOT_LOCKED,
    wrong_state: error::USER_UNLOCK_NOT_LOCKED,
};
const DEACTIVATE_V2: Change = Change {
    not_found: error::V2_USER_DEACTIVATE_NOT_FOUND,
    initial: error::V2_USER_DEACTIVATE_INITIAL,
    wrong_state: error::V2_USER_DEACTIVATE_INACTIVE,
    ..DEACTIVATE
};
const REACTIVATE_V2: Change = Change {
    not_found: error::V2_USER_REACTIVATE_NOT_FOUND,
    initial: error::V2_USER_REACTIVATE_NOT_INACTIVE,
    wrong_state: error::V2_USER_REACTIVATE_NOT_INACTIVE,
    ..REACTIVATE
};
const LOCK_V2: Change = Change {
    not_found: error::V2_USER_LOCK_NOT_FOUND,
    initial: error::V2_USER_LOCK_NOT_ACTIVE,
    wrong_state: error::V2_USER_LOCK_NOT_ACTIVE,
    ..LOCK
};
const UNLOCK_V2: Change = Change {
    not_found: error::V2_USER_UNLOCK_NOT_FOUND,
    initial: error::V2_USER_UNLOCK_NOT_LOCKED,
    wrong_state: error::V2_USER_UNLOCK_NOT_LOCKED,
    ..UNLOCK
};

/// Changes the state of a user of the context organization.
async fn in_org(ctx: &Ctx, user_id: String, change: Change) -> Result<ObjectDetails, Error> {
    let org = ctx.principal()?.org.row;
    ctx.write(move |tx| {
        let mut user = load::in_org(tx, &user_id, org, change.not_found)?;
        change.apply(&mut user)?;
        tx.save_user_state(&mut user)?;
        Ok(details::full(&user.aggregate))
    })
    .await
}

/// Changes the state of a user of any organization in which the caller has user.write.
async fn anywhere(ctx: &Ctx, user_id: String, change: Change) -> Result<Details, Error> {
    let caller = ctx.principal()?.clone();
    ctx.write(move |tx| {
        let mut user = load::anywhere(tx, &user_id, change.not_found)?;
        load::check_writer(tx, &caller, &user.aggregate)?;
        change.apply(&mut user)?;
        tx.save_user_state(&mut user)?;
        Ok(details::changed_v2(&user.aggregate))
    })
    .await
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident($api:ident $request:ident) -> $response:ident { $run:ident $change:ident $field:ident })*) => {
        $(
            $(#[$doc])*
            pub(in crate::api) async fn $name(ctx: &Ctx, request: $api::$request) -> Result<$api::$response, Error> {
                let details = $run(ctx, request.$field, $change).await?;
                Ok($api::$response { details: Some(details) })
            }
        )*
    };
}

operations! {
    /// Takes access from a user of the context organization.
    deactivate_user(management DeactivateUserRequest) -> DeactivateUserResponse { in_org DEACTIVATE id }
    /// Gives access back to a user of the context organization.
    reactivate_user(management ReactivateUserRequest) -> ReactivateUserResponse { in_org REACTIVATE id }
    /// Locks a user of the context organization out.
    lock_user(management LockUserRequest) -> LockUserResponse { in_org LOCK id }
    /// Lets a user of the context organization in again.
    unlock_user(management UnlockUserRequest) -> UnlockUserResponse { in_org UNLOCK id }
    /// Takes access from a user of any organization.
    deactivate_user_v2(v2 DeactivateUserRequest) -> DeactivateUserResponse { anywhere DEACTIVATE_V2 user_id }
    /// Gives access back to a user of any organization.
    reactivate_user_v2(v2 ReactivateUserRequest) -> ReactivateUserResponse { anywhere REACTIVATE_V2 user_id }
    /// Locks a user of any organization out.
    lock_user_v2(v2 LockUserRequest) -> LockUserResponse { anywhere LOCK_V2 user_id }
    /// Lets a user of any organization in again.
    unlock_user_v2(v2 UnlockUserRequest) -> UnlockUserResponse { anywhere UNLOCK_V2 user_id }
}
