//! Verification codes: how one is made and what is kept of it.
//!
//! A code is known in plain text only between its making and its sending; at rest there is a keyed
//! hash (`crate::secrets`). Rules: contract/phone.md §1 and security-facts ("Guessing arithmetic").

use std::{fmt, time::Duration};

use rand::{CryptoRng, RngExt as _};

use super::PhoneNumber;
use crate::clock::Timestamp;

/// The id of the one message that carries a code; stable over all attempts to send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub i64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a code other than the phone's is for; the numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePurpose {
    /// To verify the e-mail address.
    VerifyEmail = 1,
    /// To finish the initialization.
    Initialization = 2,
    /// To set a new password.
    PasswordReset = 3,
    /// To take an invitation.
    Invitation = 4,
}

/// What a message is for; the numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagePurpose {
    /// To verify the phone.
    VerifyPhone = 1,
    /// To verify the e-mail address.
    VerifyEmail = 2,
    /// To finish the initialization.
    Initialization = 3,
    /// To set a new password.
    PasswordReset = 4,
    /// To take an invitation.
    Invitation = 5,
}

impl MessagePurpose {
    /// The purpose with that number.
    pub fn from_number(number: i64) -> Option<Self> {
        [
            Self::VerifyPhone,
            Self::VerifyEmail,
            Self::Initialization,
            Self::PasswordReset,
            Self::Invitation,
        ]
        .into_iter()
        .find(|purpose| *purpose as i64 == number)
    }

    /// The purpose of the pending code that the message carries; `None` for the phone's.
    pub fn code(self) -> Option<CodePurpose> {
        match self {
            Self::VerifyPhone => None,
            Self::VerifyEmail => Some(CodePurpose::VerifyEmail),
            Self::Initialization => Some(CodePurpose::Initialization),
            Self::PasswordReset => Some(CodePurpose::PasswordReset),
            Self::Invitation => Some(CodePurpose::Invitation),
        }
    }
}

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// By SMS.
    Phone(PhoneNumber),
    /// By e-mail.
    Email(String),
}

/// The ways a message can go; the numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// SMS.
    Sms = 1,
    /// E-mail.
    Email = 2,
}

/// The keyed hash of a code (HMAC-SHA-256).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeHash(pub [u8; 32]);

/// A code in plain text; prints nothing of itself.
#[derive(Clone)]
pub struct PlainCode(String);

impl PlainCode {
    /// A code that was written down before, as the outbox holds it or a caller sends it.
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    /// The characters.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PlainCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainCode(…)")
    }
}

/// The kinds of codes and secrets; the numbers are those of the API, and stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneratorType {
    /// Codes that finish an initialization, and those of invitations.
    InitCode = 1,
    /// Codes that verify an e-mail address.
    VerifyEmailCode = 2,
    /// Codes that verify a phone.
    VerifyPhoneCode = 3,
    /// Codes that set a new password.
    PasswordResetCode = 4,
    /// Belongs to a login: kept and shown, never used. So are the others below.
    PasswordlessInitCode = 5,
    /// Secrets of applications.
    AppSecret = 6,
    /// One-time passwords by SMS.
    OtpSms = 7,
    /// One-time passwords by e-mail.
    OtpEmail = 8,
}

impl GeneratorType {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::InitCode,
        Self::VerifyEmailCode,
        Self::VerifyPhoneCode,
        Self::PasswordResetCode,
        Self::PasswordlessInitCode,
        Self::AppSecret,
        Self::OtpSms,
        Self::OtpEmail,
    ];

    /// The kind with that number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as i64 == number)
    }
}

/// How a kind of code is made (a ZITADEL secret generator).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretGenerator {
    /// Number of characters.
    pub length: u32,
    /// How long a code is good for; `None` is for ever.
    pub expiry: Option<Duration>,
    /// a to z
    pub lower_letters: bool,
    /// A to Z
    pub upper_letters: bool,
    /// 0 to 9
    pub digits: bool,
    /// Punctuation
    pub symbols: bool,
}

impl SecretGenerator {
    /// Capitals and digits, as most codes are.
    pub const fn capitals_and_digits(length: u32, expiry: Duration) -> Self {
        Self {
            length,
            expiry: Some(expiry),
            lower_letters: false,
            upper_letters: true,
            digits: true,
            symbols: false,
        }
    }
}

/// What codes are made from.
#[derive(Clone, Debug)]
pub struct CodePolicy {
    generator: SecretGenerator,
    alphabet: Vec<char>,
}

impl CodePolicy {
    /// A policy; the alphabet has the groups in the contract's order: lower, upper, digits, symbols.
    pub fn new(generator: SecretGenerator) -> Self {
        let groups = [
            (generator.lower_letters, "abcdefghijklmnopqrstuvwxyz"),
            (generator.upper_letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            (generator.digits, "0123456789"),
            (generator.symbols, "~!@#$^&*()_+`-={}|[]:<>?,./"),
        ];
        let alphabet = groups
            .iter()
            .filter(|(included, _)| *included)
            .flat_map(|(_, group)| group.chars())
            .collect();
        Self {
            generator,
            alphabet,
        }
    }

    /// What it was made from.
    pub fn generator(&self) -> SecretGenerator {
        self.generator
    }

    /// Whether codes can be made at all: there are characters to choose from.
    pub fn has_alphabet(&self) -> bool {
        !self.alphabet.is_empty()
    }

    /// How many different codes there are, as bits.
    pub fn entropy_bits(&self) -> f64 {
        f64::from(self.generator.length) * (self.alphabet.len() as f64).log2()
    }

    /// What a code looks like; always the same, and good for nothing.
    pub fn sample(&self) -> PlainCode {
        let characters = self.alphabet.iter().cycle().step_by(7);
        PlainCode(characters.take(self.generator.length as usize).collect())
    }

    /// A new code from a cryptographic generator; every character of the alphabet is equally likely.
    pub fn generate(&self, random: &mut impl CryptoRng) -> PlainCode {
        PlainCode(
            (0..self.generator.length)
                .map(|_| self.alphabet[random.random_range(0..self.alphabet.len())])
                .collect(),
        )
    }
}

/// The code that a user is expected to send back.
#[derive(Clone, Debug)]
pub struct PendingCode {
    /// The message that carries it; part of what is hashed.
    pub id: MessageId,
    /// What is kept of it.
    pub hash: CodeHash,
    /// When it stops being good; `None` is never.
    pub expires_at: Option<Timestamp>,
    /// How many wrong tries there were.
    pub wrong_tries: u32,
    /// The code itself, encrypted (`secrets::Keys::seal`), if it may be sent again as it is.
    pub sealed: Option<Vec<u8>>,
}

impl PendingCode {
    /// Whether its life is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end < now)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_default_policy_makes_six_characters_of_capitals_and_digits() {
        let hour = Duration::from_secs(3600);
        let policy = CodePolicy::new(SecretGenerator::capitals_and_digits(6, hour));
        let codes: Vec<_> = (0..2000)
            .map(|_| policy.generate(&mut rand::rng()))
            .collect();
        let seen: HashSet<char> = codes
            .iter()
            .flat_map(|code| code.expose().chars())
            .collect();
        assert!(codes.iter().all(|code| code.expose().len() == 6));
        assert_eq!(
            seen.len(),
            36,
            "every character occurs, the last of the alphabet too"
        );
        assert!(
            seen.iter()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        );
    }

    #[test]
    fn a_sample_looks_like_a_code() {
        let hour = Duration::from_secs(3600);
        let policy = CodePolicy::new(SecretGenerator::capitals_and_digits(6, hour));
        assert_eq!(policy.sample().expose(), "AHOV29");
    }

    #[test]
    fn a_code_is_good_until_its_last_microsecond() {
        let end = Timestamp::from_micros(10);
        let code = PendingCode {
            id: MessageId(1),
            hash: CodeHash([0; 32]),
            expires_at: Some(end),
            wrong_tries: 0,
            sealed: None,
        };
        assert!(!code.is_expired(end));
        assert!(code.is_expired(Timestamp::from_micros(11)));
    }
}
