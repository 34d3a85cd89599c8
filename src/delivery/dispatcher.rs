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

use super::{
    claims::Claims,
    conversion::ConversionWatch,
    lane::{Attempted, Lane},
    parking::Parking,
};
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
/// Threads at most, for all providers; one takes 64 calls at once at most.
const MOST_WORKERS: usize = 256;
/// The longest sleep.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// How often useless messages, and counts and codes of which the time is over, are looked for.
const SWEEP: Duration = Duration::from_secs(15);
/// How often it is said that messages wait for a provider.
const WARNING: Duration = Duration::from_secs(60);
/// After this long no attempt that began before a message expired is still under way.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(30);
/// Gateways report within this time, or nobody knows what became of a message: the longest validity
/// that networks give an SMS.
const LONGEST_SILENCE: Duration = Duration::from_secs(72 * 3600);
/// Bounded changes that one sweep makes at most, so that requests get their turns between them.
const MOST_ROUNDS: u32 = 50;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// A day and the slot that is running: what limits over a day look at.
const LONGEST_COUNTED: Duration = Duration::from_secs(26 * 3600);

/// The dispatcher's thread owns this.
pub(super) struct Dispatcher {
    pub lane: Arc<dyn Lane>,
    pub claims: Arc<Claims>,
    pub parking: Arc<Parking>,
    pub wake: Receiver<()>,
    /// Wakes this one.
    pub waker: ChannelSender<()>,
    pub stop: Receiver<()>,
    pub outcomes: ChannelSender<Outcome>,
    /// What it looks after besides messages; `None` if another dispatcher does.
    pub chores: Option<Chores>,
}

/// What is done now and then for the whole server.
pub(super) struct Chores {
    /// How long final messages are kept.
    pub retention: Duration,
    pub conversion: ConversionWatch,
}

/// The workers: as many threads as the providers take calls at once.
struct Workers {
    queue: ChannelSender<MessageId>,
    source: Receiver<MessageId>,
    threads: Vec<JoinHandle<()>>,
}

/// A thread that makes attempts.
struct Worker {
    lane: Arc<dyn Lane>,
    source: Receiver<MessageId>,
    outcomes: ChannelSender<Outcome>,
    claims: Arc<Claims>,
    parking: Arc<Parking>,
    waker: ChannelSender<()>,
    stop: Receiver<()>,
}

impl Worker {
    fn run(self) {
        for id in &self.source {
            // What is handed out but not begun waits for the next start.
            if self.stop.try_recv() == Err(TryRecvError::Disconnected) {
                return;
            }
            // A panic costs this attempt, not the thread and every message after it.
            match catch_unwind(AssertUnwindSafe(|| self.lane.attempt(id))) {
                Ok(Attempted::Ended(outcome)) => drop(self.outcomes.send(outcome)),
                Ok(Attempted::Busy(provider, later)) => {
                    if self.parking.park(provider, id) {
                        // There may be room again since it was looked for.
                        let _ = self.waker.try_send(());
                    } else {
                        drop(self.outcomes.send(later));
                    }
                }
                Ok(Attempted::Gone) => self.claims.release(std::iter::once(id)),
                Err(_) => {
                    error!("an attempt to send message {id} panicked");
                    self.lane.give_up(id);
                    self.claims.release(std::iter::once(id));
                }
            }
        }
    }
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
                self.rescue();
                self.sweep(&workers);
            }
            let room_in = self.unpark(&workers);
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
            if self.sleep(is_served, room_in) {
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
        let enough = ENOUGH_CLAIMED.max(self.lane.concurrency());
        if claimed.saturating_sub(self.parking.len()) >= enough {
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
            let worker = Worker {
                lane: self.lane.clone(),
                source: workers.source.clone(),
                outcomes: self.outcomes.clone(),
                claims: self.claims.clone(),
                parking: self.parking.clone(),
                waker: self.waker.clone(),
                stop: self.stop.clone(),
            };
            match std::thread::Builder::new()
                .name("delivery".to_owned())
                .spawn(move || worker.run())
            {
                Ok(thread) => workers.threads.push(thread),
                Err(fault) => {
                    warn!("no further delivery thread: {fault}");
                    return;
                }
            }
        }
    }

    /// Ends attempts that nobody makes: their outcome, or what a crash left, could not be written.
    fn rescue(&self) {
        let channel = self.lane.channel();
        let read = |tx: &ReadTx<'_>| tx.sending_messages(channel);
        match self.lane.store().read_blocking(read) {
            Ok(sending) => {
                // What is being sent is claimed from before its attempt until its outcome is written.
                for id in sending.into_iter().filter(|id| self.claims.claim(*id)) {
                    warn!("nobody knows whether message {id} was sent");
                    self.lane.give_up(id);
                    self.claims.release(std::iter::once(id));
                }
            }
            Err(fault) => warn!("the outbox cannot be read at the moment: {fault}"),
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
        let Some(chores) = &self.chores else {
            return;
        };
        if let Err(fault) = chores.conversion.look(self.lane.store(), now) {
            warn!("the shares of verified codes cannot be read at the moment: {fault}");
        }
        let long_useless = now.minus(LONGEST_ATTEMPT);
        let long_unreported = ids::first_id_at(now.minus(LONGEST_SILENCE));
        let oldest_message = ids::first_id_at(now.minus(chores.retention));
        for _ in 0..MOST_ROUNDS {
            let stamp = Stamp {
                now,
                editor: "SYSTEM".to_owned(),
                actor: None,
            };
            let tidied = self.lane.store().write_blocking(stamp, move |tx| {
                tx.delete_wrong_codes(now.minus(DAY))?;
                tx.delete_sends(now.minus(DAY))?;
                tx.delete_send_counts(now.minus(LONGEST_COUNTED))?;
                tx.forget_sealed_codes(now)?;
                Ok(tx.expire_messages(long_useless)?
                    + tx.give_up_receipts(long_unreported)?
                    + tx.delete_final_messages(oldest_message)?)
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

    /// Hands out what was parked and has room now; after what time there may be room for more.
    fn unpark(&self, workers: &Workers) -> Option<Duration> {
        let (leaving, room_in) = self.parking.leave(|provider| self.lane.room(provider));
        for id in leaving {
            // The receiving end lives in `workers`, so sending cannot fail.
            let _ = workers.queue.send(id);
        }
        room_in
    }

    /// Sleeps until there may be something to do; true when it is time to stop.
    fn sleep(&self, is_served: bool, room_in: Option<Duration>) -> bool {
        let until = self.longest_sleep(is_served);
        let until = room_in.map_or(until, |room_in| until.min(room_in));
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
