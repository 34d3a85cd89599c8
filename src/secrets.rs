//! The instance key and what is made with it: keyed hashes of codes and numbers, sealed outbox texts.
//!
//! One file of 32 random bytes beside the database; HKDF derives a key for each use from it. A
//! database is useless without its key: backups need both. Called by `api` and `delivery`, which
//! never see the key itself.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context as _, bail, ensure};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use rand::RngExt as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::domain::{CodeHash, CodePurpose, MessageId, PhoneNumber, PlainCode};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// Keys derived from the instance key.
pub struct Keys {
    codes: Hmac<Sha256>,
    numbers: Hmac<Sha256>,
    check: [u8; 32],
    outbox: XChaCha20Poly1305,
    settings: XChaCha20Poly1305,
}

impl Keys {
    /// Reads the key file.
    ///
    /// # Errors
    /// If it cannot be read or does not hold exactly 32 bytes.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let mut key = Zeroizing::new(Vec::new());
        let mut file = File::open(path).with_context(|| {
            format!(
                "cannot read the instance key {}; restore it from the backup of this database",
                path.display()
            )
        })?;
        file.read_to_end(&mut key)
            .with_context(|| format!("cannot read the instance key {}", path.display()))?;
        ensure!(
            key.len() == KEY_BYTES,
            "the instance key {} must hold {KEY_BYTES} bytes",
            path.display()
        );
        Ok(Self::derive(&key))
    }

    /// Makes a key file with mode 0600 and syncs it and its folder; an existing one is loaded instead.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn load_or_create(path: &Path) -> anyhow::Result<Self> {
        let mut key = Zeroizing::new([0u8; KEY_BYTES]);
        rand::rng().fill(&mut key[..]);
        // Written under a name of its own first: a crash in between must not leave half a key, and of
        // several processes that come here at once one wins.
        let draft = path.with_extension(format!("key-{:016x}", rand::rng().random::<u64>()));
        let mut options = OpenOptions::new();
        let opened = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft);
        let linked = opened.and_then(|mut file| {
            file.write_all(&key[..])?;
            file.sync_all()?;
            fs::hard_link(&draft, path)
        });
        let _ = fs::remove_file(&draft);
        match linked {
            Err(fault) if fault.kind() != std::io::ErrorKind::AlreadyExists => {
                bail!("cannot write the instance key {}: {fault}", path.display())
            }
            _ => {}
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .context("cannot sync the folder of the instance key")?;
        // What is on disk counts, whoever wrote it.
        Self::load(path)
    }

    fn derive(key: &[u8]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, key);
        let subkey = |purpose: &str| {
            let mut subkey = Zeroizing::new([0u8; KEY_BYTES]);
            hkdf.expand(purpose.as_bytes(), &mut subkey[..])
                .expect("32 bytes are within HKDF's limit of 255 hashes");
            subkey
        };
        let mac = |purpose: &str| {
            <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&subkey(purpose)[..])
                .expect("HMAC takes keys of any length")
        };
        Self {
            codes: mac("belfry verification code"),
            numbers: mac("belfry phone number"),
            check: *subkey("belfry key check"),
            outbox: XChaCha20Poly1305::new((&*subkey("belfry outbox")).into()),
            settings: XChaCha20Poly1305::new((&*subkey("belfry settings")).into()),
        }
    }

    /// A value that tells whether a database belongs to this key; says nothing about the key itself.
    pub fn check(&self) -> [u8; 32] {
        self.check
    }

    /// The keyed hash of a code, bound to the message that carries it.
    pub fn hash_code(&self, id: MessageId, code: &PlainCode) -> CodeHash {
        let mut mac = self.codes.clone();
        mac.update(&id.0.to_be_bytes());
        mac.update(code.expose().as_bytes());
        CodeHash(mac.finalize().into_bytes().into())
    }

    /// Whether a code is the one that was hashed; takes the same time for every wrong code.
    pub fn is_code(&self, id: MessageId, hash: &CodeHash, code: &PlainCode) -> bool {
        self.hash_code(id, code).0.ct_eq(&hash.0).into()
    }

    /// A keyed hash of a number, to count by it without keeping it.
    pub fn hash_number(&self, number: &PhoneNumber) -> [u8; 16] {
        self.hash_subject(number.as_str())
    }

    /// As [`Keys::hash_number`], for a user without a number.
    pub fn hash_user(&self, id: &str) -> [u8; 16] {
        self.hash_subject(&format!("user {id}"))
    }

    /// As [`Keys::hash_number`], for the codes of a purpose that a user gets.
    pub fn hash_purpose(&self, id: &str, purpose: CodePurpose) -> [u8; 16] {
        self.hash_subject(&format!("purpose {} of {id}", purpose as u8))
    }

    /// As [`Keys::hash_number`], for an e-mail address, without regard to case.
    pub fn hash_address(&self, address: &str) -> [u8; 16] {
        self.hash_subject(&format!("address {}", address.to_lowercase()))
    }

    /// As [`Keys::hash_number`], for all numbers and addresses of a user together.
    pub fn hash_account(&self, id: &str) -> [u8; 16] {
        self.hash_subject(&format!("account {id}"))
    }

    /// As [`Keys::hash_number`], for tries of a user's codes when none is waited for.
    pub fn hash_idle(&self, id: &str) -> [u8; 16] {
        self.hash_subject(&format!("idle {id}"))
    }

    /// As [`Keys::hash_number`], for the codes that a user, by row, is sent.
    pub fn hash_recipient(&self, user: i64) -> [u8; 16] {
        self.hash_subject(&format!("recipient {user}"))
    }

    /// As [`Keys::hash_number`], for the first digits of a number.
    pub fn hash_prefix(&self, prefix: &str) -> [u8; 16] {
        self.hash_subject(&format!("prefix {prefix}"))
    }

    fn hash_subject(&self, subject: &str) -> [u8; 16] {
        let mut mac = self.numbers.clone();
        mac.update(subject.as_bytes());
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut half = [0; 16];
        half.copy_from_slice(&full[..16]);
        half
    }

    /// Encrypts a code for the outbox, bound to its message.
    pub fn seal(&self, id: MessageId, code: &PlainCode) -> Vec<u8> {
        seal(&self.outbox, &id.0.to_be_bytes(), code.expose().as_bytes())
    }

    /// Decrypts a code from the outbox; `None` if it was not sealed for this message with this key.
    pub fn open(&self, id: MessageId, sealed: &[u8]) -> Option<PlainCode> {
        let opened = open(&self.outbox, &id.0.to_be_bytes(), sealed)?;
        String::from_utf8(opened).ok().map(PlainCode::from_text)
    }

    /// Encrypts a secret of the settings, such as a mail server's password, bound to what it is of.
    pub fn seal_setting(&self, of: &str, secret: &[u8]) -> Vec<u8> {
        seal(&self.settings, of.as_bytes(), secret)
    }

    /// Decrypts a secret of the settings; `None` if it was not sealed for this with this key.
    pub fn open_setting(&self, of: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        open(&self.settings, of.as_bytes(), sealed)
    }
}

fn seal(cipher: &XChaCha20Poly1305, bound_to: &[u8], secret: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE_BYTES] = rand::rng().random();
    let payload = Payload {
        msg: secret,
        aad: bound_to,
    };
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), payload)
        .expect("codes and settings are far below the cipher's limit");
    [&nonce[..], &sealed].concat()
}

fn open(cipher: &XChaCha20Poly1305, bound_to: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let payload = Payload {
        msg: text,
        aad: bound_to,
    };
    cipher.decrypt(&XNonce::from(*nonce), payload).ok()
}

/// The hash under which a token is kept. Tokens have 256 bits of entropy, so a plain hash is enough.
pub fn hash_token(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_bound_to_its_message_and_key() {
        let keys = Keys::derive(&[7; 32]);
        let other = Keys::derive(&[8; 32]);
        let code = PlainCode::from_text("ABC123".to_owned());
        let hash = keys.hash_code(MessageId(1), &code);
        assert!(keys.is_code(MessageId(1), &hash, &code));
        assert!(!keys.is_code(MessageId(2), &hash, &code));
        assert!(!other.is_code(MessageId(1), &hash, &code));

        let sealed = keys.seal(MessageId(1), &code);
        assert_eq!(
            keys.open(MessageId(1), &sealed)
                .map(|code| code.expose().to_owned())
                .as_deref(),
            Some("ABC123")
        );
        assert!(keys.open(MessageId(2), &sealed).is_none());
        assert!(other.open(MessageId(1), &sealed).is_none());
        assert!(keys.open(MessageId(1), &sealed[..10]).is_none());
    }
}
