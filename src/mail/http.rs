//! E-mail to an HTTP endpoint: the JSON of contract/providers.md §4, signed.

use std::time::Duration;

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
    /// For another status or no answer; both are worth another try.
    pub fn post(&self, body: &str, now_seconds: i64) -> Result<(), Failure> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(true)
            .build()
            .into();
        agent
            .post(&self.endpoint)
            .header("content-type", "application/json")
            .header("zitadel-signature", self.signature(body, now_seconds))
            .send(body)
            .map(drop)
            .map_err(|fault| match fault {
                ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
                    Failure::Settings(fault.to_string())
                }
                _ => Failure::Temporary(fault.to_string()),
            })
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
