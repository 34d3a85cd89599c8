//! The token endpoint: which grant is asked for, and the two by which a machine gets its own token.

use super::{
    Fault, Parameters, TokenAnswer, assertion,
    client::{self, ClientFault},
    exchange::{self, exchange},
    issue::{Issue, issue},
};
use crate::{
    api::Ctx,
    domain::{User, UserState},
};

/// The grants that are served, with the names of the standards.
pub(super) const CLIENT_CREDENTIALS: &str = "client_credentials";
pub(super) const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Gives out a token.
///
/// # Errors
/// What the table of contract/orgs-and-auth.md §4 says.
pub async fn token(ctx: &Ctx, request: &Parameters) -> Result<TokenAnswer, Fault> {
    match request.required("grant_type")? {
        CLIENT_CREDENTIALS => client_credentials(ctx, request).await,
        JWT_BEARER => jwt_profile(ctx, request).await,
        exchange::GRANT => exchange(ctx, request).await,
        _ => Err(Fault::unsupported_grant_type()),
    }
}

async fn client_credentials(ctx: &Ctx, request: &Parameters) -> Result<TokenAnswer, Fault> {
    let client = request.client()?;
    let (id, secret) = client.ok_or_else(|| Fault::invalid_request("client_id is missing"))?;
    let user = client::by_secret(ctx, id, secret).map_err(|fault| match fault {
        ClientFault::Unknown => Fault::invalid_client("client not found"),
        ClientFault::WithoutSecret => {
            Fault::invalid_request("Errors.User.Machine.Secret.NotExisting")
        }
        ClientFault::WrongSecret => Fault::invalid_request("Errors.User.Machine.Secret.Invalid"),
        ClientFault::Inactive | ClientFault::BadAssertion => {
            Fault::invalid_grant("the client is not active")
        }
        ClientFault::Other(fault) => fault,
    })?;
    let client_id = user.user_name.clone();
    own_token(ctx, request, user, client_id, "pwd").await
}

async fn jwt_profile(ctx: &Ctx, request: &Parameters) -> Result<TokenAnswer, Fault> {
    let user = assertion::user(ctx, request.required("assertion")?)?;
    let user = user.filter(|user| user.state == UserState::Active);
    let user = user.ok_or_else(|| Fault::invalid_grant("the assertion is not good"))?;
    let client_id = user.aggregate.id.clone();
    own_token(ctx, request, user, client_id, "swk").await
}

/// `method` is how the machine showed who it is (RFC 8176).
async fn own_token(
    ctx: &Ctx,
    request: &Parameters,
    user: User,
    client_id: String,
    method: &'static str,
) -> Result<TokenAnswer, Fault> {
    let is_jwt = user.wants_jwt();
    let scope = request.scope()?.unwrap_or_default().to_owned();
    issue(
        ctx,
        Issue {
            user,
            client_id,
            actor: None,
            scope,
            is_jwt,
            no_later_than: None,
            method: Some(method),
        },
    )
    .await
}
