//! The loop that finds what is due, hands it to workers and keeps the outbox tidy.
//!
//! It sleeps until a commit leaves a message, an outcome is written, a provider changes, or the next
//! message is due; it never polls tightly. While no provider takes calls nothing is claimed, so that
//! no attempt is used up.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender as ChannelSender, TryRecvError};
use log::{error, warn};

use super::{claims::Claims, lane::Lane};
use crate::{
    domain::MessageId,
    error::Error,
    ids,
    store::{Outcome, ReadTx, Stamp},
};

/// Messages handed to the workers at one time; more wait in the database.
const MOST_CLAIMED: usize = 256;
/// With so many at the workers, reading more from the database can wait.
const ENOUGH_CLAIMED: usize = 64;
/// Threads at most; a provider takes 64 calls at once at most.
const MOST_WORKERS: usize = 64;
/// The longest sleep.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// How often useless messages, old ones and old wrong codes are looked for.
const SWEEP: Duration = Duration::from_secs(15);
/// How often it is said that messages wait for a provider.
const WARNING: Duration = Duration::from_secs(60);
/// After this long no attempt that began before a message expired is still under way.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(30);
/// Bounded changes that one sweep makes at most, so that requests get their turns between them.
const MOST_ROUNDS: u32 = 50;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The dispatcher's thread owns this.
pub(super) struct Dispatcher {
    pub lane: Arc<dyn Lane>,
    pub claims: Arc<Claims>,
    pub wake: Receiver<()>,
    pub stop: Receiver<()>,
    pub outcomes: ChannelSender<Outcome>,
    /// How long final messages are kept; `None` if another dispatcher tidies.
    pub retention: Option<Duration>,
}

/// The workers: as many threads as the providers take calls at once.
struct Workers {
    queue: ChannelSender<MessageId>,
    source: Receiver<MessageId>,
    threads: Vec<JoinHandle<()>>,
}

impl Dispatcher {
    /// Runs until the stop channel closes, then waits for the attempts that are under way.
    pub(super) fn run(self) {
        let (queue, source) = crossbeam_channel::unbounded();
        let mut workers = Workers {
            queue,
            source,
            threads: Vec::new(),
        };
        self.adjust(&mut workers);
        let mut swept: Option<Instant> = None;
        let mut warned: Option<Instant> = None;
        loop {
            let is_due = |last: Option<Instant>, interval| {
                last.is_none_or(|last: Instant| last.elapsed() >= interval)
            };
            if is_due(swept, SWEEP) {
                swept = Some(Instant::now());
                self.sweep(&workers);
            }
            let is_served = self.lane.is_served();
            let claimed = if is_served {
                self.claim(&mut workers)
            } else {
                Ok(())
            };
            if let Err(fault) = claimed {
                warn!("the outbox cannot be read at the moment: {fault}");
            }
            if !is_served && is_due(warned, WARNING) && self.warn_of_waiting() {
                warned = Some(Instant::now());
            }
            if self.sleep(is_served) {
                break;
            }
        }
        drop(workers.queue);
        for thread in workers.threads {
            let _ = thread.join();
        }
    }

    /// Hands out what is due and not claimed yet.
    fn claim(&self, workers: &mut Workers) -> Result<(), Error> {
        let claimed = self.claims.len();
        if claimed >= ENOUGH_CLAIMED {
            return Ok(());
        }
        self.adjust(workers);
        let (channel, now) = (self.lane.channel(), self.lane.clock().now());
        // What is claimed is due too and comes first, so as many more are asked for.
        let due = self
            .lane
            .store()
            .read_blocking(|tx| tx.due_messages(channel, now, claimed + MOST_CLAIMED))?;
        due.into_iter().for_each(|id| self.hand_out(workers, id));
        Ok(())
    }

    fn hand_out(&self, workers: &Workers, id: MessageId) {
        if self.claims.claim(id) {
            // The receiving end lives in `workers`, so sending cannot fail.
            let _ = workers.queue.send(id);
        }
    }

    /// Starts threads until there are as many as the providers take calls at once.
    fn adjust(&self, workers: &mut Workers) {
        let wanted = self.lane.concurrency();
        while workers.threads.len() < wanted.clamp(1, MOST_WORKERS) {
            let (lane, source) = (self.lane.clone(), workers.source.clone());
            let (outcomes, claims, stop) = (
                self.outcomes.clone(),
                self.claims.clone(),
                self.stop.clone(),
            );
            let work = move || {
                for id in source {
                    // What is handed out but not begun waits for the next start.
                    if stop.try_recv() == Err(TryRecvError::Disconnected) {
                        return;
                    }
                    // A panic costs this attempt, not the thread and every message after it.
                    let attempt = catch_unwind(AssertUnwindSafe(|| lane.attempt(id)));
                    match attempt {
                        Ok(Some(outcome)) => drop(outcomes.send(outcome)),
                        Ok(None) => claims.release(std::iter::once(id)),
                        Err(_) => {
                            error!("an attempt to send message {id} panicked");
                            claims.release(std::iter::once(id));
                        }
                    }
                }
            };
            match std::thread::Builder::new()
                .name("delivery".to_owned())
                .spawn(work)
            {
                Ok(thread) => workers.threads.push(thread),
                Err(fault) => {
                    warn!("no further delivery thread: {fault}");
                    return;
                }
            }
        }
    }

    /// Ends useless messages also when nobody could send them, and forgets what is old.
    fn sweep(&self, workers: &Workers) {
        let (channel, now) = (self.lane.channel(), self.lane.clock().now());
        let read = |tx: &ReadTx<'_>| tx.expired_messages(channel, now, MOST_CLAIMED);
        match self.lane.store().read_blocking(read) {
            Ok(expired) => expired
                .into_iter()
                .for_each(|id| self.hand_out(workers, id)),
            Err(fault) => warn!("the outbox cannot be read at the moment: {fault}"),
        }
        let Some(retention) = self.retention else {
            return;
        };
        let long_useless = now.minus(LONGEST_ATTEMPT);
        let oldest_message = ids::first_id_at(now.minus(retention));
        for _ in 0..MOST_ROUNDS {
            let stamp = Stamp {
                now,
                editor: "SYSTEM".to_owned(),
                actor: None,
            };
            let tidied = self.lane.store().write_blocking(stamp, move |tx| {
                tx.delete_wrong_codes(now.minus(DAY))?;
                Ok(tx.expire_messages(long_useless)? + tx.delete_final_messages(oldest_message)?)
            });
            match tidied {
                Ok(0) => return,
                Ok(_) => {}
                Err(fault) => {
                    return warn!("the outbox cannot be tidied at the moment: {fault}");
                }
            }
        }
    }

    /// Says that messages wait, if any do.
    fn warn_of_waiting(&self) -> bool {
        let channel = self.lane.channel();
        let waiting = self
            .lane
            .store()
            .read_blocking(|tx| tx.queued_messages(channel))
            .unwrap_or(0);
        if waiting == 0 {
            return false;
        }
        warn!(
            "{waiting} messages wait for a provider: {}",
            self.lane.reason()
        );
        true
    }

    /// Sleeps until there may be something to do; true when it is time to stop.
    fn sleep(&self, is_served: bool) -> bool {
        let until = self.longest_sleep(is_served);
        crossbeam_channel::select! {
            recv(self.stop) -> _ => true,
            recv(self.wake) -> _ => false,
            default(until) => false,
        }
    }

    fn longest_sleep(&self, is_served: bool) -> Duration {
        let (channel, now) = (self.lane.channel(), self.lane.clock().now());
        let mut until = LONGEST_SLEEP;
        if self.lane.clock().is_movable() {
            until = Duration::from_millis(50);
        }
        if is_served {
            let next = self
                .lane
                .store()
                .read_blocking(|tx| tx.next_due(channel, now))
                .ok()
                .flatten();
            return next.map_or(until, |due| due.since(now).min(until));
        }
        let wait = self.lane.retry_at().map_or(until, |at| {
            at.saturating_duration_since(Instant::now()).min(until)
        });
        wait.max(Duration::from_millis(20))
    }
}
