//! Phone codes: made before the queue, kept inside the transaction, guarded against guessing.

mod guard;

pub(super) use guard::Attempt;

use std::time::Duration;

use super::Ctx;
use crate::{
    domain::{HumanPhone, MessageId, NewCode, PendingCode, PlainCode, Verification},
    error::Error,
    store::{Message, WriteTx},
};

/// How long the message with a code that never expires is tried.
const LONGEST_DELIVERY: Duration = Duration::from_secs(24 * 3600);

/// A code for a phone, made before the change is queued.
pub(super) struct MadeCode {
    new: NewCode,
    plain: PlainCode,
    sealed: Vec<u8>,
}

/// What becomes of a code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// The user gets it by SMS.
    Send,
    /// The caller gets it in the answer.
    Return,
}

impl MadeCode {
    pub(super) fn for_phone(ctx: &Ctx, delivery: Delivery) -> Self {
        let services = &ctx.services;
        let policy = &services.codes.verify_phone;
        let id = MessageId(services.ids.next(ctx.now));
        let plain = policy.generate(&mut rand::rng());
        let is_returned = delivery == Delivery::Return;
        Self {
            sealed: if is_returned {
                Vec::new()
            } else {
                services.keys.seal(id, &plain)
            },
            new: NewCode {
                pending: PendingCode {
                    id,
                    hash: services.keys.hash_code(id, &plain),
                    expires_at: policy.expiry.map(|life| ctx.now.plus(life)),
                    wrong_tries: 0,
                },
                expiry: policy.expiry,
                is_returned,
                trigger_origin: ctx.origin.clone(),
            },
            plain,
        }
    }

    /// What happens to a number that gets this code.
    pub(super) fn verification(&self) -> Verification {
        Verification::Code(self.new.clone())
    }

    /// The code for the caller, if it was asked for.
    pub(super) fn returned(&self) -> Option<String> {
        self.new.is_returned.then(|| self.plain.expose().to_owned())
    }

    /// Makes this the pending code of a phone.
    pub(super) fn add_to(&self, phone: &mut HumanPhone) {
        phone.add_code(self.new.clone());
    }

    /// Leaves the message with the code in the outbox, unless the caller gets the code.
    pub(super) fn enqueue(self, tx: &WriteTx<'_>, phone: &HumanPhone) -> Result<(), Error> {
        let Some(recipient) = phone.number.clone().filter(|_| !self.new.is_returned) else {
            return Ok(());
        };
        tx.enqueue(&Message {
            id: self.new.pending.id,
            user: phone.user.row,
            recipient,
            sealed_code: self.sealed,
            origin: self.new.trigger_origin,
            expires_at: self
                .new
                .pending
                .expires_at
                .unwrap_or_else(|| tx.stamp.now.plus(LONGEST_DELIVERY)),
            attempts: 0,
            unknown_outcomes: 0,
        })
    }
}
