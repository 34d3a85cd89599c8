//! Introspection (RFC 7662): what a token is good for, told to those for whom it is.

use serde::Serialize;

use super::{Fault, Parameters, client, issue::Act, user_info::UserClaims};
use crate::{
    api::Ctx,
    auth::{good_token, grants, is_for_this_api},
    domain::User,
    error::Error,
    store::{BearerToken, ReadTx},
};

/// What introspection answers.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Introspection {
    /// Nothing that the client may know.
    Inactive(Inactive),
    /// What the token is good for.
    Active(Box<Active>),
}

/// `{"active":false}`
#[derive(Serialize)]
#[allow(missing_docs, reason = "the members are RFC 7662's")]
pub struct Inactive {
    pub active: bool,
}

/// The members of RFC 7662 and the claims about the user.
#[derive(Serialize)]
#[allow(missing_docs, reason = "the members are RFC 7662's")]
pub struct Active {
    pub active: bool,
    pub scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    pub token_type: &'static str,
    pub exp: i64,
    pub iat: i64,
    pub auth_time: i64,
    pub nbf: i64,
    pub sub: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aud: Vec<String>,
    pub iss: String,
    pub jti: String,
    pub username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    #[serde(flatten)]
    pub user: UserClaims,
}

/// Tells what a token is good for.
///
/// # Errors
/// `invalid_client` without a client, `unauthorized_client` for a bad one, `invalid_request` without
/// a token.
pub async fn introspect(ctx: &Ctx, request: &Parameters) -> Result<Introspection, Fault> {
    let client = client::authenticated(ctx, request)?;
    let text = request.required("token")?;
    let found = ctx.services.store.point(|tx| {
        let Some(token) = good_token(tx, text, ctx.now)? else {
            return Ok(None);
        };
        if !may_know(tx, &client, &token)? {
            return Ok(None);
        }
        let Some(user) = tx.user(&token.user_id)? else {
            return Ok(None);
        };
        let claims = UserClaims::of(tx, &user, token.scopes.split(' '))?;
        Ok(Some(active(ctx, token, user, claims)))
    })?;
    Ok(match found {
        Some(active) => Introspection::Active(Box::new(active)),
        None => Introspection::Inactive(Inactive { active: false }),
    })
}

/// A client may know its own tokens, those that name it in their audience, and those for this API of
/// users whom it could read anyway.
fn may_know(tx: &ReadTx<'_>, client: &User, token: &BearerToken) -> Result<bool, Error> {
    let client = &client.aggregate;
    let names_client = token
        .access
        .as_ref()
        .is_some_and(|access| access.audience.split(' ').any(|name| name == client.id));
    if names_client || token.user == client.row {
        return Ok(true);
    }
    let memberships = tx.memberships_for(client.row, token.org.row)?;
    let mut roles = memberships.iter().flat_map(|membership| &membership.roles);
    Ok(roles.any(|role| grants(role, "user.read")) && is_for_this_api(tx, token)?)
}

fn active(ctx: &Ctx, token: BearerToken, user: User, claims: UserClaims) -> Active {
    let (begin, access) = (token.created_at.seconds(), token.access);
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    let actor = access.as_ref().and_then(|access| access.actor.clone());
    Active {
        active: true,
        scope: token.scopes,
        client_id: access.as_ref().map(|access| access.client_id.clone()),
        token_type: "Bearer",
        exp: token.expires_at.seconds(),
        iat: begin,
        auth_time: begin,
        nbf: begin,
        sub: token.user_id,
        aud: access
            .map(|access| words(&access.audience))
            .unwrap_or_default(),
        iss: ctx.origin.clone(),
        jti: token.id,
        username: user.user_name,
        act: actor.map(|(_, sub)| Act { sub }),
        user: claims,
    }
}
