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
    plugin::{self, Call, HttpRequest, Provider, Registry, Status},
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
    held: Mutex<Vec<(Instant, Receipt)>>,
    /// When forged calls were last told of, and how many came since.
    forged: Mutex<(Option<Instant>, u64)>,
}

/// What the caller of a webhook is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookAnswer {
    /// The plugin has read it; with the HTTP status.
    Read(u16),
    /// There is no such provider, or it has no webhook.
    Unknown,
    /// The plugin does not believe it.
    Forged,
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
            forged: Mutex::default(),
        }
    }

    /// Lets the plugin of a provider read what its gateway reports; blocks. What it reports is on disk
    /// when the answer is given.
    pub fn hook(&self, provider: &str, request: HttpRequest) -> HookAnswer {
        let Some(provider) = self.providers.provider(provider) else {
            return HookAnswer::Unknown;
        };
        if !provider.is_loaded() {
            // Nobody knows yet what it can do; a gateway that is told "never" would not come back.
            return HookAnswer::Unavailable;
        }
        if !provider.abilities().webhook {
            return HookAnswer::Unknown;
        }
        let answer = provider.call(Call::Webhook(HttpRequest {
            timeout: TIMEOUT,
            ..request
        }));
        match answer.status {
            Status::Ok => {}
            Status::Rejected => {
                self.tell_of_forged(provider.name(), &answer.detail);
                return HookAnswer::Forged;
            }
            Status::Unsupported => return HookAnswer::Unknown,
            _ => return HookAnswer::Unavailable,
        }
        match self.take(provider.name(), answer.receipts) {
            true => HookAnswer::Read(answer.http_status.unwrap_or(200)),
            false => HookAnswer::Unavailable,
        }
    }

    /// Anybody can call: one line a minute says how many were not believed.
    fn tell_of_forged(&self, provider: &str, detail: &str) {
        let mut forged = self.forged.lock().unwrap_or_else(PoisonError::into_inner);
        forged.1 += 1;
        if forged
            .0
            .is_some_and(|told| told.elapsed() < Duration::from_secs(60))
        {
            return;
        }
        let count = std::mem::take(&mut forged.1);
        forged.0 = Some(Instant::now());
        warn!("{count} calls of gateways were refused, the last by provider {provider}: {detail}");
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
                if strays.len() > free {
                    warn!(
                        "{} receipts without a message are dropped",
                        strays.len() - free
                    );
                }
                let since = Instant::now();
                held.extend(
                    strays
                        .into_iter()
                        .take(free)
                        .map(|receipt| (since, receipt)),
                );
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
        let mut dropped = 0;
        let mut kept = Vec::new();
        for (since, receipt) in held {
            let is_stray = strays.peek().is_some_and(|stray| *stray == receipt);
            if !is_stray {
                continue;
            }
            strays.next();
            if since.elapsed() < HELD {
                kept.push((since, receipt));
            } else {
                dropped += 1;
            }
        }
        if dropped > 0 {
            warn!("{dropped} receipts were for no message that is known here, and are ignored");
        }
        self.held().extend(kept);
    }

    /// Asks for the messages of a provider that are young and without a final receipt, some at a time,
    /// from the newest to the oldest and around again.
    fn poll(&self, provider: &Provider, cursors: &mut HashMap<String, i64>) {
        let name = provider.name();
        let oldest = ids::first_id_at(self.clock.now().minus(OLDEST));
        for _ in 0..MOST_POLLS {
            let before = cursors.get(name).copied().unwrap_or(i64::MAX);
            let read = self
                .store
                .read_blocking(|tx| tx.awaited_receipts(name, oldest, before, MOST_POLLED));
            let awaited = match read {
                Ok(awaited) => awaited,
                Err(fault) => return warn!("the outbox cannot be read at the moment: {fault}"),
            };
            let is_last = awaited.len() < MOST_POLLED as usize;
            match awaited.last() {
                Some((id, _)) if !is_last => drop(cursors.insert(name.to_owned(), *id)),
                _ => drop(cursors.remove(name)),
            }
            if awaited.is_empty() {
                return;
            }
            let ids = awaited.into_iter().map(|(_, id)| id).collect();
            let answer = provider.call(Call::Poll(ids, TIMEOUT));
            if answer.status != Status::Ok {
                debug!(
                    "provider {name} could not be polled: {:?} {}",
                    answer.status, answer.detail
                );
                return;
            }
            if !self.take(name, answer.receipts) || is_last {
                return;
            }
        }
    }

    fn held(&self) -> MutexGuard<'_, Vec<(Instant, Receipt)>> {
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
