//! Bearer tokens: which are good, and which of them are meant for this API.
//!
//! Every kind is found by the hash of its text, one indexed look each; what is wrong with a token that
//! is not good is told to nobody.

use crate::{
    clock::Timestamp,
    domain::UserState,
    error::{self, Error},
    secrets,
    store::{BearerToken, ReadTx},
};

/// The token in the value of `authorization`: the scheme is case-sensitive, then exactly one space.
///
/// # Errors
/// UNAUTHENTICATED without a header, UNAUTHENTICATED AUTH-toLo1 for one of another form.
pub fn text(header: Option<&str>) -> Result<&str, Error> {
    let header = header.filter(|header| !header.is_empty());
    let token = header
        .ok_or_else(Error::auth_header_missing)?
        .strip_prefix("Bearer ")
        .filter(|token| !token.is_empty() && !token.contains(' '));
    token.ok_or_else(|| error::AUTH_HEADER_INVALID.into())
}

/// The token with that text if it is good: neither over nor revoked, and its user may sign in.
///
/// # Errors
/// If the database cannot be read.
pub fn good_token(
    tx: &ReadTx<'_>,
    text: &str,
    now: Timestamp,
) -> Result<Option<BearerToken>, Error> {
    let token = tx.bearer_token(&secrets::hash_token(text))?;
    Ok(token.filter(|token| {
        let is_usable = matches!(token.state, UserState::Active | UserState::Initial);
        is_usable && token.expires_at >= now
    }))
}

/// Whether a token may call this API: an access token must name the ZITADEL project in its audience, a
/// personal one need not (contract/orgs-and-auth.md §3).
///
/// # Errors
/// If the database cannot be read.
pub fn is_for_this_api(tx: &ReadTx<'_>, token: &BearerToken) -> Result<bool, Error> {
    let Some(access) = &token.access else {
        return Ok(true);
    };
    let project = tx.project_id()?;
    Ok(access.audience.split(' ').any(|name| name == project))
}
