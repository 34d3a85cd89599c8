//! Judges a code that a user sends back, and stops guessing (security-facts, "Guessing arithmetic").
//!
//! Two counters: wrong tries on the pending code, and wrong tries for the number over a rolling day,
//! so that a re-send does not start the guessing anew. Both are looked at before the comparison, in
//! the transaction, so parallel tries are all counted. A limit refuses the right code too.

use std::{sync::Arc, time::Duration};

use crate::{
    api::{
        Ctx,
        ctx::{CodeSettings, Services},
    },
    clock::Timestamp,
    domain::{CodeHash, HumanPhone, MessageId, PlainCode},
    error::{Entry, Error, TOO_MANY_WRONG_CODES},
    store::{ReadTx, Refusal, WriteTx},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A code that a user sends back.
pub(in crate::api) struct Attempt {
    code: PlainCode,
    now: Timestamp,
    services: Arc<Services>,
}

impl Attempt {
    pub(in crate::api) fn new(ctx: &Ctx, code: String) -> Self {
        Self {
            code: PlainCode::from_text(code),
            now: ctx.now,
            services: ctx.services.clone(),
        }
    }

    /// Verifies the phone if the code is right; otherwise counts the try and keeps that.
    ///
    /// # Errors
    /// `wrong` for a wrong, expired or absent code, one answer for all three; EXHAUSTED at a limit.
    pub(in crate::api) fn judge(
        &self,
        tx: &WriteTx<'_>,
        phone: &mut HumanPhone,
        wrong: &'static Entry,
    ) -> Result<(), Refusal> {
        let keys = &self.services.keys;
        let number = match &phone.number {
            Some(number) => keys.hash_number(number),
            None => keys.hash_user(&phone.user.id),
        };
        self.check_limits(tx, phone, &number)?;
        if self.is_right(phone) {
            phone.verify();
            tx.save_phone(phone)?;
            return Ok(());
        }
        // Also without a pending code, so that nobody fills the history with failures.
        tx.insert_wrong_code(&number)?;
        phone.fail_verification();
        tx.save_phone(phone)?;
        Err(Refusal::Keep(wrong.into()))
    }

    fn is_right(&self, phone: &HumanPhone) -> bool {
        let keys = &self.services.keys;
        match &phone.code {
            Some(code) => {
                keys.is_code(code.id, &code.hash, &self.code) & !code.is_expired(self.now)
            }
            // The same work as for a code, so that the time tells nothing.
            None => keys.is_code(MessageId(0), &CodeHash([0; 32]), &self.code) & false,
        }
    }

    fn check_limits(
        &self,
        tx: &ReadTx<'_>,
        phone: &HumanPhone,
        number: &[u8; 16],
    ) -> Result<(), Error> {
        let CodeSettings {
            max_wrong_tries,
            max_wrong_tries_per_number_and_day: per_day,
            ..
        } = self.services.codes;
        let latest = tx.latest_wrong_codes(number, self.now.minus(DAY), per_day)?;
        if latest.len() >= per_day as usize
            && let Some(oldest) = latest.last()
        {
            let wait = oldest.plus(DAY).since(self.now);
            return Err(exhausted(
                "Too many wrong codes for this phone number",
                wait,
            ));
        }
        if let Some(code) = phone
            .code
            .as_ref()
            .filter(|code| !code.is_expired(self.now))
            && code.wrong_tries >= max_wrong_tries
        {
            let wait = code.expires_at.map_or(DAY, |end| end.since(self.now));
            return Err(exhausted(
                "Too many wrong tries for this code; ask for a new code",
                wait,
            ));
        }
        Ok(())
    }
}

fn exhausted(reason: &str, wait: Duration) -> Error {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let message = format!("{reason}, or try again in {seconds} seconds");
    Error::exhausted(
        TOO_MANY_WRONG_CODES,
        message,
        Duration::from_secs(seconds.max(1)),
    )
}
