//! Token exchange (RFC 8693): somebody with an impersonator role gets a token to act as a user.
//!
//! The subject is a user id, the actor the owner of a token that could call this API. What is done
//! with the new token is the user's, but its events keep the actor; it ends with the actor's token at
//! the latest, and with the access of either of the two.

use super::{
    Fault, Parameters, TokenAnswer,
    issue::{Issue, issue},
    scopes::THIS_API,
};
use crate::{
    api::Ctx,
    auth::{good_token, is_for_this_api},
    domain::{User, UserState},
    error::Error,
    store::{BearerToken, ReadTx},
};

pub(super) const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

const USER_ID: &str = "urn:zitadel:params:oauth:token-type:user_id";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// Gives out a token to act as a user.
///
/// # Errors
/// `invalid_request` for parameters or an actor's token that are not good; `access_denied` for a
/// user that the actor may not act as, and for one that does not exist.
pub(super) async fn exchange(ctx: &Ctx, request: &Parameters) -> Result<TokenAnswer, Fault> {
    let subject = request.required("subject_token")?;
    expect_type(request, "subject_token_type", &[USER_ID])?;
    let actor_token = request.required("actor_token")?;
    expect_type(request, "actor_token_type", &[ACCESS_TOKEN, JWT])?;
    let (is_jwt, issued) = match request.get("requested_token_type") {
        None | Some(ACCESS_TOKEN) => (false, ACCESS_TOKEN),
        Some(JWT) => (true, JWT),
        Some(_) => {
            return Err(Fault::invalid_request(
                "requested_token_type is not supported",
            ));
        }
    };
    // An application that says nothing wants to call this API for the user.
    let scope = request.scope()?.unwrap_or(THIS_API).to_owned();

    let (actor, user) = ctx.services.store.point(|tx| {
        let Some(actor) = actor(tx, ctx, actor_token)? else {
            return Ok(Err(Fault::invalid_request("the actor_token is not good")));
        };
        let is_usable = |user: &User| matches!(user.state, UserState::Active | UserState::Initial);
        let user = tx.user(subject)?.filter(is_usable);
        Ok(match user {
            Some(user) if may_act_as(tx, actor.user, &user)? => Ok((actor, user)),
            _ => Err(Fault::access_denied()),
        })
    })??;
    let made = issue(
        ctx,
        Issue {
            user,
            client_id: actor.user_id.clone(),
            actor: Some((actor.user, actor.user_id)),
            scope,
            is_jwt,
            no_later_than: Some(actor.expires_at),
            method: None,
        },
    );
    let mut answer = made.await?;
    answer.issued_token_type = Some(issued);
    Ok(answer)
}

fn expect_type(request: &Parameters, name: &str, known: &[&str]) -> Result<(), Fault> {
    match request.required(name)? {
        given if known.contains(&given) => Ok(()),
        _ => Err(Fault::invalid_request(format!("{name} is not supported"))),
    }
}

/// The actor's token, if it could call this API. Who acts as another cannot act as a third.
fn actor(tx: &ReadTx<'_>, ctx: &Ctx, text: &str) -> Result<Option<BearerToken>, Error> {
    let Some(token) = good_token(tx, text, ctx.now)? else {
        return Ok(None);
    };
    let acts = token
        .access
        .as_ref()
        .is_some_and(|access| access.actor.is_some());
    Ok(match !acts && is_for_this_api(tx, &token)? {
        true => Some(token),
        false => None,
    })
}

/// End-user impersonators may act as users without any role; admin impersonators also as those with
/// roles, where their own role reaches: the organization's, in that organization alone.
fn may_act_as(tx: &ReadTx<'_>, actor: i64, user: &User) -> Result<bool, Error> {
    let own = tx.memberships_for(actor, user.aggregate.owner)?;
    let has = |role: &str| {
        own.iter()
            .any(|membership| membership.roles.iter().any(|r| r == role))
    };
    let of_user = tx.memberships_of(user.aggregate.row)?;
    let org = Some(user.aggregate.owner);
    let stays_in_org = of_user.iter().all(|membership| membership.org == org);
    Ok(has("IAM_ADMIN_IMPERSONATOR")
        || (has("ORG_ADMIN_IMPERSONATOR") && stays_in_org)
        || ((has("IAM_END_USER_IMPERSONATOR") || has("ORG_END_USER_IMPERSONATOR"))
            && of_user.is_empty()))
}
