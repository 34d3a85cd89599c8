//! Scopes: which of those asked for are granted, and the audience that they make.

use crate::{domain::User, error::Error, store::ReadTx};

/// Adds the ZITADEL project to the audience.
pub(super) const THIS_API: &str = "urn:zitadel:iam:org:project:id:zitadel:aud";

pub(super) const OPENID: &str = "openid";
pub(super) const PROFILE: &str = "profile";
pub(super) const EMAIL: &str = "email";
pub(super) const PHONE: &str = "phone";
pub(super) const METADATA: &str = "urn:zitadel:iam:user:metadata";
pub(super) const RESOURCE_OWNER: &str = "urn:zitadel:iam:user:resourceowner";

/// Scopes that are granted to everybody.
const FREE: &[&str] = &[
    OPENID,
    PROFILE,
    EMAIL,
    PHONE,
    "address",
    "offline_access",
    METADATA,
    RESOURCE_OWNER,
    "urn:zitadel:iam:org:projects:roles",
];

const PROJECT: &str = "urn:zitadel:iam:org:project:id:";
const ROLE: &str = "urn:zitadel:iam:org:project:role:";
const ORG_ID: &str = "urn:zitadel:iam:org:id:";
const ORG_DOMAIN: &str = "urn:zitadel:iam:org:domain:primary:";

/// What a token is good for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Granted {
    /// The scopes, each once.
    pub scopes: Vec<String>,
    /// The ids of the projects that the token is for.
    pub audience: Vec<String>,
}

/// Grants scopes to a user: unknown ones and those of another organization are left out silently
/// (contract/orgs-and-auth.md §4, "Scopes").
pub(super) fn grant(tx: &ReadTx<'_>, asked: &str, user: &User) -> Result<Granted, Error> {
    let mut granted = Granted::default();
    for scope in asked.split_whitespace() {
        if granted.scopes.iter().any(|known| known == scope) {
            continue;
        }
        if let Some(project) = project(scope) {
            let id = match project {
                "zitadel" => tx.project_id()?,
                id => id.to_owned(),
            };
            if !granted.audience.contains(&id) {
                granted.audience.push(id);
            }
        } else if !is_granted(tx, scope, user)? {
            continue;
        }
        granted.scopes.push(scope.to_owned());
    }
    Ok(granted)
}

/// The project that a scope adds to the audience.
fn project(scope: &str) -> Option<&str> {
    let id = scope.strip_prefix(PROJECT)?.strip_suffix(":aud")?;
    Some(id).filter(|id| !id.is_empty())
}

fn is_granted(tx: &ReadTx<'_>, scope: &str, user: &User) -> Result<bool, Error> {
    if let Some(id) = scope.strip_prefix(ORG_ID) {
        return Ok(id == user.aggregate.owner_id);
    }
    if let Some(domain) = scope.strip_prefix(ORG_DOMAIN) {
        let own = tx.primary_domain(user.aggregate.owner)?;
        return Ok(own.is_some_and(|own| own.eq_ignore_ascii_case(domain)));
    }
    let is_role = scope.strip_prefix(ROLE).is_some_and(|key| !key.is_empty());
    Ok(is_role || FREE.contains(&scope))
}
