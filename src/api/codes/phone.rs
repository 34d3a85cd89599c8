//! Codes that go by SMS: the limits hold for them, test numbers have a fixed one, and a re-send may repeat
//! the one before. No other code can be sent to a number.

use std::collections::HashMap;

use log::info;

use super::{
    Delivery, MadeCode,
    sending::{Destination, Sending},
};
use crate::{
    api::Ctx,
    domain::{
        Aggregate, HumanPhone, MessageId, MessagePurpose, PendingCode, PhoneNumber, PlainCode,
        Recipient,
    },
    error::Error,
    store::WriteTx,
};

/// Numbers that nothing is ever sent to, with their codes.
pub type TestNumbers = HashMap<PhoneNumber, PlainCode>;

/// A code for whatever number a user has, made before that is known.
pub(in crate::api) struct NextCode {
    made: MadeCode,
    sending: Sending,
}

/// A code for a number.
pub(in crate::api) struct PhoneCode {
    made: MadeCode,
    sending: Sending,
    /// Where it goes; `None` for a test number and for a code that the caller gets.
    to: Option<Destination>,
}

impl PhoneCode {
    /// A code that verifies a number which is set.
    pub(in crate::api) fn new(ctx: &Ctx, delivery: Delivery, number: &PhoneNumber) -> Self {
        NextCode::new(ctx, delivery).verifying(number)
    }
}

impl NextCode {
    pub(in crate::api) fn new(ctx: &Ctx, delivery: Delivery) -> Self {
        Self {
            made: MadeCode::for_phone(ctx, delivery),
            sending: Sending::new(ctx),
        }
    }

    /// A code that sets a new password.
    pub(in crate::api) fn for_password_reset(
        ctx: &Ctx,
        delivery: Delivery,
        url_template: Option<String>,
    ) -> Self {
        Self {
            made: MadeCode::for_password_reset(ctx, delivery).with_url(url_template),
            sending: Sending::new(ctx),
        }
    }

    /// The code for the caller, if it was asked for.
    pub(in crate::api) fn returned(&self) -> Option<String> {
        self.made.returned()
    }

    /// The code for an e-mail instead.
    pub(in crate::api) fn for_email(self) -> MadeCode {
        self.made
    }

    /// The code for what a phone is now, in place of its pending one.
    pub(in crate::api) fn of(mut self, tx: &WriteTx<'_>, phone: &HumanPhone) -> Option<PhoneCode> {
        let number = phone.number.as_ref()?;
        if let Some(pending) = &phone.code {
            self.repeat(tx, pending);
        }
        Some(self.verifying(number))
    }

    fn verifying(self, number: &PhoneNumber) -> PhoneCode {
        let mut code = self.for_number(number);
        let services = code.sending.services();
        if services.codes.repeats_phone_codes && !services.test_numbers.contains_key(number) {
            code.made.keep_sealed(&services.keys);
        }
        code
    }

    /// The code for a number.
    pub(in crate::api) fn for_number(mut self, number: &PhoneNumber) -> PhoneCode {
        let services = self.sending.services();
        let fixed = services.test_numbers.get(number);
        if let Some(code) = fixed {
            self.made.replace(&services.keys, code.clone());
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
        let is_used_up = codes.max_wrong_tries > 0 && pending.wrong_tries >= codes.max_wrong_tries;
        let is_good = !pending.is_expired(tx.stamp.now) && !is_used_up;
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
        old: MessageId,
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

    /// Leaves the SMS that verifies a phone in the outbox, if one is sent and may be.
    ///
    /// # Errors
    /// As [`PhoneCode::send`].
    pub(in crate::api) fn enqueue(self, tx: &WriteTx<'_>, phone: &HumanPhone) -> Result<(), Error> {
        match phone.number.clone() {
            Some(number) => self.send(tx, &phone.user, MessagePurpose::VerifyPhone, number),
            None => Ok(()),
        }
    }

    /// Leaves the SMS with the code in the outbox, if one is sent and may be.
    ///
    /// # Errors
    /// As `Sending::admit`.
    pub(in crate::api) fn send(
        self,
        tx: &WriteTx<'_>,
        user: &Aggregate,
        purpose: MessagePurpose,
        number: PhoneNumber,
    ) -> Result<(), Error> {
        if self.sending.services().test_numbers.contains_key(&number) {
            info!(
                "test number {}: its fixed code is waited for",
                number.masked()
            );
        }
        let Some(to) = &self.to else { return Ok(()) };
        let code = self.made.new.pending.id;
        self.sending.admit(tx, user, &number, to, code)?;
        let recipient = Recipient::Phone(number);
        self.made.leave(tx, user.row, purpose, recipient)
    }
}
