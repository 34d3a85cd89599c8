//! How often wrong codes may come: for one code, one number or address, one user; counted over a rolling day.
//!
//! A limit must stop guessing and must not let anybody lock a person out (security-facts, OWASP 6.1.1).
//! Any caller may send back anybody's code, so of each limit those who are neither the person nor may
//! write it use up half at most: what is left is the person's. All tries together never exceed a limit.

use std::time::Duration;

use crate::{
    api::ctx::CodeSettings,
    clock::Timestamp,
    domain::PendingCode,
    error::{Error, TOO_MANY_WRONG_CODES},
    ids,
    store::{ReadTx, WriteTx, WrongCode},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What tries are counted for, as a keyed hash, with the most in a day; 0 is any number.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    pub key: [u8; 16],
    pub per_day: u32,
}

/// Who tries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Guesser {
    /// The person, or who may write it.
    Owner,
    /// Anybody else.
    Stranger,
}

/// The part of a limit that strangers may use up.
fn strangers_share(limit: u32) -> usize {
    (limit / 2).max(1) as usize
}

/// Looks at the limits before a code is compared; also the right code is refused at one.
///
/// # Errors
/// EXHAUSTED at a limit.
pub(super) fn check(
    tx: &ReadTx<'_>,
    settings: &CodeSettings,
    now: Timestamp,
    guesser: Guesser,
    code: Option<&PendingCode>,
    subjects: &[Subject],
) -> Result<(), Error> {
    let mut by_strangers_for_code = 0;
    for (place, subject) in subjects.iter().enumerate() {
        if subject.per_day == 0 {
            continue;
        }
        let latest = tx.latest_wrong_codes(&subject.key, now.minus(DAY), subject.per_day)?;
        let wait = wait_for(&latest, subject.per_day, guesser);
        if let Some(until) = wait {
            let reason = "Too many wrong codes for this phone number, address or user";
            return Err(exhausted(reason, until.plus(DAY).since(now)));
        }
        if let (0, Some(code)) = (place, code) {
            let made_at = ids::made_at(code.id.0);
            let counts = |wrong: &&WrongCode| wrong.is_by_stranger && wrong.tried_at >= made_at;
            by_strangers_for_code = latest.iter().filter(counts).count();
        }
    }
    let limited = code.filter(|_| settings.max_wrong_tries > 0);
    let Some(code) = limited else { return Ok(()) };
    let is_used_up = code.wrong_tries >= settings.max_wrong_tries
        || guesser == Guesser::Stranger
            && by_strangers_for_code >= strangers_share(settings.max_wrong_tries);
    if is_used_up {
        let wait = code.expires_at.map_or(DAY, |end| end.since(now));
        let reason = "Too many wrong tries for this code; ask for a new code";
        return Err(exhausted(reason, wait));
    }
    Ok(())
}

/// The try that has to become a day old first, if a limit is reached. `latest` are all of a day if they
/// are fewer than the limit.
fn wait_for(latest: &[WrongCode], per_day: u32, guesser: Guesser) -> Option<Timestamp> {
    let oldest_of = |most: usize, tries: &mut dyn Iterator<Item = &WrongCode>| {
        tries.nth(most - 1).map(|wrong| wrong.tried_at)
    };
    let by_all = oldest_of(per_day as usize, &mut latest.iter());
    let mut strangers = latest.iter().filter(|wrong| wrong.is_by_stranger);
    by_all.or_else(|| match guesser {
        Guesser::Owner => None,
        Guesser::Stranger => oldest_of(strangers_share(per_day), &mut strangers),
    })
}

/// Counts a wrong try for each subject.
///
/// # Errors
/// If the database cannot be written.
pub(super) fn count(tx: &WriteTx<'_>, guesser: Guesser, subjects: &[Subject]) -> Result<(), Error> {
    subjects
        .iter()
        .filter(|subject| subject.per_day > 0)
        .try_for_each(|subject| tx.insert_wrong_code(&subject.key, guesser == Guesser::Stranger))
}

/// Whether a try that could not guess anything, since no code is waited for, is still told in the history:
/// so often a day, or anybody could fill it. It uses up nobody's tries.
///
/// # Errors
/// If the database cannot be written.
pub(super) fn is_told_idle(
    tx: &WriteTx<'_>,
    now: Timestamp,
    subject: Subject,
) -> Result<bool, Error> {
    if subject.per_day == 0 {
        return Ok(true);
    }
    let latest = tx.latest_wrong_codes(&subject.key, now.minus(DAY), subject.per_day)?;
    let is_told = latest.len() < subject.per_day as usize;
    if is_told {
        tx.insert_wrong_code(&subject.key, false)?;
    }
    Ok(is_told)
}

fn exhausted(reason: &str, wait: Duration) -> Error {
    super::exhausted(TOO_MANY_WRONG_CODES, &format!("{reason}, or try"), wait)
}
