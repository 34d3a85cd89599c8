//! `X-Twilio-Signature`: whether a call of our webhook really comes from Twilio.
//!
//! Twilio signs the URL as it called it, followed by the name and value of every form parameter; of a
//! body that is no form, the URL carries the hash. The key is the account's auth token, or a shared key
//! if `X-Twilio-Webhooks-Signature-Settings` announces one. The rules are those of Twilio's helper
//! libraries, against which tests/signature.rs checks them. Signatures carry no time: a recorded call
//! can be repeated, which for receipts says nothing new.

use std::{borrow::Cow, collections::BTreeSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use belfry_plugin::HttpRequest;
use hmac::{EagerHash, Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The secrets that calls may be signed with.
pub(crate) struct Keys {
    auth_token: Option<String>,
    shared: Option<String>,
}

/// The hash functions that Twilio signs with.
enum Algorithm {
    Sha1,
    Sha256,
}

impl Keys {
    pub(crate) fn new(auth_token: Option<&str>, shared: Option<&str>) -> Self {
        Self {
            auth_token: auth_token.map(str::to_owned),
            shared: shared.map(str::to_owned),
        }
    }

    /// Whether no call could ever be checked.
    pub(crate) fn is_empty(&self) -> bool {
        self.auth_token.is_none() && self.shared.is_none()
    }

    /// Whether the call carries a signature made with one of our secrets.
    pub(crate) fn signed(&self, request: &HttpRequest<'_>) -> bool {
        let signature = request
            .header("X-Twilio-Signature")
            .and_then(|signature| STANDARD.decode(signature.trim()).ok());
        let Some(signature) = signature else {
            return false;
        };
        let Some((key, algorithm)) = self.chosen(request) else {
            return false;
        };
        let Some(parameters) = signed_parameters(request) else {
            return false;
        };
        spellings(request.url).iter().any(|url| match algorithm {
            Algorithm::Sha1 => matches::<Sha1>(key, url, &parameters, &signature),
            Algorithm::Sha256 => matches::<Sha256>(key, url, &parameters, &signature),
        })
    }

    /// The secret and the hash function that the call says it was signed with.
    fn chosen(&self, request: &HttpRequest<'_>) -> Option<(&str, Algorithm)> {
        let settings = request.header("X-Twilio-Webhooks-Signature-Settings");
        let Some(settings) = settings.filter(|settings| !settings.trim().is_empty()) else {
            return Some((self.auth_token.as_deref()?, Algorithm::Sha1));
        };
        let algorithm = settings
            .split(',')
            .filter_map(|part| part.split_once('='))
            .find(|(name, _)| name.trim() == "algorithm")
            .map_or("HMAC_SHA1", |(_, value)| value.trim());
        let algorithm = match algorithm.to_ascii_uppercase().as_str() {
            "HMAC_SHA1" => Algorithm::Sha1,
            "HMAC_SHA256" => Algorithm::Sha256,
            _ => return None,
        };
        Some((self.shared.as_deref()?, algorithm))
    }
}

/// Compares in constant time.
fn matches<Hash: EagerHash>(key: &str, url: &str, parameters: &str, signature: &[u8]) -> bool
where
    Hmac<Hash>: KeyInit + Mac,
{
    let Ok(mut mac) = <Hmac<Hash> as KeyInit>::new_from_slice(key.as_bytes()) else {
        return false;
    };
    mac.update(url.as_bytes());
    mac.update(parameters.as_bytes());
    mac.verify_slice(signature).is_ok()
}

/// What of the body is signed beside the URL: the parameters of a form, sorted and each once. Of any
/// other body nothing is, but then the URL must carry its hash; `None` if that is missing or wrong.
fn signed_parameters(request: &HttpRequest<'_>) -> Option<String> {
    let is_form = request
        .header("content-type")
        .is_some_and(|kind| is_media_type(kind, "application/x-www-form-urlencoded"));
    if is_form {
        let parameters: BTreeSet<_> = form_urlencoded::parse(request.body).collect();
        return Some(
            parameters
                .into_iter()
                .flat_map(|(name, value)| [name, value])
                .collect(),
        );
    }
    let (_, query) = request.url.split_once('?').unwrap_or_default();
    let query = query.split('#').next().unwrap_or_default();
    let announced = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "bodySHA256");
    match announced {
        Some((_, hash)) => {
            let ours = Sha256::digest(request.body);
            let ours: String = ours.iter().map(|byte| format!("{byte:02x}")).collect();
            (hash == ours).then(String::new)
        }
        None => request.body.is_empty().then(String::new),
    }
}

/// Whether a `Content-Type` is of that type, whatever its parameters.
pub(crate) fn is_media_type(content_type: &str, expected: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case(expected)
}

/// The URL without a port and with one: what Twilio signs does not depend on what was configured.
fn spellings(url: &str) -> [Cow<'_, str>; 2] {
    let same = || [Cow::Borrowed(url), Cow::Borrowed(url)];
    let Some((scheme, rest)) = url.split_once("://") else {
        return same();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // The colons inside the brackets of an IPv6 address do not part a port off.
    let host_end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    match authority[host_end..].rfind(':') {
        Some(colon) => {
            let host = &authority[..host_end + colon];
            [
                Cow::Borrowed(url),
                Cow::Owned(format!("{scheme}://{host}{path}")),
            ]
        }
        None => {
            let port = if scheme.eq_ignore_ascii_case("https") {
                443
            } else {
                80
            };
            [
                Cow::Borrowed(url),
                Cow::Owned(format!("{scheme}://{authority}:{port}{path}")),
            ]
        }
    }
}
