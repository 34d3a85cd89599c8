//! E-mail to an HTTP endpoint: the JSON of contract/providers.md §4, signed.
//!
//! The client is the one that plugins get: it follows no redirect and tells whether a request without an
//! answer may have been taken.

use std::time::Duration;

use belfry_plugin::{Client, HttpRequest};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{Failure, Secret};

/// The whole time a call may take (contract/providers.md §4).
const TIMEOUT: Duration = Duration::from_secs(5);

/// An endpoint with the key that signs what it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpEndpoint {
    /// The URL.
    pub endpoint: String,
    /// The key of the signature.
    pub signing_key: Secret,
}

impl HttpEndpoint {
    /// Posts a body; any 2xx is success.
    ///
    /// # Errors
    /// For another status, or no answer: then it may have been taken.
    pub fn post(&self, body: &str, now_seconds: i64) -> Result<(), Failure> {
        let signature = self.signature(body, now_seconds);
        let client = Client::new(Vec::new(), [self.endpoint.clone()]);
        if !client.admits(&self.endpoint) {
            return Err(Failure::Settings("the endpoint is no HTTP address".into()));
        }
        let answer = client.send(&HttpRequest {
            method: "POST",
            url: &self.endpoint,
            headers: &[
                ("content-type", "application/json"),
                ("zitadel-signature", &signature),
            ],
            body: body.as_bytes(),
            timeout: TIMEOUT,
        });
        match answer {
            Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
            Ok(answer) => Err(Failure::Temporary(format!(
                "the endpoint answered {}",
                answer.status
            ))),
            Err(failure) if failure.may_have_left => Err(Failure::Unknown(failure.text)),
            Err(failure) => Err(Failure::Temporary(failure.text)),
        }
    }

    /// `t=<unix seconds>,v1=<hex>` over the time, a dot and the body.
    fn signature(&self, body: &str, now_seconds: i64) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.signing_key.0.as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(format!("{now_seconds}.{body}").as_bytes());
        let code = hex::encode(mac.finalize().into_bytes());
        format!("t={now_seconds},v1={code}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_an_hmac_of_time_and_body() {
        let endpoint = HttpEndpoint {
            endpoint: String::new(),
            signing_key: Secret("key".into()),
        };
        // Made with `printf '1700000000.{}' | openssl dgst -sha256 -hmac key`.
        let expected = "9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae";
        assert_eq!(
            endpoint.signature("{}", 1_700_000_000),
            format!("t=1700000000,v1={expected}")
        );
    }
}
