//! JSON web tokens: those that this server signs, and the assertions that machines sign.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::{KeyPair, PublicKey};
use crate::clock::Timestamp;

/// Signs tokens with one key.
pub struct Signer {
    header: Header,
    key: EncodingKey,
}

impl Signer {
    /// A signer that names its key in the header of what it signs.
    pub fn new(key_id: String, pair: &KeyPair) -> Self {
        Self {
            header: Header {
                kid: Some(key_id),
                ..Header::new(Algorithm::RS256)
            },
            key: EncodingKey::from_rsa_der(pair.der()),
        }
    }

    /// A signed token with these claims; takes a millisecond.
    ///
    /// # Errors
    /// If the claims do not serialize or the library cannot sign: a fault of this program.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, jsonwebtoken::errors::Error> {
        jsonwebtoken::encode(&self.header, claims, &self.key)
    }
}

/// What a machine asserts about itself (RFC 7523), whose signature was checked.
#[derive(Debug, Deserialize)]
pub struct Assertion {
    /// Who says it.
    pub iss: String,
    /// About whom.
    pub sub: String,
    aud: Audience,
    iat: f64,
    exp: f64,
    nbf: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Assertion {
    /// The id of the key that an assertion names; nothing is checked yet. `None` if it is no token.
    pub fn key_id(assertion: &str) -> Option<String> {
        let header = jsonwebtoken::decode_header(assertion).ok()?;
        header.kid.filter(|_| header.crit.is_none())
    }

    /// Reads an assertion that a key has signed; `None` if it has not, or a claim is missing.
    pub fn verified(assertion: &str, key: &PublicKey) -> Option<Self> {
        let mut validation = Validation::new(Algorithm::RS256);
        // The claims are checked by the caller, whose clock a test can move.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let key = DecodingKey::from_rsa_der(key.der());
        let read = jsonwebtoken::decode(assertion, &key, &validation).ok()?;
        Some(read.claims)
    }

    /// Whether it is meant for somebody.
    pub fn is_for(&self, audience: &str) -> bool {
        // Clients repeat the URL as its user typed it, with a slash or without.
        let is_it = |name: &String| name.strip_suffix('/').unwrap_or(name) == audience;
        match &self.aud {
            Audience::One(name) => is_it(name),
            Audience::Many(names) => names.iter().any(is_it),
        }
    }

    /// Whether it is good at an instant: made within the last hour and not at an end. Clocks may differ
    /// by a second (contract/orgs-and-auth.md §4).
    pub fn is_current(&self, now: Timestamp) -> bool {
        const TOLERANCE: f64 = 1.0;
        const LONGEST_LIFE: f64 = 3600.0;
        let now = now.micros() as f64 / 1e6;
        let begins = self.nbf.map_or(self.iat, |nbf| nbf.max(self.iat));
        begins <= now + TOLERANCE
            && self.iat >= now - LONGEST_LIFE - TOLERANCE
            && self.exp > now - TOLERANCE
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn assertion(iat: f64, exp: f64, nbf: Option<f64>) -> Assertion {
        Assertion {
            iss: "1".to_owned(),
            sub: "1".to_owned(),
            aud: Audience::One("http://localhost/".to_owned()),
            iat,
            exp,
            nbf,
        }
    }

    #[test]
    fn an_assertion_is_good_for_an_hour_and_a_second_of_skew() {
        let now = Timestamp::from_micros(10_000_000_000);
        for (iat, exp, nbf, is_good) in [
            (10_000.0, 13_600.0, None, true),
            (10_001.0, 13_600.0, None, true),
            (10_001.5, 13_600.0, None, false),
            (6_399.0, 13_600.0, None, true),
            (6_398.0, 13_600.0, None, false),
            (9_000.0, 9_999.5, None, true),
            (9_000.0, 9_999.0, None, false),
            (9_000.0, 13_600.0, Some(10_002.0), false),
            (f64::NAN, 13_600.0, None, false),
            (10_000.0, f64::NAN, None, false),
        ] {
            assert_eq!(
                assertion(iat, exp, nbf).is_current(now),
                is_good,
                "{iat} {exp} {nbf:?}"
            );
        }
    }

    #[test]
    fn what_a_signer_signs_its_key_verifies_and_no_other() {
        #[derive(Serialize)]
        struct Claims<'a> {
            iss: &'a str,
            sub: &'a str,
            aud: [&'a str; 2],
            iat: i64,
            exp: i64,
        }
        let (pair, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let claims = Claims {
            iss: "1",
            sub: "1",
            aud: ["a", "b"],
            iat: 1,
            exp: 2,
        };
        let text = Signer::new("7".to_owned(), &pair).sign(&claims).unwrap();
        assert_eq!(Assertion::key_id(&text).as_deref(), Some("7"));
        let read = Assertion::verified(&text, pair.public()).unwrap();
        assert!(read.is_for("b") && !read.is_for("c"));
        assert!(Assertion::verified(&text, other.public()).is_none());
        assert!(Assertion::verified("a.b.c", pair.public()).is_none());
    }
}
