//! A human's phone as commands change it: the number, whether it is verified, the pending code.
//!
//! Each transition changes the state and collects the events that say so, as contract/phone.md §1
//! lists them. A pending code dies with its number: Belfry never verifies an empty phone.

use std::time::Duration;

use super::{Aggregate, Event, PendingCode, PhoneNumber, UserState};

/// The phone of one human, with the identity of its user.
#[derive(Clone, Debug)]
pub struct HumanPhone {
    /// The user.
    pub user: Aggregate,
    /// The user's state.
    pub state: UserState,
    /// The current number, if there is one.
    pub number: Option<PhoneNumber>,
    /// Whether the number is known to be the user's.
    pub is_verified: bool,
    /// The code that is waited for.
    pub code: Option<PendingCode>,
}

/// A code that was just made for a number.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// What is kept of it.
    pub pending: PendingCode,
    /// Its life, as the event tells it.
    pub expiry: Option<Duration>,
    /// Whether the caller gets it instead of an SMS.
    pub is_returned: bool,
    /// A link for the e-mail that the caller words.
    pub url_template: Option<String>,
    /// Scheme and host that the call was sent to.
    pub trigger_origin: String,
}

/// What happens to a number besides being set.
#[derive(Clone, Debug)]
pub enum Verification {
    /// It is known to be the user's.
    Verified,
    /// The user has to send back this code.
    Code(NewCode),
}

/// Why a phone cannot change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeFault {
    /// The number is the current one already.
    NotChanged,
}

impl HumanPhone {
    /// Sets another number.
    ///
    /// # Errors
    /// If it is the current number.
    pub fn change(
        &mut self,
        number: PhoneNumber,
        verification: Verification,
    ) -> Result<(), ChangeFault> {
        if self.number.as_ref() == Some(&number) {
            return Err(ChangeFault::NotChanged);
        }
        self.user.push(Event::PhoneChanged {
            phone: number.as_str().to_owned(),
        });
        self.number = Some(number);
        self.is_verified = false;
        self.code = None;
        match verification {
            Verification::Verified => self.verify(),
            Verification::Code(code) => self.add_code(code),
        }
        Ok(())
    }

    /// The current number is known to be the user's.
    pub fn verify(&mut self) {
        self.user.push(Event::PhoneVerified);
        self.is_verified = true;
        self.code = None;
    }

    /// Waits for a new code; the one before is worthless from now on.
    pub fn add_code(&mut self, code: NewCode) {
        self.user.push(Event::PhoneCodeAdded {
            expiry: code.expiry,
            code_returned: code.is_returned,
            trigger_origin: code.trigger_origin,
        });
        self.code = Some(code.pending);
    }

    /// Counts a wrong try.
    pub fn fail_verification(&mut self) {
        self.user.push(Event::PhoneVerificationFailed);
        if let Some(code) = &mut self.code {
            code.wrong_tries = code.wrong_tries.saturating_add(1);
        }
    }

    /// Takes the number away, and the pending code with it.
    pub fn remove(&mut self) {
        self.user.push(Event::PhoneRemoved);
        self.number = None;
        self.is_verified = false;
        self.code = None;
    }
}
