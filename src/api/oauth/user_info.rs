//! Userinfo (`OpenID` Connect Core §5.3): the claims about a user, by the scopes of the token.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use super::{Fault, scopes};
use crate::{
    api::Ctx,
    auth::good_token,
    domain::{Gender, Human, Kind, User},
    error::Error,
    store::ReadTx,
};

/// What userinfo answers.
#[derive(Serialize)]
#[allow(missing_docs, reason = "the members are OpenID Connect's")]
pub struct UserInfo {
    pub sub: String,
    #[serde(flatten)]
    pub user: UserClaims,
}

/// Claims about a user beside the subject; those that no scope asks for are left out.
#[derive(Default, Serialize)]
#[allow(
    missing_docs,
    reason = "the members are OpenID Connect's and ZITADEL's"
)]
pub struct UserClaims {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number_verified: Option<bool>,
    #[serde(
        rename = "urn:zitadel:iam:user:resourceowner:id",
        skip_serializing_if = "Option::is_none"
    )]
    pub resource_owner_id: Option<String>,
    #[serde(
        rename = "urn:zitadel:iam:user:resourceowner:name",
        skip_serializing_if = "Option::is_none"
    )]
    pub resource_owner_name: Option<String>,
    #[serde(
        rename = "urn:zitadel:iam:user:resourceowner:primary_domain",
        skip_serializing_if = "Option::is_none"
    )]
    pub resource_owner_domain: Option<String>,
    #[serde(
        rename = "urn:zitadel:iam:user:metadata",
        skip_serializing_if = "Option::is_none"
    )]
    pub metadata: Option<BTreeMap<String, String>>,
}

/// Tells about the user of a token, of any audience.
///
/// # Errors
/// [`Fault::BadToken`] if the token is missing or not good.
pub async fn user_info(ctx: &Ctx, token: Option<&str>) -> Result<UserInfo, Fault> {
    let found = ctx.services.store.point(|tx| {
        let token = token
            .map(|text| good_token(tx, text, ctx.now))
            .transpose()?;
        let Some(token) = token.flatten() else {
            return Ok(None);
        };
        let Some(user) = tx.user(&token.user_id)? else {
            return Ok(None);
        };
        Ok(Some(UserInfo {
            user: UserClaims::of(tx, &user, token.scopes.split(' '))?,
            sub: token.user_id,
        }))
    })?;
    found.ok_or(Fault::BadToken)
}

impl UserClaims {
    /// The claims that these scopes ask for.
    pub(super) fn of<'s>(
        tx: &ReadTx<'_>,
        user: &User,
        scopes: impl Iterator<Item = &'s str>,
    ) -> Result<Self, Error> {
        let mut claims = Self::default();
        for scope in scopes {
            match (scope, &user.kind) {
                (scopes::PROFILE, _) => claims.add_profile(user),
                (scopes::EMAIL, Kind::Human(human)) => {
                    claims.email = Some(human.email.address.clone());
                    claims.email_verified = Some(human.email.is_verified);
                }
                (scopes::PHONE, Kind::Human(human)) => {
                    let phone = human.phone.as_ref();
                    claims.phone_number = phone.map(|phone| phone.number.as_str().to_owned());
                    claims.phone_number_verified = phone.map(|phone| phone.is_verified);
                }
                (scopes::RESOURCE_OWNER, _) => {
                    let org = tx.organization(user.aggregate.owner)?;
                    claims.resource_owner_id = Some(user.aggregate.owner_id.clone());
                    claims.resource_owner_name = org.map(|org| org.name);
                    claims.resource_owner_domain = tx.primary_domain(user.aggregate.owner)?;
                }
                (scopes::METADATA, _) => {
                    let all = tx.metadata_of(user.aggregate.row)?.into_iter();
                    let encoded = all.map(|one| (one.key, URL_SAFE_NO_PAD.encode(one.value)));
                    claims.metadata =
                        Some(encoded.collect()).filter(|all: &BTreeMap<_, _>| !all.is_empty());
                }
                _ => {}
            }
        }
        Ok(claims)
    }

    fn add_profile(&mut self, user: &User) {
        self.preferred_username = Some(user.user_name.clone());
        self.updated_at = Some(user.aggregate.changed_at.seconds());
        match &user.kind {
            Kind::Human(human) => self.add_person(human),
            Kind::Machine(machine) => self.name = Some(machine.name.clone()),
        }
    }

    fn add_person(&mut self, human: &Human) {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        self.name = given(&human.name.display);
        self.given_name = given(&human.name.first);
        self.family_name = given(&human.name.last);
        self.nickname = given(&human.name.nick);
        self.locale = Some(human.preferred_language.tag().to_owned()).filter(|tag| !tag.is_empty());
        self.gender = match human.gender {
            Gender::Unspecified => None,
            Gender::Female => Some("female"),
            Gender::Male => Some("male"),
            Gender::Diverse => Some("diverse"),
        };
    }
}
