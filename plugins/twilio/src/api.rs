//! Requests to Twilio through the host: credentials, forms, the time that is left, and answers as JSON.
//!
//! It knows nothing of what is asked; `messages` and `verify` do.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use belfry_plugin::{Failure, Host, HttpRequest, HttpResponse};
use serde_json::Value;

use crate::{config::Config, errors};

/// When a call of the host must have been answered.
#[derive(Clone, Copy)]
pub(crate) struct Deadline {
    start: Instant,
    allowed: Duration,
}

impl Deadline {
    pub(crate) fn after(allowed: Duration) -> Self {
        Self {
            start: Instant::now(),
            allowed,
        }
    }

    pub(crate) fn left(self) -> Duration {
        self.allowed.saturating_sub(self.start.elapsed())
    }
}

/// A form that is filled field by field.
pub(crate) struct Form(form_urlencoded::Serializer<'static, String>);

impl Form {
    pub(crate) fn new() -> Self {
        Self(form_urlencoded::Serializer::new(String::new()))
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.0.append_pair(name, value);
        self
    }

    pub(crate) fn set_if(&mut self, name: &str, value: Option<impl AsRef<str>>) -> &mut Self {
        if let Some(value) = value {
            self.set(name, value.as_ref());
        }
        self
    }
}

/// Makes requests with the account's credentials.
pub(crate) struct Api {
    host: Host,
    /// The header's value: a secret.
    authorization: String,
}

impl Api {
    pub(crate) fn new(host: Host, config: &Config) -> Self {
        let (user, password) = config.credentials();
        Self {
            host,
            authorization: format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))),
        }
    }

    /// Posts a form.
    ///
    /// # Errors
    /// No answer: unavailable if surely nothing left, else of unknown outcome.
    pub(crate) fn post(
        &self,
        url: &str,
        mut form: Form,
        deadline: Deadline,
    ) -> Result<HttpResponse, Failure> {
        let body = form.0.finish();
        self.ask("POST", url, body.as_bytes(), deadline)
    }

    /// Gets a resource.
    ///
    /// # Errors
    /// No answer: always unavailable, since asking changes nothing at Twilio.
    pub(crate) fn get(&self, url: &str, deadline: Deadline) -> Result<HttpResponse, Failure> {
        self.ask("GET", url, &[], deadline)
            .map_err(errors::of_question)
    }

    fn ask(
        &self,
        method: &str,
        url: &str,
        body: &[u8],
        deadline: Deadline,
    ) -> Result<HttpResponse, Failure> {
        let timeout = deadline.left();
        if timeout.is_zero() {
            return Err(Failure::Unavailable(
                "no time was left to ask Twilio".into(),
            ));
        }
        let headers = [
            ("authorization", self.authorization.as_str()),
            ("accept", "application/json"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        // Only a request with a body says what the body is.
        let headers = match body {
            [] => &headers[..2],
            _ => &headers[..],
        };
        Ok(self.host.http(&HttpRequest {
            method,
            url,
            headers,
            body,
            timeout,
        })?)
    }
}

/// The answer's body as JSON; null if it is none.
pub(crate) fn json(response: &HttpResponse) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_default()
}

/// A text of an answer that is neither missing, empty nor of another type.
pub(crate) fn text<'a>(answer: &'a Value, name: &str) -> Option<&'a str> {
    answer.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// A number that Twilio writes as a number here and as a text there.
pub(crate) fn number(answer: &Value, name: &str) -> Option<u32> {
    match answer.get(name)? {
        Value::Number(number) => u32::try_from(number.as_u64()?).ok(),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    }
}
