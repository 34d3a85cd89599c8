//! Belfry SMS provider `http`: ZITADEL's HTTP provider (contract/providers §4).
//!
//! Posts the message's metadata, `{contextInfo, templateData, args}`, as JSON to one endpoint and
//! takes any 2xx for success. With a signing key the request carries `ZITADEL-Signature`. It follows
//! no redirect and ignores the answer's body. The operator chose the endpoint, so private addresses
//! are fine.

use std::time::Duration;

use belfry_plugin::{Description, Failure, Host, Message, Provider, Reason, Sent};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use ureq::{Agent, http::StatusCode};

/// ZITADEL's limit for the whole exchange.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(5);

/// The `config` table of the provider.
#[derive(Deserialize)]
pub struct Config {
    /// Where to post to, `http` or `https`.
    endpoint: String,
    /// The key of the signature; none means that requests are not signed.
    signing_key: Option<String>,
}

/// The provider.
pub struct Http {
    host: Host,
    agent: Agent,
    config: Config,
}

impl Provider for Http {
    type Config = Config;

    fn description() -> Description {
        Description::new("http", "HTTP")
            .version(env!("CARGO_PKG_VERSION"))
            .max_concurrency(16)
            .config_schema(serde_json::json!({
                "type": "object",
                "required": ["endpoint"],
                "properties": {
                    "endpoint": {
                        "type": "string",
                        "pattern": "^https?://[^\\s]+$",
                        "maxLength": 2048,
                        "title": "Endpoint",
                        "description": "Each message is posted there as JSON",
                    },
                    "signing_key": {
                        "type": "string",
                        "minLength": 1,
                        "writeOnly": true,
                        "title": "Signing key",
                        "description": "The key of the ZITADEL-Signature header",
                    },
                },
            }))
    }

    fn create(host: Host, config: Config) -> Result<Self, Failure> {
        let agent = Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // A connection that the gateway closed meanwhile would make a failure out of nothing.
            .max_idle_connections(0)
            .proxy(None)
            .user_agent(concat!("belfry-http/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Self {
            host,
            agent,
            config,
        })
    }

    fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        let body = match message.metadata_json {
            "" => "{}",
            json => json,
        };
        let mut request = self
            .agent
            .post(&self.config.endpoint)
            .config()
            .timeout_global(Some(message.timeout.min(TOTAL_TIMEOUT)))
            .build()
            .content_type("application/json");
        if let Some(key) = &self.config.signing_key {
            let seconds = self.host.now_unix_ms() / 1000;
            request = request.header("ZITADEL-Signature", signature(key, seconds, body)?);
        }
        let response = request.send(body).map_err(transport_failure)?;
        let retry_after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        verdict(response.status(), retry_after)
    }
}

/// `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 over the seconds, a dot and the raw body.
fn signature(key: &str, seconds: i64, body: &str) -> Result<String, Failure> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map_err(|_| Failure::Misconfigured("the signing key cannot be used".into()))?;
    mac.update(format!("{seconds}.{body}").as_bytes());
    let code = hex::encode(mac.finalize().into_bytes());
    Ok(format!("t={seconds},v1={code}"))
}

/// What an answer means. ZITADEL retries everything that is not a 2xx; so does the server here, but
/// it closes the provider for a while where only the operator can help.
fn verdict(status: StatusCode, retry_after: Option<Duration>) -> Result<Sent, Failure> {
    let reason = Reason::with_code(format!("the endpoint answered {status}"), status.as_str());
    Err(match status.as_u16() {
        200..=299 => return Ok(Sent::default()),
        300..=399 => Failure::Misconfigured(Reason::with_code(
            format!("the endpoint answered {status}; redirects are not followed"),
            status.as_str(),
        )),
        401 | 403 => Failure::Unauthorized(reason),
        429 => Failure::Throttled(reason, retry_after),
        _ => Failure::Unavailable(reason),
    })
}

/// No answer: either nothing can have reached the endpoint, or nobody knows.
fn transport_failure(error: ureq::Error) -> Failure {
    use ureq::{Error, Timeout};
    match error {
        Error::BadUri(_) | Error::RequireHttpsOnly(_) | Error::Http(_) => {
            Failure::Misconfigured("the endpoint is not a valid address".into())
        }
        Error::HostNotFound => Failure::Unavailable("the endpoint's name is unknown".into()),
        Error::ConnectionFailed => Failure::Unavailable("cannot connect".into()),
        Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            Failure::Unavailable("connection refused".into())
        }
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            Failure::Unavailable("no connection in time".into())
        }
        // rustls reports a handshake that failed, such as a certificate that is not trusted, as data
        // that is not valid.
        Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Failure::Unavailable(format!("TLS: {error}").into())
        }
        Error::Rustls(error) => Failure::Unavailable(format!("TLS: {error}").into()),
        Error::Timeout(_) => Failure::OutcomeUnknown("no answer in time".into()),
        _ => Failure::OutcomeUnknown("the connection broke before the answer".into()),
    }
}

belfry_plugin::export!(Http: Send);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_a_known_answer() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
        assert_eq!(
            signature("secret", 1_700_000_000, "{\"a\":1}").unwrap(),
            "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"
        );
    }

    #[test]
    fn only_a_2xx_is_success() {
        let verdict = |status| verdict(StatusCode::from_u16(status).unwrap(), None);
        assert!(verdict(204).is_ok());
        assert!(matches!(verdict(302), Err(Failure::Misconfigured(_))));
        assert!(matches!(verdict(401), Err(Failure::Unauthorized(_))));
        assert!(matches!(verdict(404), Err(Failure::Unavailable(_))));
        assert!(matches!(verdict(429), Err(Failure::Throttled(_, None))));
        assert!(matches!(verdict(500), Err(Failure::Unavailable(_))));
    }
}
