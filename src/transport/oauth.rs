//! The OAuth endpoints over HTTP: forms and headers in, JSON out (contract/orgs-and-auth.md §4).
//!
//! Errors have the form of RFC 6749 §5.2 and, as with the reference server, status 400. What the
//! requests mean is decided in `api::oauth`; nothing of a form or a header reaches the log.

use std::pin::Pin;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::{
    answer::{Answer, Request},
    pipeline,
    server::Server,
    status::{self, Refusal},
};
use crate::{
    api::{
        Ctx,
        oauth::{self, Fault, Parameters},
    },
    error::{Code, Error},
};

const DISCOVERY: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/oauth/v2/keys";
const USER_INFO: &str = "/oidc/v1/userinfo";

/// The largest form: several times the largest assertion.
const LARGEST_FORM: usize = 64 << 10;

/// Whether a path belongs to the OAuth server.
pub fn is_path(path: &str) -> bool {
    path == DISCOVERY || path.starts_with("/oauth/v2/") || path.starts_with("/oidc/v1/")
}

/// Answers a request to one of those paths.
pub async fn serve(server: &Server, request: Request<'_>) -> Answer {
    let path = request.path;
    let verbs: &[&str] = match path {
        DISCOVERY | KEYS => &["GET"],
        "/oauth/v2/token" | "/oauth/v2/introspect" | "/oauth/v2/revoke" => &["POST"],
        USER_INFO => &["GET", "POST"],
        _ => return Answer::refused(&Refusal::not_found()),
    };
    if !verbs.contains(&request.verb) {
        return Answer::refused(&Refusal::method_not_allowed(verbs.join(", ")));
    }
    let (metadata, body) = match (request.metadata, request.body) {
        (Ok(metadata), Ok(body)) if body.len() <= LARGEST_FORM => (metadata, body),
        (Ok(_), Ok(_)) => return Answer::refused(&Refusal::too_large(LARGEST_FORM)),
        (Ok(_), Err(refusal)) => return Answer::refused(&refusal),
        (Err(error), _) => return Answer::rest_error(&error),
    };
    let authorization = metadata.credentials.authorization.as_deref();
    let ctx = (server.new_ctx)(None, metadata.origin);
    let steps: Steps<'_> = match path {
        DISCOVERY => Box::pin(async { Ok(ok(&oauth::discovery(&ctx))) }),
        KEYS => Box::pin(async {
            let keys = ok(&oauth::key_set(&ctx).await?);
            Ok(keys.with("cache-control", "max-age=300, must-revalidate".to_owned()))
        }),
        USER_INFO => Box::pin(async {
            let token = authorization.and_then(|header| header.strip_prefix("Bearer "));
            Ok(ok(&oauth::user_info(&ctx, token).await?))
        }),
        _ => Box::pin(async {
            let form = parameters(request.content_type, &body, authorization)?;
            from_form(&ctx, path, &form).await
        }),
    };
    match pipeline::guarded(server.limits.call, steps).await {
        Ok(answer) => answer,
        Err(fault) => refused(path, fault),
    }
}

type Steps<'a> = Pin<Box<dyn Future<Output = Result<Answer, Fault>> + 'a>>;

async fn from_form(ctx: &Ctx, path: &str, form: &Parameters) -> Result<Answer, Fault> {
    Ok(match path {
        "/oauth/v2/token" => ok(&oauth::token(ctx, form).await?),
        "/oauth/v2/introspect" => ok(&oauth::introspect(ctx, form).await?),
        _ => {
            oauth::revoke(ctx, form).await?;
            Answer::json(200, Vec::new())
        }
    })
}

/// Reads a form and the client of the header.
fn parameters(
    content_type: &str,
    body: &Bytes,
    authorization: Option<&str>,
) -> Result<Parameters, Fault> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Fault::invalid_request(
            "the content type must be application/x-www-form-urlencoded",
        ));
    }
    let basic = authorization
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .map(|(_, encoded)| {
            basic(encoded).ok_or_else(|| Fault::invalid_request("the authorization is malformed"))
        });
    let pairs = form_urlencoded::parse(body).into_owned();
    Parameters::new(pairs, basic.transpose()?)
}

/// The id and the secret of HTTP Basic, both form-encoded (RFC 6749 §2.3.1).
fn basic(encoded: &str) -> Option<(String, String)> {
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        let text = percent_decode_str(&spaced).decode_utf8().ok()?;
        Some(text.into_owned())
    };
    Some((decode(id)?, decode(secret)?))
}

fn ok(body: &impl Serialize) -> Answer {
    // Structs of texts, numbers and lists: nothing in them can fail to serialize.
    Answer::json(200, serde_json::to_vec(body).unwrap_or_default())
}

fn refused(path: &str, fault: Fault) -> Answer {
    match fault {
        Fault::Refused { error, description } => error_answer(400, error, &description),
        Fault::BadToken => error_answer(401, "access_denied", "the access token is not good").with(
            "www-authenticate",
            "Bearer error=\"invalid_token\"".to_owned(),
        ),
        Fault::TooMany(wait) => {
            let seconds = status::retry_after_seconds(wait).to_string();
            error_answer(429, "temporarily_unavailable", "too many wrong secrets")
                .with("retry-after", seconds)
        }
        Fault::Failed(error) => failed(&pipeline::report(path, error)),
    }
}

fn failed(error: &Error) -> Answer {
    let name = match error.code {
        Code::Unavailable | Code::DeadlineExceeded => "temporarily_unavailable",
        _ => "server_error",
    };
    error_answer(status::http_status(error.code), name, &error.message)
}

fn error_answer(status: u16, error: &str, description: &str) -> Answer {
    let body = serde_json::json!({"error": error, "error_description": description});
    Answer::json(status, body.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_form_decoded() {
        let read = |text: &str| basic(&STANDARD.encode(text));
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(read("id:secret"), pair("id", "secret"));
        assert_eq!(read("a%40b+c:s%3Ae:c"), pair("a@b c", "s:e:c"));
        assert_eq!(read("id:"), pair("id", ""));
        assert_eq!(read("id"), None);
        assert_eq!(basic("???"), None);
    }

    #[test]
    fn only_the_paths_of_the_oauth_server_are_its_own() {
        assert!(is_path("/oauth/v2/token") && is_path("/oidc/v1/userinfo"));
        assert!(is_path("/.well-known/openid-configuration"));
        assert!(!is_path("/oauth") && !is_path("/v2/users") && !is_path("/.well-known/x"));
    }
}
