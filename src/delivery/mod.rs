//! Afterwards: takes messages from the outbox to a provider and records what became of them.
//!
//! SMS and e-mail are two lanes with their own threads. `dispatcher` finds what is due in its lane and
//! hands it to worker threads; on each, `wanted` checks that the message is still wanted and renders
//! it; `sender` asks the SMS providers in order, `mailer` the mail server; `policy` says what answers
//! mean; `recorder` writes outcomes in batches; `receipts` takes what gateways report later; `checker`
//! asks who made a code. A message is sent at least once and keeps one id over all attempts. No request
//! waits for any of this but one that brings a provider's own code, or a gateway's report.

mod checker;
mod claims;
mod conversion;
mod dispatcher;
mod feed;
mod lane;
mod mailer;
mod parking;
mod policy;
mod receipts;
mod recorder;
mod routes;
mod sender;
mod text;
mod wanted;

use std::{
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender as ChannelSender, bounded, unbounded};

pub use checker::Checker;
pub use feed::{Feed, Seen};
pub use policy::{OnUnknownOutcome, Persistence};
pub use receipts::{HookAnswer, Receipts};
pub use routes::Routes;

use crate::{
    clock::Clock,
    domain::{ConversionRule, MessageState},
    mail::MailServer,
    plugin::Registry,
    secrets::Keys,
    store::{MessageMove, Stamp, Store},
    wording::Texts,
};
use claims::Claims;
use conversion::ConversionWatch;
use dispatcher::{Chores, Dispatcher};
use lane::{EDITOR, Lane};
use log::warn;
use mailer::Mailer;
use parking::Parking;
use sender::Sender;

/// What the delivery needs.
pub struct Settings {
    /// The outbox.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Opens sealed codes.
    pub keys: Arc<Keys>,
    /// The providers, in the order they are tried.
    pub providers: Arc<Registry>,
    /// The rules that choose among them.
    pub routes: Arc<Routes>,
    /// What is done with messages that do not go out at once.
    pub persistence: Persistence,
    /// The mail server for an instance without an active e-mail provider.
    pub mail_server: Option<MailServer>,
    /// What messages say.
    pub texts: Arc<Texts>,
    /// How long final messages are kept.
    pub retention: Duration,
    /// How the share of verified codes is watched.
    pub conversion: ConversionRule,
    /// Scheme, host and port under which gateways reach the server.
    pub external_url: Option<String>,
}

/// The running delivery.
pub struct Delivery {
    receipts: Arc<Receipts>,
    feed: Arc<Feed>,
    stop: ChannelSender<()>,
    lanes: [Arc<dyn Lane>; 2],
    threads: Vec<JoinHandle<()>>,
}

/// Ends what a crash has cut off, and says so: it may have been sent, and is sent again.
fn interrupted(store: &Store, clock: &Clock, on_unknown: OnUnknownOutcome) {
    let stamp = Stamp {
        now: clock.now(),
        editor: EDITOR.to_owned(),
        actor: None,
    };
    let due = match on_unknown {
        OnUnknownOutcome::RetryOnce => Some(stamp.now),
        OnUnknownOutcome::Stop => None,
    };
    let ended = store.write_blocking(stamp, move |tx| Ok(tx.end_interrupted(due, None)?));
    match ended {
        Ok(0) => {}
        Ok(count) => warn!(
            "the server ended while {count} messages were being sent; nobody knows whether they were: {}",
            match on_unknown {
                OnUnknownOutcome::RetryOnce => "they are sent again",
                OnUnknownOutcome::Stop => "they end as unknown",
            }
        ),
        Err(fault) => warn!("what the last run left cannot be looked at: {fault}"),
    }
}

impl Delivery {
    /// Starts the threads.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(settings: Settings) -> std::io::Result<Self> {
        let Settings {
            store,
            clock,
            keys,
            providers,
            routes,
            persistence,
            mail_server,
            texts,
            retention,
            conversion,
            external_url,
        } = settings;
        let (stop, stopped): (_, Receiver<()>) = bounded(0);
        let (outcomes, to_record) = unbounded();
        let lanes: [Arc<dyn Lane>; 2] = [
            Arc::new(Sender {
                store: store.clone(),
                clock: clock.clone(),
                keys: keys.clone(),
                providers: providers.clone(),
                routes: routes.clone(),
                persistence,
                texts: texts.clone(),
                external_url,
            }),
            Arc::new(Mailer {
                persistence,
                store: store.clone(),
                clock: clock.clone(),
                keys,
                texts,
                fallback: mail_server,
                connections: Mutex::default(),
            }),
        ];
        interrupted(&store, &clock, persistence.on_unknown_outcome);
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            std::thread::Builder::new().name(name.to_owned()).spawn(run)
        };
        let mut threads = Vec::new();
        let mut recorded = Vec::new();
        let mut parkings = Vec::new();
        let chores = Chores {
            retention,
            conversion: ConversionWatch::new(conversion),
        };
        for (lane, chores) in lanes.clone().into_iter().zip([Some(chores), None]) {
            let (wake, woken) = bounded(1);
            let claims = Arc::new(Claims::default());
            recorded.push((claims.clone(), wake.clone()));
            let parking = Arc::new(Parking::default());
            parkings.push(parking.clone());
            let dispatcher = Dispatcher {
                lane,
                claims,
                parking: parking.clone(),
                wake: woken,
                waker: wake,
                stop: stopped.clone(),
                outcomes: outcomes.clone(),
                chores,
            };
            threads.push(spawn(
                "delivery-dispatcher",
                Box::new(move || dispatcher.run()),
            )?);
        }
        let wakers: Vec<_> = recorded.iter().map(|(_, wake)| wake.clone()).collect();
        let wake_all = move || {
            for wake in &wakers {
                let _ = wake.try_send(());
            }
        };
        let wake_for_ways = wake_all.clone();
        let look_again = move || {
            parkings.iter().for_each(|parking| parking.look_again());
            wake_for_ways();
        };
        routes.on_change(look_again.clone());
        let feed = Arc::new(Feed::new(clock.now()));
        let (told, wake_for_new) = (feed.clone(), wake_all.clone());
        store.on_messages(move |moves| {
            told.add(moves);
            let is_due = |moved: &MessageMove| moved.state == MessageState::Queued;
            if moves.is_empty() {
                look_again();
            } else if moves.iter().any(is_due) {
                wake_for_new();
            }
        });
        providers.on_change(wake_all);
        let receipts = Arc::new(Receipts::new(
            store.clone(),
            clock.clone(),
            providers.clone(),
        ));
        // The providers are among what it holds, and must not hold it.
        let last = Arc::downgrade(&receipts);
        providers.on_end(move |ending| {
            if let Some(receipts) = last.upgrade() {
                receipts.ask_last(ending);
            }
        });
        let (polling, no_more) = (receipts.clone(), stopped.clone());
        threads.push(spawn(
            "delivery-receipts",
            Box::new(move || polling.run(&no_more)),
        )?);
        threads.push(spawn(
            "delivery-recorder",
            Box::new(move || recorder::run(&store, &clock, &to_record, &recorded, &stopped)),
        )?);
        Ok(Self {
            receipts,
            feed,
            stop,
            lanes,
            threads,
        })
    }

    /// Where reports of gateways go.
    pub fn receipts(&self) -> Arc<Receipts> {
        self.receipts.clone()
    }

    /// What messages do.
    pub fn feed(&self) -> Arc<Feed> {
        self.feed.clone()
    }

    /// Stops: no further attempt begins, the providers and the mail server end the ones under way within
    /// three seconds, providers are asked a last time for receipts, and what became of all is recorded.
    /// What is not sent by then is sent after the next start.
    pub fn stop(self, providers: &Registry) {
        self.feed.close();
        drop(self.stop);
        self.lanes.iter().for_each(|lane| lane.stop());
        providers.stop();
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}
