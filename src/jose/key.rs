//! RSA keys: made, read and shown as PEM, as a JSON web key and as the key file of a service account.

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{self, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use pkcs8::PrivateKeyInfoRef;
use serde::Serialize;
use zeroize::Zeroizing;

/// The shortest and the longest key that is taken from others, in bytes of the modulus.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;

/// A private key with its public part. Nothing of it can be printed.
pub struct KeyPair {
    /// PKCS#1 (RFC 8017), in DER.
    private: Zeroizing<Vec<u8>>,
    public: PublicKey,
}

impl KeyPair {
    /// Makes a pair of 2048 bits; takes up to a second.
    ///
    /// `None` if the library cannot, for want of memory.
    pub fn generate() -> Option<Self> {
        let pair = rsa::KeyPair::generate(KeySize::Rsa2048).ok()?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().ok()?;
        let info = PrivateKeyInfoRef::try_from(pkcs8.as_ref()).ok()?;
        Some(Self {
            private: Zeroizing::new(info.private_key.as_bytes().to_vec()),
            public: PublicKey(pair.public_key().clone()),
        })
    }

    /// Reads a pair in PKCS#1, in DER; `None` if it is none.
    pub fn from_der(private: Vec<u8>) -> Option<Self> {
        let private = Zeroizing::new(private);
        let pair = rsa::KeyPair::from_der(&private).ok()?;
        let public = PublicKey(pair.public_key().clone());
        Some(Self { private, public })
    }

    /// PKCS#1, in DER.
    pub fn der(&self) -> &[u8] {
        &self.private
    }

    /// PKCS#1, in PEM: what every client of this API reads.
    fn pem(&self) -> Zeroizing<String> {
        Zeroizing::new(to_pem("RSA PRIVATE KEY", &self.private))
    }

    /// The public part.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

/// A public key.
#[derive(Clone)]
pub struct PublicKey(rsa::PublicKey);

impl PublicKey {
    /// Reads a key in PEM, `PUBLIC KEY` or `RSA PUBLIC KEY`; `None` if it is none, or none of 2048 to
    /// 8192 bits.
    pub fn from_pem(text: &[u8]) -> Option<Self> {
        let block = pem::parse(text).ok()?;
        if !matches!(block.tag(), "PUBLIC KEY" | "RSA PUBLIC KEY") {
            return None;
        }
        Self::from_der(block.contents()).filter(|key| MODULUS.contains(&key.0.modulus_len()))
    }

    /// Reads a key in DER, as [`PublicKey::der`] gives it; `None` if it is none.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        rsa::PublicKey::from_der(der).ok().map(Self)
    }

    /// PKCS#1, in DER.
    pub fn der(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// Subject public key info, in PEM; `None` if the library cannot write it, for want of memory.
    pub fn pem(&self) -> Option<String> {
        let spki: PublicKeyX509Der<'_> = self.0.as_der().ok()?;
        Some(to_pem("PUBLIC KEY", spki.as_ref()))
    }

    /// The key as a member of a key set.
    pub fn jwk(&self, id: String) -> Jwk {
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Jwk {
            r#use: "sig",
            kty: "RSA",
            kid: id,
            alg: "RS256",
            n: number(self.0.modulus().big_endian_without_leading_zero()),
            e: number(self.0.exponent().big_endian_without_leading_zero()),
        }
    }
}

/// A public key in a key set (RFC 7517).
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the members are RFC 7517's")]
pub struct Jwk {
    pub r#use: &'static str,
    pub kty: &'static str,
    pub kid: String,
    pub alg: &'static str,
    pub n: String,
    pub e: String,
}

/// The key file of a service account, which every client of this API reads (contract/users.md §2).
pub fn key_file(pair: &KeyPair, key_id: &str, user_id: &str, expiration_date: &str) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct KeyFile<'a> {
        r#type: &'a str,
        key_id: &'a str,
        key: &'a str,
        expiration_date: &'a str,
        user_id: &'a str,
    }
    let file = KeyFile {
        r#type: "serviceaccount",
        key_id,
        key: &pair.pem(),
        expiration_date,
        user_id,
    };
    // A struct of strings: nothing in it can fail to serialize.
    serde_json::to_vec(&file).unwrap_or_default()
}

fn to_pem(tag: &str, der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new(tag, der), config)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_pair_comes_back_from_its_forms() {
        let pair = KeyPair::generate().unwrap();
        let again = KeyPair::from_der(pair.der().to_vec()).unwrap();
        assert_eq!(again.public().der(), pair.public().der());
        let pem = pair.public().pem().unwrap();
        let public = PublicKey::from_pem(pem.as_bytes()).unwrap();
        assert_eq!(public.der(), pair.public().der());
        let pkcs1 = to_pem("RSA PUBLIC KEY", pair.public().der());
        assert!(PublicKey::from_pem(pkcs1.as_bytes()).is_some());
        assert_eq!(pair.public().jwk("1".to_owned()).e, "AQAB");
        assert!(pair.pem().starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        let pair = KeyPair::generate().unwrap();
        let private = pair.pem();
        for text in [
            "",
            "PUBLIC KEY",
            &private,
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        ] {
            assert!(PublicKey::from_pem(text.as_bytes()).is_none());
        }
    }
}
