//! Keeps a session: connects when one is wanted for the first time, and again whenever it ended,
//! after a delay that grows. Receipts come over the session, so it is kept although nobody sends.

use std::{sync::Arc, time::Duration};

use belfry_plugin::{Failure, Host};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout_at},
};

use crate::{
    Shelf,
    config::Config,
    connect::{Connection, Connector},
    session::{self, Link},
    status,
};

/// Between the first two attempts.
const FIRST_DELAY: Duration = Duration::from_millis(250);
/// The server looks after a closed provider every 15 seconds and should meet a new attempt.
const LONGEST_DELAY: Duration = Duration::from_secs(14);
/// A session that lasted so long was a good one.
const GOOD: Duration = Duration::from_secs(5);
/// While the plugin is replaced, its predecessor may still hold the only session that the SMSC allows.
const PREDECESSOR: u32 = 4;

/// How it stands with the session.
#[derive(Clone)]
enum Condition {
    /// Nobody has wanted one.
    Idle,
    Connecting,
    Bound(Link),
    /// The last attempt failed, the next one comes.
    Down(Failure),
}

/// Sees the session from outside.
pub struct Watch {
    condition: watch::Receiver<Condition>,
    wanted: Arc<Notify>,
}

/// The supervisor itself, for the thread that runs it.
pub struct Supervisor {
    host: Host,
    config: Arc<Config>,
    connector: Connector,
    shelf: Arc<Shelf>,
    condition: watch::Sender<Condition>,
    wanted: Arc<Notify>,
    stop: watch::Receiver<bool>,
    /// The failure that the log knows of.
    noted: Option<Failure>,
}

impl Supervisor {
    /// A supervisor, what sees it, and what stops it.
    ///
    /// # Errors
    /// As [`Connector::new`].
    pub fn new(
        host: Host,
        config: Arc<Config>,
        shelf: Arc<Shelf>,
    ) -> Result<(Self, Watch, watch::Sender<bool>), Failure> {
        let connector = Connector::new(&config)?;
        let (condition, seen) = watch::channel(Condition::Idle);
        let (stopping, stop) = watch::channel(false);
        let wanted = Arc::new(Notify::new());
        let watch = Watch {
            condition: seen,
            wanted: wanted.clone(),
        };
        let supervisor = Self {
            host,
            config,
            connector,
            shelf,
            condition,
            wanted,
            stop,
            noted: None,
        };
        Ok((supervisor, watch, stopping))
    }

    /// Works until it is stopped.
    pub async fn run(mut self) {
        let mut stop = self.stop.clone();
        tokio::select! {
            () = self.wanted.notified() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let mut delay = FIRST_DELAY;
        loop {
            self.condition.send_replace(Condition::Connecting);
            let attempt = tokio::select! {
                attempt = self.connect() => attempt,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match attempt {
                Ok(connection) => {
                    let since = Instant::now();
                    self.serve(connection).await;
                    if since.elapsed() >= GOOD {
                        delay = FIRST_DELAY;
                    }
                }
                Err(failure) => {
                    self.note(&failure);
                    self.condition.send_replace(Condition::Down(failure));
                }
            }
            tokio::select! {
                () = sleep(delay) => {}
                () = self.wanted.notified(), if self.is_down() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            delay = (delay * 2).min(LONGEST_DELAY);
        }
    }

    fn is_down(&self) -> bool {
        matches!(*self.condition.borrow(), Condition::Down(_))
    }

    async fn connect(&self) -> Result<Connection, Failure> {
        let mut delay = FIRST_DELAY;
        for _ in 1..PREDECESSOR {
            match self.connector.connect(&self.config).await {
                Err(failure) if status::is_already_bound(&failure) => sleep(delay).await,
                outcome => return outcome,
            }
            delay *= 2;
        }
        self.connector.connect(&self.config).await
    }

    async fn serve(&mut self, connection: Connection) {
        let (link, queue) = Link::new();
        let interval = Duration::from_secs(self.config.enquire_link_seconds.into());
        self.noted = None;
        self.host.info("bound");
        self.condition.send_replace(Condition::Bound(link));
        let ending = session::run(
            connection,
            queue,
            &self.host,
            &self.shelf,
            interval,
            &mut self.stop,
        )
        .await;
        self.condition.send_replace(Condition::Connecting);
        if *self.stop.borrow() {
            self.host.info("unbound");
        } else {
            self.host.warn(format!("session lost: {ending}"));
        }
    }

    /// Logs a failure unless the attempt before failed in the same way.
    fn note(&mut self, failure: &Failure) {
        if self.noted.as_ref() == Some(failure) {
            return;
        }
        self.noted = Some(failure.clone());
        let (Failure::Unavailable(reason)
        | Failure::Unauthorized(reason)
        | Failure::Misconfigured(reason)
        | Failure::Throttled(reason, _)
        | Failure::Internal(reason)
        | Failure::InvalidRecipient(reason)
        | Failure::Rejected(reason)
        | Failure::Unsupported(reason)
        | Failure::OutcomeUnknown(reason)) = failure;
        self.host
            .warn(format!("no session: {} {}", reason.text, reason.code));
    }
}

impl Watch {
    /// Says that a session is wanted, and waits for none.
    pub fn want(&self) {
        if matches!(*self.condition.borrow(), Condition::Idle) {
            self.wanted.notify_one();
        }
    }

    /// The session, once there is one.
    ///
    /// # Errors
    /// Why the last attempt failed, or that the time is over.
    pub async fn link(&self, deadline: Instant) -> Result<Link, Failure> {
        self.want();
        let mut condition = self.condition.clone();
        loop {
            match &*condition.borrow_and_update() {
                Condition::Bound(link) if !link.is_closed() => return Ok(link.clone()),
                Condition::Down(failure) => return Err(failure.clone()),
                _ => {}
            }
            match timeout_at(deadline, condition.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(Failure::Internal("the session's thread is gone".into())),
                Err(_) => return Err(Failure::Unavailable("no session in time".into())),
            }
        }
    }

    /// As [`Watch::link`], but does not wait for the delay after a failure.
    ///
    /// # Errors
    /// As [`Watch::link`].
    pub async fn link_now(&self, deadline: Instant) -> Result<Link, Failure> {
        let mut condition = self.condition.clone();
        if matches!(*condition.borrow_and_update(), Condition::Down(_)) {
            self.wanted.notify_one();
            // Nothing but the end of the thread or of the time can go wrong, and `link` sees both.
            let _ = timeout_at(deadline, condition.changed()).await;
        }
        self.link(deadline).await
    }
}
