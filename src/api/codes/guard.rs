//! Judges a code that a user sends back, and stops guessing (security-facts, "Guessing arithmetic").
//!
//! Three counters: wrong tries on the pending code, and over a rolling day those for the number or address
//! and those for the user, so that neither a re-send nor another number starts the guessing anew. All are
//! looked at before the comparison, in the transaction, so parallel tries are all counted. While no code
//! is waited for there is nothing to guess, and nothing is counted that could keep the person out later.

use std::sync::Arc;

use super::tries::{self, Guesser, Subject};
use crate::{
    api::{Ctx, ctx::Services},
    auth,
    clock::Timestamp,
    domain::{
        Aggregate, CodeHash, CodePurpose, CodeQuestion, CodeVerdict, Event, HumanEmail, HumanPhone,
        MessageId, PendingCode, PhoneNumber, PlainCode,
    },
    error::{Entry, Error},
    store::{ReadTx, Refusal, WriteTx},
};

/// A code that a user sends back.
#[derive(Clone)]
pub(in crate::api) struct Attempt {
    code: PlainCode,
    now: Timestamp,
    services: Arc<Services>,
    /// The row of the caller.
    caller: Option<i64>,
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
            caller: ctx.principal.as_ref().map(|caller| caller.user),
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
        let Some(live) = self.live(phone.code.as_ref()) else {
            // The same work as for a code, so that the time tells nothing.
            self.is_right(None);
            if !self.is_told_idle(tx, &phone.user)? {
                return Err(wrong.into());
            }
            phone.fail_verification();
            tx.save_phone(phone)?;
            return Err(Refusal::Keep(wrong.into()));
        };
        let (number, code) = (phone.number.clone(), live.id);
        let keys = &self.services.keys;
        let subjects = [
            self.per_number(match &number {
                Some(number) => keys.hash_number(number),
                None => keys.hash_user(&phone.user.id),
            }),
            self.per_user(&phone.user),
        ];
        let guesser = self.guesser(tx, &phone.user)?;
        self.check(tx, guesser, Some(live), &subjects)?;
        let checked_by = tx.code_checked_by(code)?;
        let is_right = match (checked_by, self.told) {
            (None, _) => self.is_right(Some(live)),
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
            if let Some(number) = &number {
                self.tell_verified(tx, number, code)?;
            }
            return Ok(Judgement::Right(()));
        }
        tries::count(tx, guesser, &subjects)?;
        phone.fail_verification();
        tx.save_phone(phone)?;
        Err(Refusal::Keep(wrong.into()))
    }

    fn tell_verified(
        &self,
        tx: &WriteTx<'_>,
        number: &PhoneNumber,
        code: MessageId,
    ) -> Result<(), Error> {
        if self.services.test_numbers.contains_key(number) {
            log::info!("test number {}: verified", number.masked());
            return Ok(());
        }
        if self.services.sending.conversion.is_on() {
            tx.count_verified(number.country(), code)?;
        }
        Ok(())
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
        let is_told = match self.live(email.code.as_ref()) {
            None => {
                self.is_right(None);
                self.is_told_idle(tx, &email.user)?
            }
            Some(code) => {
                let address = self.services.keys.hash_address(&email.address);
                let subjects = [self.per_number(address), self.per_user(&email.user)];
                if self.weigh(tx, &email.user, code, &subjects)? {
                    email.verify();
                    tx.save_email(email)?;
                    return Ok(());
                }
                true
            }
        };
        if !is_told {
            return Err(wrong.into());
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
        if self.live(Some(&code)).is_none() {
            self.is_right(None);
            if !self.is_told_idle(tx, user)? {
                return Err(wrong.into());
            }
        } else if self.weigh(tx, user, &code, &[self.subject(user, purpose)])? {
            user.push(succeeded);
            tx.delete_code(user.row, purpose)?;
            // Codes for new passwords may go by SMS.
            if let Some(number) = tx.sms_recipient(code.id)? {
                self.tell_verified(tx, &number, code.id)?;
            }
            return Ok(());
        } else {
            code.wrong_tries = code.wrong_tries.saturating_add(1);
            tx.save_code(user.row, purpose, &code)?;
        }
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
        let live = self.live(code.as_ref());
        if live.is_some() {
            let guesser = self.guesser(tx, user)?;
            self.check(tx, guesser, live, &[self.subject(user, purpose)])?;
        }
        Ok(self.is_right(live))
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
        self.check(
            tx,
            self.guesser(tx, user)?,
            None,
            &[self.of_passwords(user)],
        )
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
        tries::count(tx, self.guesser(tx, user)?, &[self.of_passwords(user)])?;
        user.push(Event::PasswordCheckFailed);
        tx.save_user_events(user)?;
        Err(Refusal::Keep(wrong.into()))
    }

    /// Whether this is the code that is waited for; a wrong try is counted for the subjects.
    ///
    /// # Errors
    /// EXHAUSTED at a limit.
    fn weigh(
        &self,
        tx: &WriteTx<'_>,
        user: &Aggregate,
        code: &PendingCode,
        subjects: &[Subject],
    ) -> Result<bool, Error> {
        let guesser = self.guesser(tx, user)?;
        self.check(tx, guesser, Some(code), subjects)?;
        let is_right = self.is_right(Some(code));
        if !is_right {
            tries::count(tx, guesser, subjects)?;
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

    /// The code, if it can still be guessed.
    fn live<'a>(&self, code: Option<&'a PendingCode>) -> Option<&'a PendingCode> {
        code.filter(|code| !code.is_expired(self.now))
    }

    fn guesser(&self, tx: &ReadTx<'_>, user: &Aggregate) -> Result<Guesser, Error> {
        let Some(caller) = self.caller else {
            return Ok(Guesser::Stranger);
        };
        let is_owner =
            caller == user.row || auth::is_granted(tx, caller, user.owner, "user.write")?;
        Ok(if is_owner {
            Guesser::Owner
        } else {
            Guesser::Stranger
        })
    }

    fn check(
        &self,
        tx: &ReadTx<'_>,
        guesser: Guesser,
        code: Option<&PendingCode>,
        subjects: &[Subject],
    ) -> Result<(), Error> {
        tries::check(tx, &self.services.codes, self.now, guesser, code, subjects)
    }

    fn is_told_idle(&self, tx: &WriteTx<'_>, user: &Aggregate) -> Result<bool, Error> {
        let key = self.services.keys.hash_idle(&user.id);
        tries::is_told_idle(tx, self.now, self.per_number(key))
    }

    fn per_number(&self, key: [u8; 16]) -> Subject {
        let per_day = self.services.codes.max_wrong_tries_per_number_and_day;
        Subject { key, per_day }
    }

    /// All numbers and addresses of a user together.
    fn per_user(&self, user: &Aggregate) -> Subject {
        Subject {
            key: self.services.keys.hash_account(&user.id),
            per_day: self.services.codes.max_wrong_tries_per_user_and_day,
        }
    }

    fn subject(&self, user: &Aggregate, purpose: CodePurpose) -> Subject {
        self.per_number(self.services.keys.hash_purpose(&user.id, purpose))
    }

    fn of_passwords(&self, user: &Aggregate) -> Subject {
        self.per_number(self.services.keys.hash_user(&user.id))
    }
}
