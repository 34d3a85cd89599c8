//! The one writer: group commit.
//!
//! Changes that wait together are committed together: one IMMEDIATE transaction, each change in a
//! savepoint of its own so that one that fails never takes its neighbours along, one fsync for all,
//! and only then the answers. A COMMIT that fails fails every change of its batch. The queue is
//! bounded: when it is full, callers are told so at once.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};

use log::{debug, warn};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    checkpoint,
    messages::MessageMove,
    transaction::{Refusal, Stamp, WriteTx, storage, unavailable},
    trouble::Trouble,
};
use crate::error::Error;

type Wake = Box<dyn Fn() + Send + Sync>;
type Tell = Box<dyn Fn(&[MessageMove]) + Send + Sync>;

/// The way to the writer thread. Dropping it lets the thread finish what waits and ends it.
pub(super) struct Writer {
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    wake: Arc<Wakes>,
}

/// Who is told of what was committed.
#[derive(Default)]
struct Wakes {
    /// After the answers, if messages moved.
    messages: OnceLock<Tell>,
    /// Before the answers, if the providers of SMS changed: who gets an answer may count on it.
    sms_provider: OnceLock<Wake>,
}

impl Writer {
    pub(super) fn start(
        connection: Connection,
        queue: usize,
        batch: usize,
        log_is_long: Arc<AtomicBool>,
    ) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(queue);
        let wake = Arc::new(Wakes::default());
        let batches = Batches {
            connection,
            receiver,
            limit: batch,
            log_is_long,
            wake: wake.clone(),
            trouble: Trouble::new("the writing of a batch"),
            checkpoints: Trouble::new("a checkpoint of the writer"),
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || batches.run())?;
        Ok(Self {
            queue: Some(sender),
            thread: Some(thread),
            wake,
        })
    }

    pub(super) fn on_messages(&self, tell: Tell) {
        let _ = self.wake.messages.set(tell);
    }

    pub(super) fn on_sms_provider(&self, wake: Wake) {
        let _ = self.wake.sms_provider.set(wake);
    }

    pub(super) fn submit<T, F>(
        &self,
        stamp: Stamp,
        change: F,
    ) -> Result<oneshot::Receiver<Result<T, Error>>, Error>
    where
        T: Send + 'static,
        F: FnOnce(&WriteTx<'_>) -> Result<T, Refusal> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        let job = Box::new(Change {
            work: Some((stamp, change)),
            result: None,
            answer,
        });
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        match queue.try_send(job) {
            Ok(()) => Ok(receiver),
            Err(TrySendError::Full(_)) => Err(Error::unavailable(
                "too many changes are waiting to be written; try again",
            )),
            Err(TrySendError::Disconnected(_)) => Err(stopped()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The answer when the writer is gone: the server is stopping.
pub(super) fn stopped() -> Error {
    Error::unavailable("the server is stopping")
}

/// A change that waits, without its types.
trait Job: Send {
    /// Runs inside a savepoint and tells whether the savepoint is kept, and what it left.
    fn run(&mut self, connection: &Connection) -> Kept;
    /// Answers the caller once the batch has ended.
    fn answer(self: Box<Self>, batch: Result<(), &Error>);
}

#[derive(Default)]
struct Kept {
    is_kept: bool,
    left: Left,
}

/// What changes left for others to go on with.
#[derive(Default)]
struct Left {
    moves: Vec<MessageMove>,
    wakes_delivery: bool,
    sms_provider: bool,
}

struct Change<T, F> {
    work: Option<(Stamp, F)>,
    result: Option<Result<T, Error>>,
    answer: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Job for Change<T, F>
where
    T: Send,
    F: FnOnce(&WriteTx<'_>) -> Result<T, Refusal> + Send,
{
    fn run(&mut self, connection: &Connection) -> Kept {
        let Some((stamp, change)) = self.work.take() else {
            return Kept::default();
        };
        let tx = WriteTx::new(connection, stamp);
        let ended = catch_unwind(AssertUnwindSafe(|| change(&tx)));
        let (result, is_kept) = match ended {
            Ok(Ok(value)) => (Ok(value), true),
            Ok(Err(Refusal::Keep(error))) => (Err(error), true),
            Ok(Err(Refusal::Rollback(error))) => (Err(error), false),
            Err(_) => (Err(Error::internal("a change panicked")), false),
        };
        self.result = Some(result);
        Kept {
            is_kept,
            left: match is_kept {
                true => Left {
                    sms_provider: tx.has_sms_provider.get(),
                    moves: tx.moves.take(),
                    wakes_delivery: tx.wakes_delivery.get(),
                },
                false => Left::default(),
            },
        }
    }

    fn answer(self: Box<Self>, batch: Result<(), &Error>) {
        let result = match (batch, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(Error::internal("a change did not run")),
            (Err(fault), _) => Err(Error::unavailable(fault.message.clone())),
        };
        // The caller may have gone away; what it asked for stays done.
        let _ = self.answer.send(result);
    }
}

/// The writer thread.
struct Batches {
    connection: Connection,
    receiver: Receiver<Box<dyn Job>>,
    limit: usize,
    log_is_long: Arc<AtomicBool>,
    wake: Arc<Wakes>,
    trouble: Trouble,
    checkpoints: Trouble,
}

impl Batches {
    fn run(self) {
        let mut batch = Vec::with_capacity(self.limit);
        while let Ok(first) = self.receiver.recv() {
            batch.push(first);
            while batch.len() < self.limit
                && let Ok(next) = self.receiver.try_recv()
            {
                batch.push(next);
            }
            self.commit(&mut batch);
            if self.log_is_long.swap(false, Ordering::Relaxed) {
                checkpoint::passive(&self.connection, &self.checkpoints);
            }
        }
        debug!("the writer has written everything and ends");
    }

    fn commit(&self, batch: &mut Vec<Box<dyn Job>>) {
        let done = self.run_batch(batch);
        if let Err(fault) = &done {
            self.trouble
                .failed(|| format!("{} changes: {fault}: {:?}", batch.len(), fault.source));
            if !self.connection.is_autocommit()
                && let Err(fault) = self.connection.execute_batch("ROLLBACK")
            {
                warn!("a failed batch could not be rolled back: {fault}");
            }
        }
        if done.is_ok() {
            self.trouble.worked();
        }
        let (left, done) = match done {
            Ok(left) => (left, Ok(())),
            Err(fault) => (Left::default(), Err(fault)),
        };
        if let Some(wake) = self.wake.sms_provider.get().filter(|_| left.sms_provider) {
            wake();
        }
        for job in batch.drain(..) {
            job.answer(done.as_ref().copied());
        }
        if let Some(tell) = self.wake.messages.get()
            && (left.wakes_delivery || !left.moves.is_empty())
        {
            tell(&left.moves);
        }
    }

    /// Runs and commits; tells what was left.
    fn run_batch(&self, batch: &mut [Box<dyn Job>]) -> Result<Left, Error> {
        let execute = |sql: &str| {
            self.connection
                .prepare_cached(sql)
                .and_then(|mut statement| statement.execute([]))
                .map_err(unavailable)
        };
        let mut left = Left::default();
        execute("BEGIN IMMEDIATE")?;
        for job in batch.iter_mut() {
            execute("SAVEPOINT change")?;
            let kept = job.run(&self.connection);
            if !kept.is_kept {
                execute("ROLLBACK TO change")?;
            }
            execute("RELEASE change")?;
            left.moves.extend(kept.left.moves);
            left.wakes_delivery |= kept.left.wakes_delivery;
            left.sms_provider |= kept.left.sms_provider;
            // An I/O error or a full disk may have ended the whole transaction by itself.
            if self.connection.is_autocommit() {
                return Err(Error::unavailable(
                    "the database cannot be written at the moment",
                ));
            }
        }
        self.connection.execute_batch("COMMIT").map_err(storage)?;
        Ok(left)
    }
}
