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
    domain::{
        Aggregate, CodeHash, CodePurpose, CodeQuestion, CodeVerdict, Event, HumanEmail, HumanPhone,
        MessageId, PendingCode, PlainCode,
    },
    error::{Entry, Error, TOO_MANY_WRONG_CODES},
    store::{ReadTx, Refusal, WriteTx},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A code that a user sends back.
#[derive(Clone)]
pub(in crate::api) struct Attempt {
    code: PlainCode,
    now: Timestamp,
    services: Arc<Services>,
    /// What the provider said about the code of a message, if it was asked.
    told: Option<(MessageId, Option<CodeVerdict>)>,
}

/// What a look at a code came to.
pub(in crate::api) enum Judgement<T> {
    /// It was the right one.
    Right(T),
    /// Only the provider that made the code can say; nothing was changed.
    Ask(CodeQuestion),
}

impl Attempt {
    pub(in crate::api) fn new(ctx: &Ctx, code: String) -> Self {
        Self {
            code: PlainCode::from_text(code),
            now: ctx.now,
            services: ctx.services.clone(),
            told: None,
        }
    }

    /// A try of the current password, which is counted as wrong codes are.
    pub(in crate::api) fn of_password(ctx: &Ctx) -> Self {
        Self::new(ctx, String::new())
    }

    /// Verifies the phone if the code is right; otherwise counts the try and keeps that. A code that a
    /// provider made needs [`Attempt::told`] first.
    ///
    /// # Errors
    /// `wrong` for a wrong, expired or absent code, one answer for all three; EXHAUSTED at a limit.
    pub(in crate::api) fn judge(
        &self,
        tx: &WriteTx<'_>,
        phone: &mut HumanPhone,
        wrong: &'static Entry,
    ) -> Result<Judgement<()>, Refusal> {
        let keys = &self.services.keys;
        let subject = match &phone.number {
            Some(number) => keys.hash_number(number),
            None => keys.hash_user(&phone.user.id),
        };
        self.check_limits(tx, phone.code.as_ref(), &subject)?;
        let live = phone
            .code
            .as_ref()
            .filter(|code| !code.is_expired(self.now));
        let checked_by = match live {
            Some(code) => tx.code_checked_by(code.id)?,
            None => None,
        };
        let is_right = match (checked_by, self.told) {
            (None, _) => self.is_right(phone.code.as_ref()),
            (Some(by), Some((id, verdict))) if by.message == id => match verdict {
                Some(verdict) => verdict == CodeVerdict::Right,
                // Nobody could say: no try was used up.
                None => return Err(wrong.into()),
            },
            (Some(by), _) => {
                return Ok(Judgement::Ask(CodeQuestion {
                    message: by.message,
                    provider: by.provider,
                    provider_id: by.provider_id,
                    number: by.number,
                    code: self.code.clone(),
                }));
            }
        };
        if is_right {
            phone.verify();
            tx.save_phone(phone)?;
            return Ok(Judgement::Right(()));
        }
        tx.insert_wrong_code(&subject)?;
        // Also without a pending code, so that nobody fills the history with failures.
        phone.fail_verification();
        tx.save_phone(phone)?;
        Err(Refusal::Keep(wrong.into()))
    }

    /// Asks the provider that made the code, outside any transaction.
    ///
    /// # Errors
    /// If the server is stopping.
    pub(in crate::api) async fn told(mut self, question: CodeQuestion) -> Result<Self, Error> {
        let message = question.message;
        let verdict = self.services.code_checking.ask(question).await?;
        self.told = Some((message, verdict));
        Ok(self)
    }

    /// As [`Attempt::judge`], for the e-mail address.
    ///
    /// # Errors
    /// As [`Attempt::judge`].
    pub(in crate::api) fn judge_email(
        &self,
        tx: &WriteTx<'_>,
        email: &mut HumanEmail,
        wrong: &'static Entry,
    ) -> Result<(), Refusal> {
        let subject = self.services.keys.hash_address(&email.address);
        if self.weigh(tx, email.code.as_ref(), &subject)? {
            email.verify();
            tx.save_email(email)?;
            return Ok(());
        }
        email.fail_verification();
        tx.save_email(email)?;
        Err(Refusal::Keep(wrong.into()))
    }

    /// Ends the wait for a user's code of another purpose if this is it, which `succeeded` tells; a wrong
    /// one is counted, which `failed` tells, and that is kept. Each purpose has its own counter.
    ///
    /// # Errors
    /// As [`Attempt::judge`].
    pub(in crate::api) fn judge_purpose(
        &self,
        tx: &WriteTx<'_>,
        user: &mut Aggregate,
        purpose: CodePurpose,
        (succeeded, failed): (Event, Event),
        wrong: &'static Entry,
    ) -> Result<(), Refusal> {
        let Some(mut code) = tx.pending_code(user.row, purpose)? else {
            // Nothing to guess: strangers neither use up the owner's tries nor fill the history.
            return Err(wrong.into());
        };
        let subject = self.subject(user, purpose);
        if self.weigh(tx, Some(&code), &subject)? {
            user.push(succeeded);
            tx.delete_code(user.row, purpose)?;
            return Ok(());
        }
        code.wrong_tries = code.wrong_tries.saturating_add(1);
        tx.save_code(user.row, purpose, &code)?;
        user.push(failed);
        tx.save_user_events(user)?;
        Err(Refusal::Keep(wrong.into()))
    }

    /// Whether the code would be taken now, counting nothing: what is costly need not be done for one
    /// that would not.
    ///
    /// # Errors
    /// EXHAUSTED at a limit.
    pub(in crate::api) fn looks_right(
        &self,
        tx: &ReadTx<'_>,
        user: &Aggregate,
        purpose: CodePurpose,
    ) -> Result<bool, Error> {
        let code = tx.pending_code(user.row, purpose)?;
        if code.is_some() {
            self.check_limits(tx, code.as_ref(), &self.subject(user, purpose))?;
        }
        Ok(self.is_right(code.as_ref()))
    }

    /// Whether a password may be tried.
    ///
    /// # Errors
    /// EXHAUSTED after too many wrong ones.
    pub(in crate::api) fn check_password_limit(
        &self,
        tx: &ReadTx<'_>,
        user: &Aggregate,
    ) -> Result<(), Error> {
        self.check_limits(tx, None, &self.services.keys.hash_user(&user.id))
    }

    fn subject(&self, user: &Aggregate, purpose: CodePurpose) -> [u8; 16] {
        self.services.keys.hash_purpose(&user.id, purpose)
    }

    /// Keeps what follows from a checked password: a wrong one is counted as a wrong code is.
    ///
    /// # Errors
    /// `wrong` for a wrong password; EXHAUSTED at a limit, also for the right one.
    pub(in crate::api) fn judge_password(
        &self,
        tx: &WriteTx<'_>,
        user: &mut Aggregate,
        is_right: bool,
        wrong: &'static Entry,
    ) -> Result<(), Refusal> {
        self.check_password_limit(tx, user)?;
        if is_right {
            user.push(Event::PasswordCheckSucceeded);
            return Ok(());
        }
        tx.insert_wrong_code(&self.services.keys.hash_user(&user.id))?;
        user.push(Event::PasswordCheckFailed);
        tx.save_user_events(user)?;
        Err(Refusal::Keep(wrong.into()))
    }

    /// Whether this is the code that is waited for; a wrong try is counted for the subject.
    ///
    /// # Errors
    /// EXHAUSTED at a limit.
    fn weigh(
        &self,
        tx: &WriteTx<'_>,
        code: Option<&PendingCode>,
        subject: &[u8; 16],
    ) -> Result<bool, Error> {
        self.check_limits(tx, code, subject)?;
        let is_right = self.is_right(code);
        if !is_right {
            tx.insert_wrong_code(subject)?;
        }
        Ok(is_right)
    }

    fn is_right(&self, code: Option<&PendingCode>) -> bool {
        let keys = &self.services.keys;
        match code {
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
        code: Option<&PendingCode>,
        subject: &[u8; 16],
    ) -> Result<(), Error> {
        let CodeSettings {
            max_wrong_tries,
            max_wrong_tries_per_number_and_day: per_day,
            ..
        } = self.services.codes;
        let latest = tx.latest_wrong_codes(subject, self.now.minus(DAY), per_day)?;
        if latest.len() >= per_day as usize
            && let Some(oldest) = latest.last()
        {
            let wait = oldest.plus(DAY).since(self.now);
            return Err(exhausted(
                "Too many wrong codes for this phone number or user",
                wait,
            ));
        }
        if let Some(code) = code.filter(|code| !code.is_expired(self.now))
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
