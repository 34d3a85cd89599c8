//! A human's e-mail address as commands change it: the address, whether it is verified, the pending code.
//!
//! The same transitions as the phone's, with the events of contract/events.md §2.

use super::{Aggregate, ChangeFault, Event, NewCode, PendingCode, UserState, Verification};

/// The e-mail address of one human, with the identity of its user.
#[derive(Clone, Debug)]
pub struct HumanEmail {
    /// The user.
    pub user: Aggregate,
    /// The user's state.
    pub state: UserState,
    /// The current address.
    pub address: String,
    /// Whether the address is known to be the user's.
    pub is_verified: bool,
    /// The code that is waited for.
    pub code: Option<PendingCode>,
}

impl HumanEmail {
    /// Sets another address.
    ///
    /// # Errors
    /// If it is the current address.
    pub fn change(
        &mut self,
        address: String,
        verification: Option<Verification>,
    ) -> Result<(), ChangeFault> {
        if self.address == address {
            return Err(ChangeFault::NotChanged);
        }
        self.user.push(Event::EmailChanged {
            email: address.clone(),
        });
        self.address = address;
        self.is_verified = false;
        self.code = None;
        match verification {
            Some(Verification::Verified) => self.verify(),
            Some(Verification::Code(code)) => self.add_code(code),
            None => {}
        }
        Ok(())
    }

    /// The current address is known to be the user's.
    pub fn verify(&mut self) {
        self.user.push(Event::EmailVerified);
        self.is_verified = true;
        self.code = None;
    }

    /// Waits for a new code; the one before is worthless from now on.
    pub fn add_code(&mut self, code: NewCode) {
        self.user.push(Event::EmailCodeAdded {
            expiry: code.expiry,
            url_template: code.url_template,
            code_returned: code.is_returned,
            trigger_origin: code.trigger_origin,
        });
        self.code = Some(code.pending);
    }

    /// Counts a wrong try.
    pub fn fail_verification(&mut self) {
        self.user.push(Event::EmailVerificationFailed);
        if let Some(code) = &mut self.code {
            code.wrong_tries = code.wrong_tries.saturating_add(1);
        }
    }
}

/// An e-mail address as a log may show it: `a…@example.com`.
pub fn mask_email(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{domain}")
}
