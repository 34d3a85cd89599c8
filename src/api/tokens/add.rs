//! `AddPersonalAccessToken` of management and v2: a token for a machine; its text is shown this once.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt as _;

use crate::{
    api::{Ctx, details, expiration, users::load},
    clock::Timestamp,
    contract::pb::zitadel::{
        management::v1::{AddPersonalAccessTokenRequest, AddPersonalAccessTokenResponse},
        user::v2,
    },
    domain::{Aggregate, Event, Kind, User},
    error::{self, Error},
    secrets,
    store::{NewToken, WriteTx},
};

/// What a personal access token is good for (contract/users.md §2).
const SCOPES: &[&str] = &[
    "openid",
    "profile",
    "urn:zitadel:iam:user:metadata",
    "urn:zitadel:iam:user:resourceowner",
];

/// Makes a token for a machine of the context organization.
pub(in crate::api) async fn add_personal_access_token(
    ctx: &Ctx,
    request: AddPersonalAccessTokenRequest,
) -> Result<AddPersonalAccessTokenResponse, Error> {
    let expires_at = expiration::read("AddPersonalAccessTokenRequest", request.expiration_date)?;
    let token = NewPersonalAccessToken::make(ctx.new_id(), Some(expires_at));
    let (token_id, text) = (token.id.clone(), token.text.clone());
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let user = load::in_org(tx, &request.user_id, org, error::TOKEN_USER_NOT_FOUND)?;
            let mut user = machine(user)?;
            token.insert(tx, &mut user)?;
            Ok(details::created(&user))
        })
        .await?;
    Ok(AddPersonalAccessTokenResponse {
        token_id,
        token: text,
        details: Some(details),
    })
}

/// Makes a token for a machine of any organization in which the caller has user.write.
pub(in crate::api) async fn add_personal_access_token_v2(
    ctx: &Ctx,
    request: v2::AddPersonalAccessTokenRequest,
) -> Result<v2::AddPersonalAccessTokenResponse, Error> {
    let expires_at = expiration::read("AddPersonalAccessTokenRequest", request.expiration_date)?;
    let token = NewPersonalAccessToken::make(ctx.new_id(), Some(expires_at));
    let (token_id, text) = (token.id.clone(), token.text.clone());
    let caller = ctx.principal()?.clone();
    let created_at = ctx
        .write(move |tx| {
            let user = load::anywhere(tx, &request.user_id, error::TOKEN_USER_NOT_FOUND)?;
            load::check_writer(tx, &caller, &user.aggregate)?;
            let mut user = machine(user)?;
            token.insert(tx, &mut user)?;
            Ok(user.changed_at)
        })
        .await?;
    Ok(v2::AddPersonalAccessTokenResponse {
        creation_date: Some(details::wire_time(created_at)),
        token_id,
        token: text,
    })
}

/// Tokens are for machines.
fn machine(user: User) -> Result<Aggregate, Error> {
    match user.kind {
        Kind::Machine(_) => Ok(user.aggregate),
        Kind::Human(_) => Err(error::TOKEN_USER_WRONG_TYPE.into()),
    }
}

/// A token that was made and is not kept yet.
pub(in crate::api) struct NewPersonalAccessToken {
    /// Its id.
    pub id: String,
    /// Its text: 256 random bits.
    pub text: String,
    expires_at: Timestamp,
}

impl NewPersonalAccessToken {
    /// Makes a token; without an end it lives for ever.
    pub(in crate::api) fn make(id: String, expires_at: Option<Timestamp>) -> Self {
        let secret: [u8; 32] = rand::rng().random();
        Self {
            id,
            text: URL_SAFE_NO_PAD.encode(secret),
            expires_at: expiration::or_never(expires_at),
        }
    }

    /// Keeps it for a user.
    ///
    /// # Errors
    /// INVALID DOMAIN-dv3t5 for an end in the past; if the database cannot be written.
    pub(in crate::api) fn insert(
        self,
        tx: &WriteTx<'_>,
        user: &mut Aggregate,
    ) -> Result<(), Error> {
        expiration::check(self.expires_at, tx.stamp.now)?;
        user.push(Event::TokenAdded {
            token_id: self.id.clone(),
            expiration: details::wire_time(self.expires_at).to_string(),
            scopes: SCOPES.to_vec(),
        });
        tx.save_user_events(user)?;
        tx.insert_token(&NewToken {
            id: self.id,
            hash: secrets::hash_token(&self.text),
            user: user.row,
            scopes: SCOPES,
            expires_at: self.expires_at,
            sequence: user.sequence,
        })
    }
}
