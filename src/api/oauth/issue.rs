//! Makes tokens: the access token, opaque or JWT, and the ID token beside it.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt as _;
use serde::Serialize;

use super::{
    Fault,
    scopes::{self, Granted},
    user_info::UserClaims,
};
use crate::{
    api::Ctx,
    clock::Timestamp,
    domain::{Event, User, UserState},
    error,
    jose::Signer,
    secrets,
    store::{NewAccessToken, Stamp},
};

/// How long an access token is good.
pub(super) const LIFETIME: Duration = Duration::from_secs(12 * 3600);

/// A token to be made.
pub(super) struct Issue {
    /// Whom it stands for.
    pub user: User,
    /// Who asks for it.
    pub client_id: String,
    /// Who will act as that user: row and id.
    pub actor: Option<(i64, String)>,
    /// The scopes that are asked for.
    pub scope: String,
    /// Whether it is a JWT.
    pub is_jwt: bool,
    /// Ends its life before [`LIFETIME`] does.
    pub no_later_than: Option<Timestamp>,
    /// How the client showed who it is (RFC 8176).
    pub method: Option<&'static str>,
}

/// What the token endpoint answers (RFC 6749 §5.1).
#[derive(Serialize)]
pub struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    /// What a token exchange made (RFC 8693).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issued_token_type: Option<&'static str>,
}

/// The claims of a JWT access token.
#[derive(Serialize)]
struct AccessClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a [String],
    exp: i64,
    nbf: i64,
    iat: i64,
    jti: &'a str,
    client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Act>,
}

/// Who acts as the subject (RFC 8693 §4.1).
#[derive(Serialize)]
pub struct Act {
    /// The id of the user who acts.
    pub sub: String,
}

/// The claims of an ID token.
#[derive(Serialize)]
struct IdClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a [String],
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<&'a str>,
    azp: &'a str,
    client_id: &'a str,
    at_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Act>,
    #[serde(flatten)]
    user: UserClaims,
}

/// Makes a token, keeps its hash and answers when that is on disk.
///
/// # Errors
/// `invalid_grant` if the user has lost access meanwhile; if the database cannot be written.
pub(super) async fn issue(ctx: &Ctx, issue: Issue) -> Result<TokenAnswer, Fault> {
    let granted = ctx
        .services
        .store
        .point(|tx| scopes::grant(tx, &issue.scope, &issue.user))?;
    let has_id_token = granted.scopes.iter().any(|scope| scope == scopes::OPENID);
    let end = ctx.now.plus(LIFETIME);
    let made = Made {
        id: ctx.new_id(),
        ends: issue.no_later_than.map_or(end, |other| end.min(other)),
        issue,
        granted,
    };
    let signer = match made.issue.is_jwt || has_id_token {
        true => Some(ctx.services.oauth.signing.signer(ctx).await?),
        false => None,
    };
    let access_token = match &signer {
        Some(signer) if made.issue.is_jwt => made.jwt(ctx, signer)?,
        _ => URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 32]>()),
    };
    let id_token = match &signer {
        Some(signer) if has_id_token => Some(made.id_token(ctx, signer, &access_token)?),
        _ => None,
    };
    let ends = made.ends;
    made.keep(ctx, secrets::hash_token(&access_token)).await?;
    let left = ends.since(ctx.services.clock.now());
    Ok(TokenAnswer {
        access_token,
        token_type: "Bearer",
        expires_in: i64::try_from(left.as_secs()).unwrap_or_default(),
        id_token,
        issued_token_type: None,
    })
}

/// A token that is not kept yet.
struct Made {
    id: String,
    ends: Timestamp,
    issue: Issue,
    granted: Granted,
}

impl Made {
    fn jwt(&self, ctx: &Ctx, signer: &Signer) -> Result<String, Fault> {
        let (issue, now) = (&self.issue, ctx.now.seconds());
        // The standard wants an audience; without a project it is the client.
        let client = [issue.client_id.clone()];
        let claims = AccessClaims {
            iss: &ctx.origin,
            sub: &issue.user.aggregate.id,
            aud: match self.granted.audience.as_slice() {
                [] => &client,
                audience => audience,
            },
            exp: self.ends.seconds(),
            nbf: now,
            iat: now,
            jti: &self.id,
            client_id: &issue.client_id,
            act: self.act(),
        };
        Ok(signer.sign(&claims).map_err(error::Error::internal)?)
    }

    fn id_token(&self, ctx: &Ctx, signer: &Signer, access_token: &str) -> Result<String, Fault> {
        let (issue, now) = (&self.issue, ctx.now.seconds());
        let mut audience = vec![issue.client_id.clone()];
        audience.extend(self.granted.audience.iter().cloned());
        let half = &secrets::hash_token(access_token)[..16];
        let scopes = self.granted.scopes.iter().map(String::as_str);
        let user = ctx.services.store.point(|tx| {
            UserClaims::of(
                tx,
                &issue.user,
                scopes.filter(|scope| *scope != scopes::METADATA),
            )
        })?;
        let claims = IdClaims {
            iss: &ctx.origin,
            sub: &issue.user.aggregate.id,
            aud: &audience,
            exp: self.ends.seconds(),
            iat: now,
            auth_time: now,
            amr: issue.method.into_iter().collect(),
            azp: &issue.client_id,
            client_id: &issue.client_id,
            at_hash: URL_SAFE_NO_PAD.encode(half),
            act: self.act(),
            user,
        };
        Ok(signer.sign(&claims).map_err(error::Error::internal)?)
    }

    fn act(&self) -> Option<Act> {
        let actor = self.issue.actor.as_ref();
        actor.map(|(_, id)| Act { sub: id.clone() })
    }

    async fn keep(self, ctx: &Ctx, hash: [u8; 32]) -> Result<(), Fault> {
        let Issue {
            user,
            actor,
            client_id,
            ..
        } = self.issue;
        let editor = actor.as_ref().map_or(&user.aggregate.id, |(_, id)| id);
        let stamp = Stamp {
            now: ctx.now,
            editor: editor.clone(),
            actor: None,
        };
        let token = NewAccessToken {
            id: self.id,
            hash,
            user: user.aggregate.row,
            actor: actor.as_ref().map(|(row, _)| *row),
            client_id,
            audience: self.granted.audience,
            scopes: self.granted.scopes,
            expires_at: self.ends,
        };
        let is_kept = ctx
            .services
            .store
            .write(stamp, move |tx| {
                // What has been locked since it was read must not get a token that outlives the lock.
                let is_usable = |id: &str| -> Result<_, error::Error> {
                    let user = tx.user(id)?;
                    Ok(user.filter(|user| {
                        matches!(user.state, UserState::Active | UserState::Initial)
                    }))
                };
                let Some(mut user) = is_usable(&user.aggregate.id)? else {
                    return Ok(false);
                };
                if let Some((_, actor)) = actor {
                    if is_usable(&actor)?.is_none() {
                        return Ok(false);
                    }
                    user.aggregate.push(Event::UserImpersonated { actor });
                    tx.save_user_events(&mut user.aggregate)?;
                }
                tx.insert_access_token(&token)?;
                Ok(true)
            })
            .await?;
        match is_kept {
            true => Ok(()),
            false => Err(Fault::invalid_grant("the user is not active")),
        }
    }
}
