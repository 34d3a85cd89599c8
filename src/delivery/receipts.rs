//! What becomes of messages after a gateway took them: it calls us (webhooks), or we ask it (polls).
//!
//! A receipt may come before its message is written down as sent; one that fits no message is held for
//! a minute and tried again. What fits nothing then was not ours, and is counted in the log.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use log::{debug, warn};

use super::{lane::EDITOR, recorder::tell_of_sent};
use crate::{
    clock::{Clock, Timestamp},
    domain::ReceiptState,
    ids,
    plugin::{self, Answer, Call, Ending, HttpRequest, Provider, Registry, ReportTurn, Status},
    store::{Noted, Receipt, Stamp, Store},
};

/// How often gateways are asked, and receipts without a message tried again.
const ROUND: Duration = Duration::from_secs(5);
/// How long a receipt without a message is held.
const HELD: Duration = Duration::from_secs(60);
/// How many of them at most.
const MOST_HELD: usize = 10_000;
/// How many messages one poll asks for (plugin-abi §2).
const MOST_POLLED: u32 = 50;
/// How many polls of one provider in one round.
const MOST_POLLS: usize = 4;
/// How old a message may be that is asked for.
const OLDEST: Duration = Duration::from_secs(24 * 3600);
/// How long a plugin may take for either.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Takes receipts.
pub struct Receipts {
    store: Store,
    clock: Clock,
    providers: Arc<Registry>,
    held: Mutex<Vec<(Timestamp, Receipt)>>,
    /// When refused calls were last told of, and how many came since.
    refused: Mutex<(Option<Instant>, u64)>,
}

/// What the caller of a webhook is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookAnswer {
    /// The plugin has read it; with the HTTP status.
    Read(u16),
    /// The plugin does not believe it, or there is none that could: a stranger must not learn which.
    Refused,
    /// Not now, since the plugin does not run or the receipts cannot be written: the gateway should try
    /// again.
    Unavailable,
}

impl Receipts {
    pub(super) fn new(store: Store, clock: Clock, providers: Arc<Registry>) -> Self {
        Self {
            store,
            clock,
            providers,
            held: Mutex::default(),
            refused: Mutex::default(),
        }
    }

    /// Lets one report of a provider's gateway in; blocks for nothing.
    ///
    /// # Errors
    /// What the caller is answered: few reports of one provider are read at a time, and not all providers
    /// read any. One that is not loaded, or is being loaded again, may: its gateway should try again.
    pub fn admit(&self, provider: &str) -> Result<ReportTurn, HookAnswer> {
        let Some(provider) = self.providers.provider(provider) else {
            self.tell_of_refused("there is no provider of that name");
            return Err(HookAnswer::Refused);
        };
        if provider.is_loaded() && !provider.abilities().webhook {
            self.tell_of_refused(&format!("provider {} reads no reports", provider.name()));
            return Err(HookAnswer::Refused);
        }
        provider.report_turn().ok_or(HookAnswer::Unavailable)
    }

    /// Lets the plugin of a provider read what its gateway reports; blocks. What it reports is on disk
    /// when the answer is given.
    pub fn hook(&self, turn: &ReportTurn, request: HttpRequest) -> HookAnswer {
        let provider = turn.provider();
        let answer = provider.call(Call::Webhook(HttpRequest {
            timeout: TIMEOUT,
            ..request
        }));
        match answer.status {
            Status::Ok => {}
            Status::Rejected => {
                let name = provider.name();
                self.tell_of_refused(&format!("provider {name} says: {}", answer.detail));
                return HookAnswer::Refused;
            }
            Status::Unsupported => return HookAnswer::Refused,
            _ => return HookAnswer::Unavailable,
        }
        match self.take(provider.name(), answer.receipts) {
            true => HookAnswer::Read(answer.http_status.unwrap_or(200)),
            false => HookAnswer::Unavailable,
        }
    }

    /// Anybody can call: one line a minute says how many were not believed.
    fn tell_of_refused(&self, reason: &str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.1 += 1;
        if refused
            .0
            .is_some_and(|told| told.elapsed() < Duration::from_secs(60))
        {
            return;
        }
        let count = std::mem::take(&mut refused.1);
        refused.0 = Some(Instant::now());
        warn!("{count} calls of gateways were refused, the last because {reason}");
    }

    /// Notes receipts of a provider; false if they cannot be written now.
    fn take(&self, provider: &str, receipts: Vec<plugin::Receipt>) -> bool {
        let now = self.clock.now();
        let receipts: Vec<_> = receipts
            .into_iter()
            .map(|receipt| of_plugin(provider, receipt, now))
            .collect();
        match self.note(&receipts) {
            Ok(strays) => {
                let mut held = self.held();
                let free = MOST_HELD.saturating_sub(held.len());
                let (kept, dropped) = strays.split_at(free.min(strays.len()));
                held.extend(kept.iter().map(|receipt| (now, receipt.clone())));
                drop(held);
                self.count_unknown(dropped);
                true
            }
            Err(fault) => {
                warn!("receipts of provider {provider} cannot be written now: {fault}");
                false
            }
        }
    }

    /// Writes receipts; those that fit no message.
    fn note(&self, receipts: &[Receipt]) -> Result<Vec<Receipt>, crate::error::Error> {
        if receipts.is_empty() {
            return Ok(Vec::new());
        }
        let receipts = receipts.to_vec();
        let stamp = Stamp {
            now: self.clock.now(),
            editor: EDITOR.to_owned(),
            actor: None,
        };
        self.store.write_blocking(stamp, move |tx| {
            let mut strays = Vec::new();
            for receipt in &receipts {
                match tx.note_receipt(receipt)? {
                    Noted::Stray => strays.push(receipt.clone()),
                    Noted::WasSent(user, purpose) => tell_of_sent(tx, user, purpose)?,
                    Noted::Known | Noted::News => {}
                }
            }
            Ok(strays)
        })
    }

    /// Asks gateways and looks at held receipts, until the channel closes.
    pub(super) fn run(&self, stop: &Receiver<()>) {
        let mut cursors = HashMap::new();
        while stop.recv_timeout(ROUND) == Err(RecvTimeoutError::Timeout) {
            self.try_held_again();
            for provider in self.providers.providers().iter() {
                if provider.abilities().poll && provider.is_available() {
                    self.poll(provider, &mut cursors);
                }
            }
        }
    }

    fn try_held_again(&self) {
        let held = std::mem::take(&mut *self.held());
        if held.is_empty() {
            return;
        }
        let receipts: Vec<_> = held.iter().map(|(_, receipt)| receipt.clone()).collect();
        let strays = match self.note(&receipts) {
            Ok(strays) => strays,
            Err(fault) => {
                warn!("held receipts cannot be written now: {fault}");
                self.held().extend(held);
                return;
            }
        };
        // In the order in which they were held, so a walk over both finds the age of each stray.
        let mut strays = strays.into_iter().peekable();
        let now = self.clock.now();
        let mut dropped = Vec::new();
        let mut kept = Vec::new();
        for (since, receipt) in held {
            let is_stray = strays.peek().is_some_and(|stray| *stray == receipt);
            if !is_stray {
                continue;
            }
            strays.next();
            if now.minus(HELD) < since {
                kept.push((since, receipt));
            } else {
                dropped.push(receipt);
            }
        }
        self.held().extend(kept);
        self.count_unknown(&dropped);
    }

    /// Receipts that were for no message.
    fn count_unknown(&self, receipts: &[Receipt]) {
        if receipts.is_empty() {
            return;
        }
        let count = receipts.len();
        warn!("{count} receipts were for no message that is known here, and are ignored");
        for receipt in receipts {
            if let Some(provider) = self.providers.provider(&receipt.provider) {
                provider.note_unknown_receipts(1);
            }
        }
    }

    /// Asks for the messages of a provider that are young and without a final receipt, some at a time,
    /// from the newest to the oldest and around again.
    fn poll(&self, provider: &Provider, cursors: &mut HashMap<String, i64>) {
        let name = provider.name();
        let oldest = ids::first_id_at(self.clock.now().minus(OLDEST));
        for _ in 0..MOST_POLLS {
            let before = cursors.get(name).copied().unwrap_or(i64::MAX);
            let Some((ids, next)) = self.awaited(name, oldest, before) else {
                return;
            };
            match next {
                Some(id) => drop(cursors.insert(name.to_owned(), id)),
                None => drop(cursors.remove(name)),
            }
            if ids.is_empty()
                || !self.take_polled(name, provider.call(Call::Poll(ids, TIMEOUT)))
                || next.is_none()
            {
                return;
            }
        }
    }

    /// Asks a plugin that is about to end: what it holds in memory would end with it.
    pub(super) fn ask_last(&self, ending: &Ending<'_>) {
        let name = ending.provider();
        let oldest = ids::first_id_at(self.clock.now().minus(OLDEST));
        let mut before = i64::MAX;
        while let Some((ids, next)) = self.awaited(name, oldest, before) {
            if ids.is_empty() || !self.take_polled(name, ending.poll(ids)) {
                return;
            }
            let Some(next) = next else {
                return;
            };
            before = next;
        }
    }

    /// A provider's names for its messages without a final receipt, the newest first, and where to go
    /// on if there may be more; `None` if they cannot be read.
    fn awaited(&self, name: &str, oldest: i64, before: i64) -> Option<(Vec<String>, Option<i64>)> {
        let read = self
            .store
            .read_blocking(|tx| tx.awaited_receipts(name, oldest, before, MOST_POLLED));
        let awaited = read
            .inspect_err(|fault| warn!("the outbox cannot be read at the moment: {fault}"))
            .ok()?;
        let is_last = awaited.len() < MOST_POLLED as usize;
        let next = awaited.last().map(|(id, _)| *id).filter(|_| !is_last);
        Some((awaited.into_iter().map(|(_, id)| id).collect(), next))
    }

    /// Notes what a poll brought; whether it brought anything that is noted now.
    fn take_polled(&self, name: &str, answer: Answer) -> bool {
        if answer.status != Status::Ok {
            debug!(
                "provider {name} could not be polled: {:?} {}",
                answer.status, answer.detail
            );
            return false;
        }
        self.take(name, answer.receipts)
    }

    fn held(&self) -> MutexGuard<'_, Vec<(Timestamp, Receipt)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of_plugin(provider: &str, receipt: plugin::Receipt, now: Timestamp) -> Receipt {
    let at = match receipt.at_unix_ms {
        0 => now,
        // What lies in the future or makes no sense is now.
        at => Some(Timestamp::from_micros(at.saturating_mul(1000)))
            .filter(|at| at.micros() > 0 && *at <= now)
            .unwrap_or(now),
    };
    Receipt {
        provider: provider.to_owned(),
        provider_id: receipt.provider_id,
        state: match receipt.state {
            plugin::ReceiptState::Accepted => ReceiptState::Accepted,
            plugin::ReceiptState::Sent => ReceiptState::Sent,
            plugin::ReceiptState::Delivered => ReceiptState::Delivered,
            plugin::ReceiptState::Undelivered => ReceiptState::Undelivered,
            plugin::ReceiptState::Expired => ReceiptState::Expired,
        },
        code: (!receipt.provider_code.is_empty()).then_some(receipt.provider_code),
        at,
    }
}
