//! How each kind of code is made now: as configured, unless it was changed through the API.
//!
//! Kept in memory, so that making a code reads nothing; a change through the API is kept here too as
//! soon as it is on disk. One server runs on a database, so nobody else changes it meanwhile.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use crate::{
    domain::{CodePolicy, GeneratorType, SecretGenerator},
    error::Error,
    store::Store,
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// The policies of all kinds.
pub struct CodePolicies(RwLock<[Arc<CodePolicy>; GeneratorType::ALL.len()]>);

impl CodePolicies {
    /// The contract's policies (contract/providers.md §3), but for the phone's, which is configured, and
    /// for what was changed through the API.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn load(store: &Store, verify_phone: SecretGenerator) -> Result<Self, Error> {
        let of = |kind| match kind {
            GeneratorType::VerifyPhoneCode => verify_phone,
            kind => usual(kind),
        };
        let mut policies = GeneratorType::ALL.map(|kind| Arc::new(CodePolicy::new(of(kind))));
        for stored in store.read_blocking(|tx| tx.secret_generators())? {
            policies[stored.kind as usize - 1] = Arc::new(CodePolicy::new(stored.generator));
        }
        Ok(Self(RwLock::new(policies)))
    }

    /// How a kind of code is made now.
    pub fn get(&self, kind: GeneratorType) -> Arc<CodePolicy> {
        let policies = self.0.read().unwrap_or_else(PoisonError::into_inner);
        policies[kind as usize - 1].clone()
    }

    /// Makes a kind of code as the database says by now. It is read under the lock, so that of two changes
    /// at once the later one stays.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn follow(&self, store: &Store, kind: GeneratorType) -> Result<(), Error> {
        let mut policies = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let stored = store.point(|tx| tx.secret_generators())?;
        if let Some(stored) = stored.into_iter().find(|stored| stored.kind == kind) {
            policies[kind as usize - 1] = Arc::new(CodePolicy::new(stored.generator));
        }
        Ok(())
    }
}

fn usual(kind: GeneratorType) -> SecretGenerator {
    let letters_and_digits = |length, expiry| SecretGenerator {
        lower_letters: true,
        expiry,
        ..SecretGenerator::capitals_and_digits(length, HOUR)
    };
    match kind {
        GeneratorType::InitCode => SecretGenerator::capitals_and_digits(6, 72 * HOUR),
        GeneratorType::VerifyEmailCode
        | GeneratorType::VerifyPhoneCode
        | GeneratorType::PasswordResetCode => SecretGenerator::capitals_and_digits(6, HOUR),
        GeneratorType::PasswordlessInitCode => letters_and_digits(12, Some(HOUR)),
        GeneratorType::AppSecret => letters_and_digits(64, None),
        GeneratorType::OtpSms | GeneratorType::OtpEmail => SecretGenerator {
            upper_letters: false,
            ..SecretGenerator::capitals_and_digits(8, 5 * MINUTE)
        },
    }
}
