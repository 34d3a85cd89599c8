//! Whether an SMS with a code may be sent now: the limits against pumping and toll fraud.
//!
//! Everything is looked at and counted inside the one transaction of the call, so that calls at the same
//! time cannot pass a limit together, and a refused call leaves nothing. Only codes that are really
//! sent come here: not those that callers get, not numbers set as verified, not e-mails.

use std::{fmt::Display, sync::Arc, time::Duration};

use super::exhausted;
use crate::{
    api::{Ctx, ctx::Services},
    auth,
    clock::Timestamp,
    domain::{Aggregate, ConversionRule, MessageId, NumberKind, PhoneNumber, Region},
    error::{self, Error},
    ids,
    store::{SendScope, WriteTx},
};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The limits, as configured; a number that is 0 is no limit.
pub struct SendLimits {
    /// The only countries that codes are sent to; empty is all.
    pub allowed_countries: Vec<Region>,
    /// Countries that no code is sent to.
    pub blocked_countries: Vec<Region>,
    /// Kinds of numbers that no code is sent to.
    pub refused_kinds: Vec<NumberKind>,
    /// Whose sends the limits for one number and one user hold for.
    pub applies_to: Senders,
    /// Sends to one number within an hour that nobody has to wait for.
    pub free_sends: u32,
    /// The times to wait between the sends after these; the last one stays.
    pub cool_down: Vec<Duration>,
    /// Sends to one number within a day.
    pub per_number_and_day: u32,
    /// Sends to one user within a day, to whatever numbers.
    pub per_user_and_day: u32,
    /// Sends to the users of one organization within a day.
    pub per_organization_and_day: u32,
    /// Sends to numbers that begin alike within an hour.
    pub per_prefix_and_hour: u32,
    /// How many digits are the beginning.
    pub prefix_digits: usize,
    /// Sends to one country within a day.
    pub per_country_and_day: u32,
    /// Sends in all within a day.
    pub per_day: u32,
    /// How the share of verified codes is watched.
    pub conversion: ConversionRule,
}

/// Whose sends the limits for one number and one user hold for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Senders {
    /// Users who change their own phone and have no `user.write`.
    SelfService,
    /// Everybody.
    All,
    /// Nobody.
    None,
}

/// What is known of a send before the transaction.
pub(super) struct Sending {
    services: Arc<Services>,
    /// The row of the caller.
    caller: Option<i64>,
}

/// What a number is, to the limits.
pub(super) struct Destination {
    country: Region,
    kind: Option<NumberKind>,
}

impl Sending {
    pub(super) fn new(ctx: &Ctx) -> Self {
        Self {
            services: ctx.services.clone(),
            caller: ctx.principal.as_ref().map(|caller| caller.user),
        }
    }

    pub(super) fn services(&self) -> &Services {
        &self.services
    }

    /// Looks a number up in the numbering plans: some microseconds, better outside the transaction.
    pub(super) fn destination(&self, number: &PhoneNumber) -> Destination {
        let needs_kind = !self.services.sending.refused_kinds.is_empty();
        Destination {
            country: number.country(),
            kind: needs_kind.then(|| number.kind()).flatten(),
        }
    }

    /// Lets a code for a user go to a number, and counts it.
    ///
    /// # Errors
    /// PRECOND for a number that no code is sent to, EXHAUSTED at a limit.
    pub(super) fn admit(
        &self,
        tx: &WriteTx<'_>,
        user: &Aggregate,
        number: &PhoneNumber,
        to: &Destination,
        code: MessageId,
    ) -> Result<(), Error> {
        let limits = &self.services.sending;
        limits.check_destination(to)?;
        let turn = Turn {
            tx,
            limits,
            now: tx.stamp.now,
        };
        turn.check_stop(to.country)?;
        if self.is_limited(tx, user)? {
            let keys = &self.services.keys;
            turn.take_number(&keys.hash_number(number))?;
            turn.take_user(&keys.hash_recipient(user.row))?;
        }
        let prefix = number.prefix(limits.prefix_digits);
        let hashed = |most: u32| match most {
            0 => String::new(),
            _ => hex::encode(self.services.keys.hash_prefix(prefix)),
        };
        let org = user.owner.to_string();
        let country = to.country.to_string();
        let most = limits.per_prefix_and_hour;
        turn.take(&PREFIX, &hashed(most), most)?;
        turn.take(&ORGANIZATION, &org, limits.per_organization_and_day)?;
        turn.take(&COUNTRY, &country, limits.per_country_and_day)?;
        turn.take(&TOTAL, "", limits.per_day)?;
        turn.watch(to.country, code)
    }

    /// Whether the limits for one number and one user hold for this caller.
    fn is_limited(&self, tx: &WriteTx<'_>, user: &Aggregate) -> Result<bool, Error> {
        match (self.services.sending.applies_to, self.caller) {
            (Senders::All, _) => Ok(true),
            (Senders::SelfService, Some(caller)) if caller == user.row => {
                Ok(!auth::is_granted(tx, caller, user.owner, "user.write")?)
            }
            (Senders::SelfService | Senders::None, _) => Ok(false),
        }
    }
}

impl SendLimits {
    fn check_destination(&self, to: &Destination) -> Result<(), Error> {
        let country = to.country;
        let is_allowed =
            self.allowed_countries.is_empty() || self.allowed_countries.contains(&country);
        if !is_allowed || self.blocked_countries.contains(&country) {
            let message = match country {
                Region::NOWHERE => "No codes are sent to numbers of no country".to_owned(),
                _ => format!("No codes are sent to numbers of {country}"),
            };
            return Err(Error::precondition(error::COUNTRY_NOT_SERVED, message));
        }
        if let Some(kind) = to.kind.filter(|kind| self.refused_kinds.contains(kind)) {
            let message = format!("No codes are sent to numbers of the type {kind}");
            return Err(Error::precondition(error::NUMBER_TYPE_REFUSED, message));
        }
        Ok(())
    }
}

/// A limit over a rolling window.
struct Window {
    scope: SendScope,
    id: &'static str,
    reason: &'static str,
}

const PREFIX: Window = Window {
    scope: SendScope::Prefix,
    id: error::TOO_MANY_SENDS_TO_PREFIX,
    reason: "Too many codes were sent to numbers like this one",
};
const ORGANIZATION: Window = Window {
    scope: SendScope::Organization,
    id: error::TOO_MANY_SENDS_OF_ORGANIZATION,
    reason: "Too many codes were sent to users of this organization",
};
const COUNTRY: Window = Window {
    scope: SendScope::Country,
    id: error::TOO_MANY_SENDS_TO_COUNTRY,
    reason: "Too many codes were sent to numbers of this country",
};
const TOTAL: Window = Window {
    scope: SendScope::Total,
    id: error::TOO_MANY_SENDS,
    reason: "Too many codes were sent",
};

/// One send in its transaction.
struct Turn<'a> {
    tx: &'a WriteTx<'a>,
    limits: &'a SendLimits,
    now: Timestamp,
}

impl Turn<'_> {
    fn check_stop(&self, country: Region) -> Result<(), Error> {
        match self.tx.country_stop(country)? {
            Some(until) if until > self.now => Err(refused(
                error::COUNTRY_STOPPED,
                "No codes are sent to numbers of this country for a while",
                until.since(self.now),
            )),
            Some(_) => self.tx.lift_country_stop(country),
            None => Ok(()),
        }
    }

    /// The growing time between sends to one number, and the most in a day.
    fn take_number(&self, number: &[u8; 16]) -> Result<(), Error> {
        let limits = self.limits;
        let steps = u32::try_from(limits.cool_down.len()).unwrap_or(u32::MAX);
        // More within the hour than the last step asks for change nothing.
        let most = limits
            .per_number_and_day
            .max(limits.free_sends.saturating_add(steps))
            .max(1);
        let since = self.now.minus(DAY);
        let latest = self.tx.latest_sends(number, since, most)?;
        let refuse = |reason, until: Timestamp| {
            let wait = until.since(self.now);
            Err(refused(error::TOO_MANY_SENDS_TO_NUMBER, reason, wait))
        };
        if let Some(until) = full_until(&latest, limits.per_number_and_day) {
            return refuse("Too many codes were sent to this number", until);
        }
        let hour_ago = self.now.minus(HOUR);
        let within_hour = latest.iter().take_while(|sent| **sent > hour_ago).count();
        let place = within_hour.checked_sub(limits.free_sends as usize);
        let step = place.and_then(|place| {
            let steps = &limits.cool_down;
            steps.get(place).or(steps.last())
        });
        if let (Some(step), Some(last)) = (step, latest.first())
            && last.plus(*step) > self.now
        {
            return refuse("A code was sent to this number just now", last.plus(*step));
        }
        self.tx.insert_send(number)
    }

    fn take_user(&self, user: &[u8; 16]) -> Result<(), Error> {
        let most = self.limits.per_user_and_day;
        if most == 0 {
            return Ok(());
        }
        let latest = self.tx.latest_sends(user, self.now.minus(DAY), most)?;
        if let Some(until) = full_until(&latest, most) {
            return Err(refused(
                error::TOO_MANY_SENDS_OF_USER,
                "Too many codes were sent to this user",
                until.since(self.now),
            ));
        }
        self.tx.insert_send(user)
    }

    fn take(&self, window: &Window, subject: &str, most: u32) -> Result<(), Error> {
        if most == 0 {
            return Ok(());
        }
        let slots = self.tx.sends_in_window(window.scope, subject, self.now)?;
        let mut sent: u64 = slots.iter().map(|slot| u64::from(slot.sent)).sum();
        if sent < u64::from(most) {
            return self.tx.count_send(window.scope, subject, self.now);
        }
        let room = slots.iter().find(|slot| {
            sent -= u64::from(slot.sent);
            sent < u64::from(most)
        });
        let until = room.map_or(self.now, |slot| slot.leaves_at);
        Err(refused(window.id, window.reason, until.since(self.now)))
    }

    /// Counts the code for its country, and stops the country from the next one on if too few come back.
    fn watch(&self, country: Region, code: MessageId) -> Result<(), Error> {
        let rule = &self.limits.conversion;
        if !rule.is_on() {
            return Ok(());
        }
        let name = country.to_string();
        self.tx
            .count_send(SendScope::Conversion, &name, ids::made_at(code.0))?;
        if rule.stop <= 0.0 {
            return Ok(());
        }
        let conversion = self.tx.conversion(country, rule.counted(self.now))?;
        if rule.is_below(&conversion, rule.stop) {
            let until = self.now.plus(rule.stop_for);
            self.tx.stop_country(country, until, None)?;
            log::warn!(
                "no more codes are sent to numbers of {country} for {}: {} of the last {} were verified",
                humantime::format_duration(rule.stop_for),
                conversion.verified,
                conversion.sent
            );
        }
        Ok(())
    }
}

/// When there is room for one more than `most` in a day, if there is none now. `latest` is newest first.
fn full_until(latest: &[Timestamp], most: u32) -> Option<Timestamp> {
    let place = most.checked_sub(1)?;
    let oldest = latest.get(place as usize)?;
    Some(oldest.plus(DAY))
}

fn refused(id: &'static str, reason: impl Display, wait: Duration) -> Error {
    exhausted(id, &format!("{reason}; try"), wait)
}
