//! Codes: made before the queue, kept inside the transaction, sent or returned, guarded against guessing.

mod checking;
mod guard;
mod phone;
mod policies;
mod sending;
mod tries;

pub use checking::CodeChecking;
pub(super) use guard::{Attempt, Judgement};
pub use phone::TestNumbers;
pub(super) use phone::{NextCode, PhoneCode};
pub use policies::CodePolicies;
pub use sending::{SendLimits, Senders};

use std::time::Duration;

use super::Ctx;
use crate::{
    domain::{
        GeneratorType, HumanEmail, MessageId, MessagePurpose, NewCode, PendingCode, PlainCode,
        Recipient, Verification,
    },
    error::Error,
    secrets::Keys,
    store::{Message, WriteTx},
};

/// How long the message with a code that never expires is tried.
const LONGEST_DELIVERY: Duration = Duration::from_secs(24 * 3600);

/// A code that was made before the change is queued.
pub(super) struct MadeCode {
    new: NewCode,
    plain: PlainCode,
    sealed: Vec<u8>,
    application_name: Option<String>,
    resend_of: Option<MessageId>,
    only_provider: Option<String>,
}

/// What becomes of a code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// The user gets it by SMS or e-mail.
    Send,
    /// The caller gets it in the answer.
    Return,
}

impl MadeCode {
    fn for_phone(ctx: &Ctx, delivery: Delivery) -> Self {
        Self::make(ctx, GeneratorType::VerifyPhoneCode, delivery)
    }

    pub(super) fn for_email(ctx: &Ctx, delivery: Delivery) -> Self {
        Self::make(ctx, GeneratorType::VerifyEmailCode, delivery)
    }

    pub(super) fn for_initialization(ctx: &Ctx) -> Self {
        Self::make(ctx, GeneratorType::InitCode, Delivery::Send)
    }

    fn for_password_reset(ctx: &Ctx, delivery: Delivery) -> Self {
        Self::make(ctx, GeneratorType::PasswordResetCode, delivery)
    }

    /// An invitation looks like an initialization.
    pub(super) fn for_invitation(ctx: &Ctx, delivery: Delivery) -> Self {
        Self::make(ctx, GeneratorType::InitCode, delivery)
    }

    fn make(ctx: &Ctx, kind: GeneratorType, delivery: Delivery) -> Self {
        let services = &ctx.services;
        let policy = services.codes.policies.get(kind);
        let expiry = policy.generator().expiry;
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
                    expires_at: expiry.map(|life| ctx.now.plus(life)),
                    wrong_tries: 0,
                    sealed: None,
                },
                expiry,
                is_returned,
                url_template: None,
                trigger_origin: ctx.origin.clone(),
            },
            plain,
            application_name: None,
            resend_of: None,
            only_provider: None,
        }
    }

    /// Becomes another code, with the same id.
    fn replace(&mut self, keys: &Keys, plain: PlainCode) {
        let id = self.new.pending.id;
        self.new.pending.hash = keys.hash_code(id, &plain);
        if !self.new.is_returned {
            self.sealed = keys.seal(id, &plain);
        }
        self.plain = plain;
    }

    /// Keeps the code itself, encrypted, with what is kept of it.
    fn keep_sealed(&mut self, keys: &Keys) {
        let sealed = match self.new.is_returned {
            true => keys.seal(self.new.pending.id, &self.plain),
            false => self.sealed.clone(),
        };
        self.new.pending.sealed = Some(sealed);
    }

    /// With a link that the caller words.
    pub(super) fn with_url(mut self, url_template: Option<String>) -> Self {
        self.new.url_template = url_template;
        self
    }

    /// With the application that the person is invited to.
    pub(super) fn for_application(mut self, name: Option<String>) -> Self {
        self.application_name = name;
        self
    }

    /// For a message that an operator sends again, through that provider only if one is given.
    fn in_place_of(mut self, old: MessageId, only_provider: Option<String>) -> Self {
        self.resend_of = Some(old);
        self.only_provider = only_provider;
        self
    }

    /// The application that the person is invited to.
    pub(super) fn application_name(&self) -> Option<&str> {
        self.application_name.as_deref()
    }

    /// What happens to a number or an address that gets this code.
    pub(super) fn verification(&self) -> Verification {
        Verification::Code(self.new.clone())
    }

    /// The code for the caller, if it was asked for.
    pub(super) fn returned(&self) -> Option<String> {
        self.new.is_returned.then(|| self.plain.expose().to_owned())
    }

    /// What is kept of it, and what its event tells.
    pub(super) fn new_code(&self) -> &NewCode {
        &self.new
    }

    /// Leaves the e-mail with the code in the outbox, unless the caller gets the code.
    pub(super) fn enqueue_email(self, tx: &WriteTx<'_>, email: &HumanEmail) -> Result<(), Error> {
        let address = email.address.clone();
        self.send(tx, email.user.row, MessagePurpose::VerifyEmail, address)
    }

    /// Leaves the e-mail with the code in the outbox, unless the caller gets the code. An SMS is left by
    /// [`PhoneCode`] alone.
    pub(super) fn send(
        self,
        tx: &WriteTx<'_>,
        user: i64,
        purpose: MessagePurpose,
        address: String,
    ) -> Result<(), Error> {
        self.leave(tx, user, purpose, Recipient::Email(address))
    }

    fn leave(
        self,
        tx: &WriteTx<'_>,
        user: i64,
        purpose: MessagePurpose,
        recipient: Recipient,
    ) -> Result<(), Error> {
        if self.new.is_returned {
            return Ok(());
        }
        let expires_at = self.new.pending.expires_at;
        tx.enqueue(&Message {
            id: self.new.pending.id,
            user,
            purpose,
            recipient,
            sealed_code: self.sealed,
            origin: self.new.trigger_origin,
            url_template: self.new.url_template,
            application_name: self.application_name,
            expires_at: expires_at.unwrap_or_else(|| tx.stamp.now.plus(LONGEST_DELIVERY)),
            rounds: 0,
            only_provider: self.only_provider,
            resend_of: self.resend_of,
            unknown_outcomes: 0,
        })
    }
}

/// The refusal of what is allowed again after a while; the seconds go behind the reason.
fn exhausted(id: &'static str, reason: &str, wait: Duration) -> Error {
    let seconds = (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1);
    let message = format!("{reason} again in {seconds} seconds");
    Error::exhausted(id, message, Duration::from_secs(seconds))
}
