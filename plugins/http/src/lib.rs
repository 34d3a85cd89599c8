//! Belfry SMS provider `http`: ZITADEL's HTTP provider (contract/providers §4).
//!
//! Posts the message's metadata, `{contextInfo, templateData, args}`, as JSON to one endpoint and
//! takes any 2xx for success. With a signing key the request carries `ZITADEL-Signature`. The host
//! makes the request: it follows no redirect, and since the operator chose the endpoint, private
//! addresses are fine. The answer's body is ignored.

use std::time::Duration;

use belfry_plugin::{
    Description, Failure, Host, HttpRequest, HttpResponse, Message, Provider, Reason, Sent,
};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

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
    config: Config,
}

impl Provider for Http {
    type Config = Config;

    fn description() -> Description {
        Description::new("http", "HTTP")
            .version(env!("CARGO_PKG_VERSION"))
            .max_concurrency(16)
            .http_hosts(["{endpoint}"])
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
        if config.endpoint.parse::<http::Uri>().is_err() {
            let reason = "the endpoint is not a valid address";
            return Err(Failure::Misconfigured(reason.into()));
        }
        Ok(Self { host, config })
    }

    fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        let body = match message.metadata_json {
            "" => "{}",
            json => json,
        };
        let signature = match &self.config.signing_key {
            Some(key) => signature(key, self.host.now_unix_ms() / 1000, body)?,
            None => String::new(),
        };
        let headers = [
            ("Content-Type", "application/json"),
            ("ZITADEL-Signature", signature.as_str()),
        ];
        let count = if signature.is_empty() { 1 } else { 2 };
        let response = self.host.http(&HttpRequest {
            method: "POST",
            url: &self.config.endpoint,
            headers: &headers[..count],
            body: body.as_bytes(),
            timeout: message.timeout.min(TOTAL_TIMEOUT),
        })?;
        verdict(&response)
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
fn verdict(response: &HttpResponse) -> Result<Sent, Failure> {
    let status = response.status.to_string();
    let reason =
        |more: &str| Reason::with_code(format!("the endpoint answered {status}{more}"), &status);
    Err(match response.status {
        200..=299 => return Ok(Sent::default()),
        300..=399 => Failure::Misconfigured(reason("; redirects are not followed")),
        401 | 403 => Failure::Unauthorized(reason("")),
        429 => Failure::Throttled(reason(""), response.retry_after),
        _ => Failure::Unavailable(reason("")),
    })
}

belfry_plugin::export!(Http: Send);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use belfry_plugin::{FakeHost, HttpFailure};

    use super::*;

    #[test]
    fn the_signature_is_the_one_of_a_known_answer() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
        assert_eq!(
            signature("secret", 1_700_000_000, "{\"a\":1}").unwrap(),
            "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"
        );
    }

    fn http(endpoint: &str, fake: &FakeHost) -> Result<Http, Failure> {
        let config = Config {
            endpoint: endpoint.to_owned(),
            signing_key: Some("secret".to_owned()),
        };
        Http::create(fake.host(), config)
    }

    fn sent(answer: Result<HttpResponse, HttpFailure>) -> Result<Sent, Failure> {
        let fake = FakeHost::answering(move |request| {
            assert_eq!(
                (request.method, request.url),
                ("POST", "https://a.test/sms")
            );
            assert_eq!(request.body, b"{\"a\":1}");
            assert!(request.timeout <= TOTAL_TIMEOUT);
            assert_eq!(request.header("content-type"), Some("application/json"));
            let signed = signature("secret", 1_700_000_000, "{\"a\":1}").unwrap();
            assert_eq!(request.header("zitadel-signature"), Some(signed.as_str()));
            answer.clone()
        });
        http("https://a.test/sms", &fake)?.send(&Message {
            metadata_json: "{\"a\":1}",
            timeout: Duration::from_secs(60),
            ..Message::default()
        })
    }

    #[test]
    fn only_a_2xx_is_success() {
        let answered = |status| {
            sent(Ok(HttpResponse {
                status,
                retry_after: Some(Duration::from_secs(7)),
                ..HttpResponse::default()
            }))
        };
        assert!(answered(204).is_ok());
        assert!(matches!(answered(302), Err(Failure::Misconfigured(_))));
        assert!(matches!(answered(401), Err(Failure::Unauthorized(_))));
        assert!(matches!(answered(404), Err(Failure::Unavailable(_))));
        let pause = Some(Duration::from_secs(7));
        assert!(matches!(answered(429), Err(Failure::Throttled(_, wait)) if wait == pause));
        assert!(matches!(answered(500), Err(Failure::Unavailable(_))));
    }

    #[test]
    fn what_may_have_left_is_unknown() {
        for may_have_left in [false, true] {
            let text = "broken".to_owned();
            let outcome = sent(Err(HttpFailure {
                may_have_left,
                text,
            }));
            assert_eq!(
                matches!(outcome, Err(Failure::OutcomeUnknown(_))),
                may_have_left
            );
        }
    }

    #[test]
    fn an_endpoint_that_is_no_address_is_told_at_once() {
        let made = http("https://[a.test/", &FakeHost::default());
        assert!(matches!(made.err(), Some(Failure::Misconfigured(_))));
    }
}
