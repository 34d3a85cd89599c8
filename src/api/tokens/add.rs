//! `AddPersonalAccessToken`: a token for a machine; its text is shown this once.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt as _;

use crate::{
    api::{Ctx, details},
    clock::Timestamp,
    contract::pb::zitadel::management::v1::{
        AddPersonalAccessTokenRequest, AddPersonalAccessTokenResponse,
    },
    domain::{Aggregate, Event, Kind},
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

/// The end of a token without one: 9999-12-31T23:59:59Z.
const NEVER: Timestamp = Timestamp::from_micros(253_402_300_799_000_000);

/// Makes a token for a machine of the context organization.
pub(in crate::api) async fn add_personal_access_token(
    ctx: &Ctx,
    request: AddPersonalAccessTokenRequest,
) -> Result<AddPersonalAccessTokenResponse, Error> {
    let expires_at = request.expiration_date.map(instant).transpose()?;
    let token = NewPersonalAccessToken::make(ctx.new_id(), expires_at);
    let (token_id, text) = (token.id.clone(), token.text.clone());
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let user = tx
                .user(&request.user_id)?
                .filter(|user| user.aggregate.owner == org);
            let mut user = user.ok_or(error::TOKEN_USER_NOT_FOUND)?;
            if matches!(user.kind, Kind::Human(_)) {
                return Err(error::TOKEN_USER_WRONG_TYPE.into());
            }
            token.insert(tx, &mut user.aggregate)?;
            Ok(details::created(&user.aggregate))
        })
        .await?;
    Ok(AddPersonalAccessTokenResponse {
        token_id,
        token: text,
        details: Some(details),
    })
}

/// An instant from the wire, between the years 1 and 9999.
fn instant(wire: prost_types::Timestamp) -> Result<Timestamp, Error> {
    let in_range = (-62_135_596_800..=253_402_300_799).contains(&wire.seconds)
        && (0..1_000_000_000).contains(&wire.nanos);
    if !in_range {
        return Err(Error::invalid(
            "invalid AddPersonalAccessTokenRequest.ExpirationDate: value is not a valid timestamp",
        ));
    }
    Ok(Timestamp::from_micros(
        wire.seconds * 1_000_000 + i64::from(wire.nanos) / 1000,
    ))
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
            expires_at: expires_at.unwrap_or(NEVER),
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
        if self.expires_at < tx.stamp.now {
            return Err(error::TOKEN_EXPIRES_IN_THE_PAST.into());
        }
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
