//! An HMAC in a header: made for our requests, checked in the gateway's calls.

use base64::Engine as _;
use belfry_plugin::{Failure, HttpRequest};
use hmac::{Hmac, KeyInit, Mac};
use regex::Regex;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use crate::{
    template::{Engine, Position},
    variables::Values,
};

/// How far the clock of whoever signed may be off.
const TOLERANCE_SECONDS: u64 = 300;

/// What is signed, and how it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The header that carries it.
    pub header: String,
    /// The key. If it comes out empty, nothing is signed and nothing is checked.
    #[serde(default = "default_key")]
    pub key: String,
    /// The hash function.
    #[serde(default)]
    pub algorithm: Algorithm,
    /// How the code is written.
    #[serde(default)]
    pub encoding: Encoding,
    /// What is signed: `body`, `timestamp` in Unix seconds and `url` are known.
    #[serde(default = "default_payload")]
    pub payload: String,
    /// What the header says: `signature` and `timestamp` are known.
    #[serde(default = "default_value")]
    pub value: String,
    /// Another header for the timestamp.
    pub timestamp_header: Option<String>,
}

fn default_key() -> String {
    "{{ signing_key }}".to_owned()
}

fn default_payload() -> String {
    "{{ timestamp }}.{{ body }}".to_owned()
}

fn default_value() -> String {
    "t={{ timestamp }},v1={{ signature }}".to_owned()
}

/// The hash functions in use.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    Sha1,
    #[default]
    Sha256,
    Sha512,
}

/// Text for bytes.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    #[default]
    Hex,
    Base64,
}

/// What a signature speaks of.
struct Signed<'a> {
    timestamp: &'a str,
    body: &'a str,
    url: &'a str,
}

impl Signature {
    /// The headers to add to a request; none without a key.
    ///
    /// # Errors
    /// If a template cannot be filled.
    pub fn headers(
        &self,
        engine: &Engine,
        values: &Values,
        seconds: i64,
        url: &str,
        body: &str,
    ) -> Result<Vec<(String, String)>, Failure> {
        let timestamp = &seconds.to_string();
        let signed = Signed {
            timestamp,
            body,
            url,
        };
        let Some(value) = self.value(engine, values, &signed)? else {
            return Ok(Vec::new());
        };
        let mut headers = vec![(self.header.clone(), value)];
        if let Some(name) = &self.timestamp_header {
            headers.push((name.clone(), timestamp.clone()));
        }
        Ok(headers)
    }

    /// Whether a call of the gateway is signed as it must be.
    ///
    /// # Errors
    /// [`Failure::Rejected`] if it is not.
    pub fn check(
        &self,
        engine: &Engine,
        values: &Values,
        now: i64,
        call: &HttpRequest<'_>,
    ) -> Result<(), Failure> {
        let found = call.header(&self.header).unwrap_or_default();
        let stamp = match &self.timestamp_header {
            Some(name) => call.header(name).unwrap_or_default(),
            None => in_header(found),
        };
        let body = String::from_utf8_lossy(call.body);
        let signed = Signed {
            timestamp: stamp,
            body: &body,
            url: call.url,
        };
        let Some(expected) = self.value(engine, values, &signed)? else {
            return Ok(());
        };
        if !bool::from(expected.as_bytes().ct_eq(found.as_bytes())) {
            return Err(Failure::Rejected(
                "the signature of a receipt is wrong".into(),
            ));
        }
        let timed = self.timestamp_header.is_some() || self.payload.contains("timestamp");
        let fresh = |seconds: i64| now.abs_diff(seconds) <= TOLERANCE_SECONDS;
        match timed && !stamp.parse().is_ok_and(fresh) {
            true => Err(Failure::Rejected("a receipt is too old".into())),
            false => Ok(()),
        }
    }

    /// The header's value, or none without a key.
    fn value(
        &self,
        engine: &Engine,
        values: &Values,
        signed: &Signed<'_>,
    ) -> Result<Option<String>, Failure> {
        let fill = |at, source, values: &Values| {
            engine.text(Position::Plain, at, source, &values.to_value())
        };
        let key = fill("signature.key", &self.key, values)?;
        if key.is_empty() {
            return Ok(None);
        }
        let mut values = values.clone();
        values.set("timestamp", signed.timestamp);
        values.set("body", signed.body);
        values.set("url", signed.url);
        let payload = fill("signature.payload", &self.payload, &values)?;
        let code = self.algorithm.code(key.as_bytes(), payload.as_bytes())?;
        values.set(
            "signature",
            match self.encoding {
                Encoding::Hex => hex::encode(code),
                Encoding::Base64 => base64::engine::general_purpose::STANDARD.encode(code),
            },
        );
        fill("signature.value", &self.value, &values).map(Some)
    }
}

/// The Unix seconds in a header such as `t=1700000000,v1=…`.
fn in_header(value: &str) -> &str {
    Regex::new(r"(?:^|,)\s*t=(\d+)")
        .ok()
        .and_then(|pattern| Some(pattern.captures(value)?.get(1)?.as_str()))
        .unwrap_or_default()
}

impl Algorithm {
    fn code(self, key: &[u8], payload: &[u8]) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Sha1 => code::<Hmac<sha1::Sha1>>(key, payload),
            Self::Sha256 => code::<Hmac<sha2::Sha256>>(key, payload),
            Self::Sha512 => code::<Hmac<sha2::Sha512>>(key, payload),
        }
    }
}

fn code<M: Mac + KeyInit>(key: &[u8], payload: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut mac = <M as KeyInit>::new_from_slice(key)
        .map_err(|_| Failure::Misconfigured("the key of the signature cannot be used".into()))?;
    mac.update(payload);
    Ok(mac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn signature(settings: serde_json::Value) -> Signature {
        serde_json::from_value(settings).unwrap()
    }

    fn values() -> Values {
        let mut values = Values::default();
        values.set("signing_key", "secret");
        values
    }

    #[test]
    fn it_is_the_one_of_known_answers() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
        let hex = "49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686";
        let engine = Engine::new();
        let made = signature(json!({"header": "ZITADEL-Signature"}))
            .headers(&engine, &values(), 1_700_000_000, "", "{\"a\":1}")
            .unwrap();
        assert_eq!(
            made,
            [(
                "ZITADEL-Signature".to_owned(),
                format!("t=1700000000,v1={hex}")
            )]
        );
        // printf 'body' | openssl dgst -sha1 -hmac secret -binary | base64
        let made = signature(json!({
            "header": "X-Sign", "algorithm": "sha1", "encoding": "base64",
            "payload": "{{ body }}", "value": "{{ signature }}", "timestamp_header": "X-Time",
        }))
        .headers(&engine, &values(), 7, "", "body")
        .unwrap();
        assert_eq!(made[0].1, "oYmR/35FE6HC0u5R46jpnKiR2c0=");
        assert_eq!(made[1], ("X-Time".to_owned(), "7".to_owned()));
    }

    #[test]
    fn a_call_is_believed_if_its_signature_is_right_and_fresh() {
        let engine = Engine::new();
        let signature = signature(json!({"header": "X-Sign"}));
        let made = signature
            .headers(&engine, &values(), 1_700_000_000, "", "body")
            .unwrap();
        let check = |header: &str, now, body: &str, values: &Values| {
            let call = HttpRequest {
                headers: &[("x-sign", header)],
                body: body.as_bytes(),
                ..HttpRequest::default()
            };
            signature.check(&engine, values, now, &call).is_ok()
        };
        let header = &made[0].1;
        assert!(check(header, 1_700_000_100, "body", &values()));
        assert!(!check(header, 1_700_000_301, "body", &values()), "old");
        assert!(!check(header, 1_700_000_100, "other", &values()));
        assert!(!check("", 1_700_000_100, "body", &values()));
        let mut other = values();
        other.set("signing_key", "other");
        assert!(!check(header, 1_700_000_100, "body", &other));
    }
}
