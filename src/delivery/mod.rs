//! Afterwards: takes messages from the outbox to a provider and records what became of them.
//!
//! `dispatcher` finds what is due and hands it to worker threads; on each, `sender` checks that the
//! message is still wanted, renders it and asks the providers in order; `policy` says what their
//! answers mean; `recorder` writes outcomes in batches. A message is sent at least once and keeps one
//! id over all attempts. Nothing here is reached by a request: the API answers before.

mod claims;
mod dispatcher;
mod policy;
mod recorder;
mod sender;
mod text;

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use crossbeam_channel::{Receiver, Sender as ChannelSender, bounded, unbounded};

pub use text::has_language;

use crate::{clock::Clock, plugin::Registry, secrets::Keys, store::Store};
use claims::Claims;
use dispatcher::Dispatcher;
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
    /// The language of texts for users whose own has none.
    pub default_language: String,
    /// How long final messages are kept.
    pub retention: Duration,
}

/// The running delivery.
pub struct Delivery {
    stop: ChannelSender<()>,
    threads: Vec<JoinHandle<()>>,
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
            default_language,
            retention,
        } = settings;
        let (stop, stopped): (_, Receiver<()>) = bounded(0);
        let (wake, woken) = bounded(1);
        let (outcomes, to_record) = unbounded();
        let claims = Arc::new(Claims::default());

        let waker = wake.clone();
        store.on_message(move || {
            let _ = waker.try_send(());
        });
        let waker = wake.clone();
        providers.on_change(move || {
            let _ = waker.try_send(());
        });

        let recorder = {
            let (store, clock, claims, stopped) = (
                store.clone(),
                clock.clone(),
                claims.clone(),
                stopped.clone(),
            );
            move || recorder::run(&store, &clock, &to_record, &claims, &wake, &stopped)
        };
        let sender = Arc::new(Sender {
            store,
            clock,
            keys,
            providers,
            default_language,
        });
        let dispatcher = Dispatcher {
            sender,
            claims,
            wake: woken,
            stop: stopped,
            outcomes,
            retention,
        };
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            std::thread::Builder::new().name(name.to_owned()).spawn(run)
        };
        let threads = vec![
            spawn("delivery-dispatcher", Box::new(move || dispatcher.run()))?,
            spawn("delivery-recorder", Box::new(recorder))?,
        ];
        Ok(Self { stop, threads })
    }

    /// Stops: no further attempt begins, the providers end the ones under way within two seconds, and
    /// what became of those is recorded. What is not sent by then is sent after the next start.
    pub fn stop(self, providers: &Registry) {
        drop(self.stop);
        providers.stop();
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}
