//! Discovery (`OpenID` Connect Discovery 1.0): what this server serves, and where.

use serde::Serialize;

use super::{exchange, token};
use crate::api::Ctx;

/// The discovery document.
#[derive(Serialize)]
#[allow(missing_docs, reason = "the members are the standard's")]
pub struct Discovery {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub introspection_endpoint: String,
    pub userinfo_endpoint: String,
    pub revocation_endpoint: String,
    pub jwks_uri: String,
    pub scopes_supported: &'static [&'static str],
    pub response_types_supported: &'static [&'static str],
    pub grant_types_supported: &'static [&'static str],
    pub subject_types_supported: &'static [&'static str],
    pub id_token_signing_alg_values_supported: &'static [&'static str],
    pub token_endpoint_auth_methods_supported: &'static [&'static str],
    pub introspection_endpoint_auth_methods_supported: &'static [&'static str],
    pub introspection_endpoint_auth_signing_alg_values_supported: &'static [&'static str],
    pub revocation_endpoint_auth_methods_supported: &'static [&'static str],
    pub revocation_endpoint_auth_signing_alg_values_supported: &'static [&'static str],
    pub claims_supported: &'static [&'static str],
    pub request_parameter_supported: bool,
    pub request_uri_parameter_supported: bool,
}

const RS256: &[&str] = &["RS256"];
const CLIENT_METHODS: &[&str] = &[
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
];

/// The document for the origin that the request was sent to.
pub fn discovery(ctx: &Ctx) -> Discovery {
    let at = |path: &str| format!("{}{path}", ctx.origin);
    Discovery {
        issuer: ctx.origin.clone(),
        // Nothing answers there, but the standard and one client want the member.
        authorization_endpoint: at("/oauth/v2/authorize"),
        token_endpoint: at("/oauth/v2/token"),
        introspection_endpoint: at("/oauth/v2/introspect"),
        userinfo_endpoint: at("/oidc/v1/userinfo"),
        revocation_endpoint: at("/oauth/v2/revoke"),
        jwks_uri: at("/oauth/v2/keys"),
        scopes_supported: &[
            "openid",
            "profile",
            "email",
            "phone",
            "address",
            "offline_access",
        ],
        response_types_supported: &["code", "id_token", "id_token token"],
        grant_types_supported: &[
            token::CLIENT_CREDENTIALS,
            token::JWT_BEARER,
            exchange::GRANT,
        ],
        subject_types_supported: &["public"],
        id_token_signing_alg_values_supported: RS256,
        token_endpoint_auth_methods_supported: &[
            "none",
            "client_secret_basic",
            "client_secret_post",
        ],
        introspection_endpoint_auth_methods_supported: CLIENT_METHODS,
        introspection_endpoint_auth_signing_alg_values_supported: RS256,
        revocation_endpoint_auth_methods_supported: CLIENT_METHODS,
        revocation_endpoint_auth_signing_alg_values_supported: RS256,
        claims_supported: &[
            "sub",
            "aud",
            "exp",
            "iat",
            "iss",
            "auth_time",
            "amr",
            "azp",
            "client_id",
            "at_hash",
            "act",
            "name",
            "given_name",
            "family_name",
            "nickname",
            "gender",
            "locale",
            "updated_at",
            "preferred_username",
            "email",
            "email_verified",
            "phone_number",
            "phone_number_verified",
        ],
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
    }
}
