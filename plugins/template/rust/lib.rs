//! Belfry SMS provider `{{name}}`: posts each message to a gateway's HTTP API.
//!
//! The API is that of `gateway.py`, which stands in for a real gateway. Put in what yours wants:
//! `send` makes the request, `decide` reads the answer, `description` says what is configured.

use belfry_plugin::{
    Description, Failure, Host, HttpRequest, HttpResponse, Message, Provider, Reason, Sent,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The `config` table of the provider, checked against the schema below and complete.
#[derive(Deserialize)]
pub struct Config {
    endpoint: String,
    api_key: String,
    sender: String,
}

/// The provider.
pub struct Gateway {
    host: Host,
    config: Config,
}

impl Provider for Gateway {
    type Config = Config;

    fn description() -> Description {
        Description::new("{{name}}", "{{title}}")
            .version(env!("CARGO_PKG_VERSION"))
            .max_concurrency(8)
            // The host of the URL that the operator writes as `endpoint`, and no other.
            .http_hosts(["{endpoint}"])
            // The gateway knows a message again by its `reference`.
            .idempotent_send()
            .config_schema(json!({
                "type": "object",
                "required": ["endpoint", "api_key"],
                "properties": {
                    "endpoint": {
                        "type": "string",
                        "pattern": "^https?://[^\\s]+$",
                        "maxLength": 2048,
                        "title": "Endpoint",
                        "description": "Where messages are posted to",
                    },
                    "api_key": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 500,
                        "writeOnly": true,
                        "title": "API key",
                        "description": "As the gateway's console shows it",
                    },
                    "sender": {
                        "type": "string",
                        "maxLength": 16,
                        "default": "Belfry",
                        "title": "Sender",
                        "description": "For messages that wish no sender of their own",
                    },
                },
            }))
    }

    fn create(host: Host, config: Config) -> Result<Self, Failure> {
        Ok(Self { host, config })
    }

    fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        let sender = match message.sender {
            "" => &self.config.sender,
            wished => wished,
        };
        let body = json!({
            "to": message.to,
            "from": sender,
            "text": message.text,
            "reference": message.id,
        });
        // Without an answer `?` tells what cannot have been sent from what may have been.
        let response = self.host.http(&HttpRequest {
            method: "POST",
            url: &self.config.endpoint,
            headers: &[
                ("Content-Type", "application/json"),
                ("Authorization", &format!("Bearer {}", self.config.api_key)),
            ],
            body: body.to_string().as_bytes(),
            timeout: message.timeout,
        })?;
        decide(&response)
    }
}

/// What the gateway's answer means. Its words stay out of the log: they may quote the message.
fn decide(response: &HttpResponse) -> Result<Sent, Failure> {
    let code = response.status.to_string();
    let reason = |text: &'static str| Reason::with_code(text, code);
    match response.status {
        200..300 => Ok(Sent {
            provider_id: id(&response.body),
            ..Sent::default()
        }),
        401 | 403 => Err(Failure::Unauthorized(reason("the API key is refused"))),
        402 => Err(Failure::Misconfigured(reason("there is no credit"))),
        422 => Err(Failure::InvalidRecipient(reason("not a mobile number"))),
        429 => Err(Failure::Throttled(reason("too fast"), response.retry_after)),
        500.. => Err(Failure::Unavailable(reason("the gateway has a fault"))),
        _ => Err(Failure::Misconfigured(reason("not the gateway's API"))),
    }
}

/// The gateway's name for the message: `{"id": "…"}`.
fn id(body: &[u8]) -> String {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    answer["id"].as_str().unwrap_or_default().to_owned()
}

belfry_plugin::export!(Gateway: Send);

#[cfg(test)]
mod tests {
    use super::*;
    use belfry_plugin::FakeHost;

    fn gateway(host: &FakeHost) -> Gateway {
        let config = json!({"endpoint": "https://sms.test/", "api_key": "key", "sender": "Me"});
        Gateway::create(host.host(), serde_json::from_value(config).unwrap()).unwrap()
    }

    fn answer(status: u16) -> Result<Sent, Failure> {
        let host = FakeHost::answering(move |_| {
            Ok(HttpResponse {
                status,
                ..HttpResponse::default()
            })
        });
        gateway(&host).send(&Message::default())
    }

    #[test]
    fn a_message_is_posted_as_json_with_the_key() {
        let host = FakeHost::answering(|request| {
            assert_eq!(request.url, "https://sms.test/");
            assert_eq!(request.header("authorization"), Some("Bearer key"));
            let body: Value = serde_json::from_slice(request.body).unwrap();
            assert_eq!(body["to"], "+447700900123");
            assert_eq!(body["from"], "Me");
            assert_eq!(body["text"], "Your code is \"1\"");
            assert_eq!(body["reference"], "m1");
            Ok(HttpResponse {
                status: 201,
                body: br#"{"id": "g-1"}"#.to_vec(),
                ..HttpResponse::default()
            })
        });
        let sent = gateway(&host).send(&Message {
            id: "m1",
            to: "+447700900123",
            text: "Your code is \"1\"",
            ..Message::default()
        });
        assert_eq!(sent.unwrap().provider_id, "g-1");
    }

    #[test]
    fn answers_are_decisions() {
        assert!(answer(200).is_ok());
        assert!(matches!(answer(401), Err(Failure::Unauthorized(_))));
        assert!(matches!(answer(422), Err(Failure::InvalidRecipient(_))));
        assert!(matches!(answer(429), Err(Failure::Throttled(..))));
        assert!(matches!(answer(503), Err(Failure::Unavailable(_))));
    }
}
