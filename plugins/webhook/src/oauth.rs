//! Access tokens by OAuth 2.0 client credentials (RFC 6749 §4.4), kept until shortly before they end.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use base64::Engine as _;
use belfry_plugin::{Failure, Host, HttpRequest, Reason};
use form_urlencoded::Serializer;
use serde::Deserialize;

use crate::limits::left;

/// A token is not used in its last seconds: it has a way to go.
const MARGIN_MS: i64 = 30_000;
/// How long a token is kept whose life is not told.
const USUAL_LIFE_SECONDS: f64 = 300.0;

/// Where tokens come from, and the one in use.
pub struct Tokens {
    url: String,
    client_id: String,
    client_secret: String,
    scope: String,
    cached: Mutex<Option<Token>>,
}

struct Token {
    text: String,
    ends_at_unix_ms: i64,
}

/// The answer of a token endpoint.
#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: Option<f64>,
}

impl Tokens {
    /// Tokens of `url` for a client.
    pub fn new(url: &str, client_id: &str, client_secret: &str, scope: &str) -> Self {
        Self {
            url: url.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            scope: scope.to_owned(),
            cached: Mutex::new(None),
        }
    }

    /// A token that is good now. While one is fetched, others wait for it.
    ///
    /// # Errors
    /// Why there is none. Nothing was sent to the gateway, so nothing is of unknown outcome.
    pub fn get(&self, host: &Host, deadline: Instant) -> Result<String, Failure> {
        let mut cached = self.lock();
        let now = host.now_unix_ms();
        if let Some(token) = cached.as_ref().filter(|token| now < token.ends_at_unix_ms) {
            return Ok(token.text.clone());
        }
        // Waiting for the lock may have taken its time.
        let answer = self.fetch(host, left(deadline)?)?;
        let life = answer.expires_in.unwrap_or(USUAL_LIFE_SECONDS);
        *cached = Some(Token {
            text: answer.access_token.clone(),
            ends_at_unix_ms: now.saturating_add((life * 1000.0) as i64) - MARGIN_MS,
        });
        Ok(answer.access_token)
    }

    /// Drops a token that the gateway does not take any more.
    pub fn forget(&self, text: &str) {
        let mut cached = self.lock();
        if cached.as_ref().is_some_and(|token| token.text == text) {
            *cached = None;
        }
    }

    fn fetch(&self, host: &Host, timeout: Duration) -> Result<Answer, Failure> {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if !self.scope.is_empty() {
            form.append_pair("scope", &self.scope);
        }
        let form = form.finish();
        // Both are form-encoded before they are put together (RFC 6749 §2.3.1).
        let encoded =
            |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
        let pair = format!(
            "{}:{}",
            encoded(&self.client_id),
            encoded(&self.client_secret)
        );
        let basic = base64::engine::general_purpose::STANDARD.encode(pair);
        let response = host
            .http(&HttpRequest {
                method: "POST",
                url: &self.url,
                headers: &[
                    ("Authorization", &format!("Basic {basic}")),
                    ("Content-Type", "application/x-www-form-urlencoded"),
                    ("Accept", "application/json"),
                ],
                body: form.as_bytes(),
                timeout,
            })
            .map_err(|failure| {
                Failure::Unavailable(format!("no token: {}", failure.text).into())
            })?;
        let reason = Reason::with_code(
            format!("the token endpoint answered {}", response.status),
            response.status.to_string(),
        );
        match response.status {
            200..=299 => serde_json::from_slice(&response.body).map_err(|_| {
                Failure::Unavailable("the token endpoint's answer has no access_token".into())
            }),
            400 | 401 | 403 => Err(Failure::Unauthorized(reason)),
            429 => Err(Failure::Throttled(reason, response.retry_after)),
            408 | 425 | 500.. => Err(Failure::Unavailable(reason)),
            _ => Err(Failure::Misconfigured(reason)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Token>> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
