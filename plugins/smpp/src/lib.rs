//! Belfry SMS provider `smpp`: sends over SMPP 3.4 as a transceiver and takes receipts.
//!
//! Calls come in on the server's threads and wait there; one thread of our own drives the session
//! ([`supervisor`], [`session`]) and ends with the provider. [`text`] and [`submit`] make the requests,
//! [`status`] says what the answers mean, [`receipt`] and [`ledger`] keep what became of a message.
//! The PDUs are those of the crate `rusmpp`. Nothing is written to disk.

mod address;
mod config;
mod connect;
mod ids;
mod ledger;
mod pace;
mod receipt;
mod session;
mod status;
mod submit;
mod supervisor;
mod text;
mod wire;

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use belfry_plugin::{
    Description, Failure, Health, Host, Message, Poll, Provider, Receipt, ReceiptState, Sent,
};
use rusmpp::Pdu;
use tokio::{
    runtime::{Builder, Handle},
    sync::watch,
    time::{Instant, sleep},
};

pub use config::Config;
use ledger::{Ledger, PartKey};
use pace::Pace;
use receipt::State;
use session::Lost;
use status::Meaning;
use submit::Envelope;
use supervisor::{Supervisor, Watch};

/// The provider.
pub struct Smpp {
    host: Host,
    config: Arc<Config>,
    overrides: BTreeMap<u32, Meaning>,
    pace: Pace,
    shelf: Arc<Shelf>,
    watch: Watch,
    /// For the fingerprints of texts.
    hasher: RandomState,
    runtime: Handle,
    stopping: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// The ledger, where the session and the calls reach it.
struct Shelf(Mutex<Ledger>);

impl Shelf {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Provider for Smpp {
    type Config = Config;

    fn description() -> Description {
        config::description()
    }

    fn create(host: Host, config: Config) -> Result<Self, Failure> {
        config.check()?;
        let config = Arc::new(config);
        let hasher = RandomState::new();
        // Random, so that a new process does not go on with numbers that handsets still remember.
        let seed = hasher.hash_one(0) as u16;
        let shelf = Arc::new(Shelf(Mutex::new(Ledger::new(config.receipt_ids, seed))));
        let (supervisor, watch, stopping) =
            Supervisor::new(host.clone(), config.clone(), shelf.clone())?;
        let no_thread =
            |error| Failure::Internal(format!("no thread for the session: {error}").into());
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(no_thread)?;
        let handle = runtime.handle().clone();
        let thread = std::thread::Builder::new()
            .name("smpp".to_owned())
            .spawn(move || {
                runtime.block_on(supervisor.run());
                // A name that is being looked up cannot be called back.
                runtime.shutdown_timeout(Duration::from_secs(1));
            })
            .map_err(no_thread)?;
        Ok(Self {
            overrides: status::overrides(&config),
            pace: Pace::new(config.window, config.messages_per_second),
            host,
            config,
            shelf,
            watch,
            hasher,
            runtime: handle,
            stopping,
            thread: Some(thread),
        })
    }

    fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        self.runtime.block_on(self.submit(message))
    }
}

impl Smpp {
    async fn submit(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        let deadline = Instant::now() + message.timeout;
        let source = address::source(&self.config, message.sender)?;
        let destination = address::destination(&self.config, message.to)?;
        let cut = text::cut(&self.config, message.text)?;
        let fingerprint = self
            .hasher
            .hash_one((message.text, &destination.text, &source.text));
        let plan =
            self.shelf
                .ledger()
                .begin(message.id, fingerprint, cut.bodies.len(), &destination.text);
        let envelope = Envelope {
            config: &self.config,
            source: &source,
            destination: &destination,
            cut: &cut,
            reference: plan.reference,
            seconds_left: self.seconds_left(message.expires_at_unix_ms),
        };
        for index in plan.missing {
            while let Err(failure) = self
                .submit_part(&envelope, message.id, index, deadline)
                .await
            {
                // A text that has begun is worth a second try here: half of it is of no use.
                let Failure::Throttled(_, Some(pause)) = failure else {
                    return Err(failure);
                };
                if index == 0 || Instant::now() + pause >= deadline {
                    return Err(failure);
                }
                sleep(pause).await;
            }
        }
        Ok(Sent {
            provider_id: self.shelf.ledger().given_id(message.id).unwrap_or_default(),
            segments: cut.segments,
            ..Sent::default()
        })
    }

    async fn submit_part(
        &self,
        envelope: &Envelope<'_>,
        message: &str,
        index: usize,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let _place = self.pace.turn(deadline).await?;
        let request = envelope.part(index)?;
        let part = PartKey {
            message: message.to_owned(),
            index,
        };
        let answer = loop {
            let link = self.watch.link(deadline).await?;
            match link
                .ask(request.clone(), Some(part.clone()), deadline)
                .await
            {
                // The session ended meanwhile, and nothing has left: the next one will do.
                Err(Lost::NotWritten) if Instant::now() < deadline => {}
                answer => break answer,
            }
        };
        match answer {
            Ok(0) => Ok(()),
            Ok(status) => {
                let failure = status::of_message(status, &self.overrides);
                if let Failure::Throttled(_, Some(pause)) = &failure {
                    self.pace.pause(*pause);
                }
                Err(failure)
            }
            Err(Lost::NotWritten) => Err(Failure::Unavailable("no time to send it".into())),
            Err(Lost::Written) => Err(Failure::OutcomeUnknown("no answer to submit_sm".into())),
        }
    }

    fn seconds_left(&self, expires_at_unix_ms: i64) -> Option<u64> {
        if !self.config.validity || expires_at_unix_ms <= 0 {
            return None;
        }
        let left = expires_at_unix_ms.saturating_sub(self.host.now_unix_ms());
        Some(u64::try_from(left / 1000).unwrap_or(0).max(1))
    }
}

impl Health for Smpp {
    fn health(&self, timeout: Duration) -> Result<(), Failure> {
        let deadline = Instant::now() + timeout;
        self.runtime.block_on(async {
            let link = match self.watch.link_now(deadline).await {
                // The credentials are fine. Before a reload the other session is our own.
                Err(failure) if status::is_already_bound(&failure) => return Ok(()),
                outcome => outcome?,
            };
            match link.ask(Pdu::EnquireLink, None, deadline).await {
                Ok(0) => Ok(()),
                Ok(_) => Err(Failure::Unavailable("the SMSC refused enquire_link".into())),
                Err(_) => Err(Failure::Unavailable("no answer to enquire_link".into())),
            }
        })
    }
}

impl Poll for Smpp {
    fn poll(&self, ids: &[&str], _timeout: Duration) -> Result<Vec<Receipt>, Failure> {
        // Receipts of an earlier process wait at the SMSC until we bind.
        self.watch.want();
        let now = self.host.now_unix_ms();
        let ledger = self.shelf.ledger();
        let news = ids.iter().filter_map(|id| ledger.news(id, now));
        Ok(news
            .map(|news| Receipt {
                provider_id: news.id,
                state: match news.state {
                    State::Accepted => ReceiptState::Accepted,
                    State::Sent => ReceiptState::Sent,
                    State::Delivered => ReceiptState::Delivered,
                    State::Undelivered => ReceiptState::Undelivered,
                    State::Expired => ReceiptState::Expired,
                },
                provider_code: news.code,
                at_unix_ms: news.at_unix_ms,
            })
            .collect())
    }
}

impl Drop for Smpp {
    fn drop(&mut self) {
        self.stopping.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // It has no panic to tell of that the calls have not met.
            let _ = thread.join();
        }
    }
}

belfry_plugin::export!(Smpp: Send + Health + Poll);

#[cfg(test)]
#[path = "../tests/support/complete.rs"]
mod complete;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod testing {
    use super::*;

    /// The defaults with those settings.
    pub fn config(settings: serde_json::Value) -> Config {
        let complete = complete::complete(&config::description(), settings);
        serde_json::from_value(complete).unwrap()
    }
}
