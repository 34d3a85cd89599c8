//! What becomes of messages after a gateway took them: it calls us (webhooks), or we ask it (polls).
//!
//! A receipt may come before its message is written down as sent; one that fits no message is kept for
//! some minutes, on disk. What fits nothing then was not ours, and is counted.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
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

/// How often gateways are asked, and receipts without a message looked at.
const ROUND: Duration = Duration::from_secs(5);
/// How long a receipt without a message is kept: its message may be sent again under the same id after
/// the server was killed.
const HELD: Duration = Duration::from_secs(600);
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
        if receipts.is_empty() {
            return true;
        }
        let stamp = self.stamp();
        let receipts: Vec<_> = receipts
            .into_iter()
            .map(|receipt| of_plugin(provider, receipt, stamp.now))
            .collect();
        let noted = self.store.write_blocking(stamp, move |tx| {
            for receipt in &receipts {
                if let Noted::WasSent(user, purpose) = tx.note_receipt(receipt)? {
                    tell_of_sent(tx, user, purpose)?;
                }
            }
            Ok(())
        });
        noted
            .inspect_err(|fault| {
                warn!("receipts of provider {provider} cannot be written now: {fault}");
            })
            .is_ok()
    }

    fn stamp(&self) -> Stamp {
        Stamp {
            now: self.clock.now(),
            editor: EDITOR.to_owned(),
            actor: None,
        }
    }

    /// Asks gateways and forgets receipts that were for no message, until the channel closes.
    pub(super) fn run(&self, stop: &Receiver<()>) {
        let mut cursors = HashMap::new();
        while stop.recv_timeout(ROUND) == Err(RecvTimeoutError::Timeout) {
            self.forget_stale();
            for provider in self.providers.providers().iter() {
                if provider.abilities().poll && provider.is_available() {
                    self.poll(provider, &mut cursors);
                }
            }
        }
    }

    /// Forgets and counts what was for no message.
    fn forget_stale(&self) {
        let stamp = self.stamp();
        let before = stamp.now.minus(HELD);
        let forgotten = match self.store.point(|tx| tx.has_stale_receipts(before)) {
            Ok(false) => return,
            Ok(true) => self
                .store
                .write_blocking(stamp, move |tx| Ok(tx.forget_stale_receipts(before)?)),
            Err(fault) => Err(fault),
        };
        match forgotten {
            Ok(providers) => {
                let count = providers.len();
                warn!("{count} receipts were for no message that is known here, and are ignored");
                for provider in providers {
                    if let Some(provider) = self.providers.provider(&provider) {
                        provider.note_unknown_receipts(1);
                    }
                }
            }
            Err(fault) => warn!("receipts for no message stay for now: {fault}"),
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
