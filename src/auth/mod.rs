//! Who may: turns a bearer token into a [`Principal`] and roles into permissions.
//!
//! It reads tokens and memberships through the store and decides; it never sees a request message.
//! `transport::pipeline` authenticates and checks the permission that a method declares; commands on
//! users of any organization ask [`check_in_org`] where the row is at hand.

mod bearer;
mod permission;

pub use bearer::{good_token, is_for_this_api};
pub use permission::{
    PERMISSIONS, SELF_MANAGEMENT, grants, instance_roles, is_instance_role, is_org_role, org_roles,
};

use crate::{
    clock::Clock,
    contract::Requirement,
    error::{self, Error},
    store::{Membership, OrgRef, ReadTx, Store},
};

/// What a request says about its caller, as text from headers or metadata.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The value of `authorization`.
    pub authorization: Option<String>,
    /// The value of `x-zitadel-orgid`: the context organization the caller chooses.
    pub organization: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// A caller whose token is valid, in the context organization of the call.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The row of the token's user.
    pub user: i64,
    /// The id of the token's user.
    pub user_id: String,
    /// The user's own organization.
    pub home: OrgRef,
    /// The id of the user who acts as this one (token exchange).
    pub actor_id: Option<String>,
    /// The context organization: the one that `x-zitadel-orgid` names, or the user's own.
    pub org: OrgRef,
    /// The caller's memberships in the context organization and the instance.
    memberships: Vec<Membership>,
}

impl Principal {
    /// Checks the permission that a method declares (contract/README §7).
    ///
    /// # Errors
    /// NOTFOUND AUTHZ-cdgFk without any membership, DENIED AUTH-5mWD2 without one that grants it.
    pub fn authorize(&self, requirement: &Requirement) -> Result<(), Error> {
        match requirement {
            Requirement::Public | Requirement::Authenticated => Ok(()),
            Requirement::Permission(permission) => check(
                &self.memberships,
                permission,
                error::PERMISSION_NOT_MATCHING,
            ),
        }
    }

    /// What the caller may do in the context organization, in the order of [`PERMISSIONS`].
    pub fn permissions(&self) -> impl Iterator<Item = &'static str> {
        let roles = || {
            self.memberships
                .iter()
                .flat_map(|membership| &membership.roles)
        };
        let all = PERMISSIONS.iter().copied();
        all.filter(move |permission| roles().any(|role| grants(role, permission)))
    }
}

/// Checks that a caller has a permission in an organization, inside a command (contract/README §7).
///
/// # Errors
/// NOTFOUND AUTHZ-cdgFk without any membership there, DENIED AUTH-AWfge without one that grants it.
pub fn check_in_org(
    tx: &ReadTx<'_>,
    caller: &Principal,
    org: i64,
    permission: &str,
) -> Result<(), Error> {
    check(
        &tx.memberships_for(caller.user, org)?,
        permission,
        error::PERMISSION_MISSING,
    )
}

/// Whether a user, by row, has a permission in an organization.
///
/// # Errors
/// If the database cannot be read.
pub fn is_granted(tx: &ReadTx<'_>, user: i64, org: i64, permission: &str) -> Result<bool, Error> {
    Ok(has(&tx.memberships_for(user, org)?, permission))
}

/// Checks the permission of a method whose request names the organization itself.
///
/// # Errors
/// As [`Principal::authorize`].
pub fn check_method_in_org(
    tx: &ReadTx<'_>,
    caller: &Principal,
    org: i64,
    permission: &str,
) -> Result<(), Error> {
    check(
        &tx.memberships_for(caller.user, org)?,
        permission,
        error::PERMISSION_NOT_MATCHING,
    )
}

/// The organizations, by row, in which a caller has a permission; `None` for all of them.
///
/// # Errors
/// If the database cannot be read.
pub fn orgs_with(
    tx: &ReadTx<'_>,
    caller: &Principal,
    permission: &str,
) -> Result<Option<Vec<i64>>, Error> {
    let memberships = tx.memberships_of(caller.user)?;
    let granting = memberships.iter().filter(|membership| {
        let mut roles = membership.roles.iter();
        roles.any(|role| grants(role, permission))
    });
    // The membership in the instance has no organization, and makes the whole `None`.
    Ok(granting.map(|membership| membership.org).collect())
}

fn check(
    memberships: &[Membership],
    permission: &str,
    denied: &'static error::Entry,
) -> Result<(), Error> {
    if memberships.is_empty() {
        return Err(error::MEMBERSHIP_NOT_FOUND.into());
    }
    if has(memberships, permission) {
        Ok(())
    } else {
        Err(denied.into())
    }
}

fn has(memberships: &[Membership], permission: &str) -> bool {
    let roles = || memberships.iter().flat_map(|membership| &membership.roles);
    roles().any(|role| grants(role, permission))
}

/// Checks credentials.
#[derive(Clone)]
pub struct Authenticator {
    store: Store,
    clock: Clock,
}

impl Authenticator {
    /// An authenticator over the tokens of a store.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Finds the caller; a point read on the calling thread.
    ///
    /// # Errors
    /// UNAUTHENTICATED or `PERMISSION_DENIED` as contract/README §7 lists them, UNAVAILABLE without a database.
    pub fn authenticate(&self, credentials: &Credentials) -> Result<Principal, Error> {
        let text = bearer::text(credentials.authorization.as_deref())?;
        self.store.point(|tx| {
            let token = good_token(tx, text, self.clock.now())?.ok_or(error::TOKEN_INVALID)?;
            if !bearer::is_for_this_api(tx, &token)? {
                return Err(error::TOKEN_INVALID.into());
            }
            let org = match credentials
                .organization
                .as_deref()
                .filter(|id| !id.is_empty())
            {
                Some(id) if id != token.org.id => tx.org_by_id(id)?.ok_or(error::ORG_UNKNOWN)?,
                _ => token.org.clone(),
            };
            let memberships = tx.memberships_for(token.user, org.row)?;
            let actor = token.access.and_then(|access| access.actor);
            Ok(Principal {
                user: token.user,
                user_id: token.user_id,
                actor_id: actor.map(|(_, id)| id),
                home: token.org,
                org,
                memberships,
            })
        })
    }
}
