//! Codes for phones: test numbers have a fixed one, and a re-send may repeat the one before.

use std::collections::HashMap;

use log::info;

use super::{Delivery, MadeCode, sending::Sending};
use crate::{
    api::Ctx,
    domain::{HumanPhone, MessagePurpose, PendingCode, PhoneNumber, PlainCode, Recipient},
    error::Error,
    store::WriteTx,
};

/// Numbers that nothing is ever sent to, with their codes.
pub type TestNumbers = HashMap<PhoneNumber, PlainCode>;

/// A code for whatever number a phone has, made before that is known.
pub(in crate::api) struct NextCode {
    made: MadeCode,
    sending: Sending,
}

/// A code for a number.
pub(in crate::api) struct PhoneCode {
    made: MadeCode,
    sending: Sending,
    /// Where it goes; `None` for a test number and for a code that the caller gets.
    to: Option<super::sending::Destination>,
}

impl PhoneCode {
    /// A code for a number that is set.
    pub(in crate::api) fn new(ctx: &Ctx, delivery: Delivery, number: &PhoneNumber) -> Self {
        NextCode::new(ctx, delivery).for_number(number)
    }
}

impl NextCode {
    pub(in crate::api) fn new(ctx: &Ctx, delivery: Delivery) -> Self {
        Self {
            made: MadeCode::for_phone(ctx, delivery),
            sending: Sending::new(ctx),
        }
    }

    /// The code for what a phone is now, in place of its pending one.
    pub(in crate::api) fn of(mut self, tx: &WriteTx<'_>, phone: &HumanPhone) -> Option<PhoneCode> {
        let number = phone.number.as_ref()?;
        if let Some(pending) = &phone.code {
            self.repeat(tx, pending);
        }
        Some(self.for_number(number))
    }

    fn for_number(mut self, number: &PhoneNumber) -> PhoneCode {
        let services = self.sending.services();
        let fixed = services.test_numbers.get(number);
        if let Some(code) = fixed {
            self.made.replace(&services.keys, code.clone());
        }
        if services.codes.repeats_phone_codes && fixed.is_none() {
            self.made.keep_sealed(&services.keys);
        }
        let is_sent = fixed.is_none() && !self.made.new.is_returned;
        PhoneCode {
            to: is_sent.then(|| self.sending.destination(number)),
            made: self.made,
            sending: self.sending,
        }
    }

    /// Becomes the pending code again, under a new id, if that may be: the same life, the same wrong tries.
    /// One that was guessed at too often is dead, so a new one takes its place.
    fn repeat(&mut self, tx: &WriteTx<'_>, pending: &PendingCode) {
        let services = self.sending.services();
        let codes = &services.codes;
        let is_good =
            !pending.is_expired(tx.stamp.now) && pending.wrong_tries < codes.max_wrong_tries;
        if !codes.repeats_phone_codes || !is_good {
            return;
        }
        let opened = pending.sealed.as_deref();
        let Some(plain) = opened.and_then(|sealed| services.keys.open(pending.id, sealed)) else {
            return;
        };
        self.made.replace(&services.keys, plain);
        let new = &mut self.made.new;
        new.pending.expires_at = pending.expires_at;
        new.pending.wrong_tries = pending.wrong_tries;
        new.expiry = pending.expires_at.map(|end| end.since(tx.stamp.now));
    }
}

impl std::ops::Deref for PhoneCode {
    type Target = MadeCode;

    fn deref(&self) -> &MadeCode {
        &self.made
    }
}

impl PhoneCode {
    /// For a message that an operator sends again, through that provider only if one is given.
    pub(in crate::api) fn in_place_of(
        mut self,
        old: crate::domain::MessageId,
        only_provider: Option<String>,
    ) -> Self {
        self.made = self.made.in_place_of(old, only_provider);
        self
    }

    /// Whether nothing is ever sent to the number.
    pub(in crate::api) fn is_for_test_number(&self) -> bool {
        self.to.is_none() && !self.made.new.is_returned
    }

    /// Makes this the pending code of a phone.
    pub(in crate::api) fn add_to(&self, phone: &mut HumanPhone) {
        phone.add_code(self.made.new.clone());
    }

    /// Leaves the SMS with the code in the outbox, if one is sent and may be.
    ///
    /// # Errors
    /// As `Sending::admit`.
    pub(in crate::api) fn enqueue(self, tx: &WriteTx<'_>, phone: &HumanPhone) -> Result<(), Error> {
        let Some(number) = phone.number.clone() else {
            return Ok(());
        };
        if self.sending.services().test_numbers.contains_key(&number) {
            info!(
                "test number {}: its fixed code is waited for",
                number.masked()
            );
        }
        let Some(to) = &self.to else { return Ok(()) };
        let code = self.made.new.pending.id;
        self.sending.admit(tx, phone, &number, to, code)?;
        let recipient = Recipient::Phone(number);
        self.made
            .send(tx, phone.user.row, MessagePurpose::VerifyPhone, recipient)
    }
}
