//! In-process isolation: the threads that call a plugin in the server itself.
//!
//! A call that does not come back cannot be killed here: its caller gives up after the grace, and the
//! thread is written off and replaced. While four of them are out, no further call is made and the
//! provider is closed; one that comes back after all opens it again. A crash of the plugin is a crash
//! of the server; whoever chooses this isolation accepts that.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::{
    inproc::Native,
    instance::Instance,
    message::{Answer, Call, Status},
};

/// How many written-off threads end the calls.
const MOST_LOST: usize = 4;

/// A plugin in this process with its threads.
pub(super) struct Workers {
    shared: Arc<Shared>,
    jobs: Sender<Job>,
    grace: Duration,
}

/// What the threads have in common.
struct Shared {
    native: Native,
    queue: Receiver<Job>,
    /// Threads whose callers gave up and that have not come back.
    lost: AtomicUsize,
}

struct Job {
    call: Call,
    answer: Sender<Answer>,
    /// Whether caller or thread were first to end it: set by both, the second sees it.
    over: Arc<AtomicBool>,
}

impl Workers {
    /// Starts `count` threads for the instance.
    pub(super) fn start(native: Native, count: usize, grace: Duration) -> Self {
        let (jobs, queue) = unbounded();
        let shared = Arc::new(Shared {
            native,
            queue,
            lost: AtomicUsize::new(0),
        });
        for _ in 0..count {
            shared.add_thread();
        }
        Self {
            shared,
            jobs,
            grace,
        }
    }
}

impl Shared {
    fn add_thread(self: &Arc<Self>) {
        let shared = self.clone();
        let spawned = thread::Builder::new()
            .name("belfry-plugin".into())
            .spawn(move || shared.work());
        if let Err(error) = spawned {
            log::error!("cannot start a thread for a plugin: {error}");
        }
    }

    /// Works until the queue is closed, or until its caller has given up on it and it was replaced.
    fn work(&self) {
        while let Ok(job) = self.queue.recv() {
            let result = self.native.call(&job.call);
            let _ = job.answer.send(result);
            if job.over.swap(true, Ordering::AcqRel) {
                self.lost.fetch_sub(1, Ordering::AcqRel);
                return;
            }
        }
    }
}

impl Instance for Workers {
    fn call(&self, call: &Call) -> Answer {
        if self.shared.lost.load(Ordering::Acquire) >= MOST_LOST {
            let detail =
                format!("{MOST_LOST} calls never came back; no other is made until one does");
            return Answer::of_host(Status::Misconfigured, detail);
        }
        let (answer, reply) = bounded(1);
        let over = Arc::new(AtomicBool::new(false));
        let job = Job {
            call: call.clone(),
            answer,
            over: over.clone(),
        };
        // Cannot fail: `self` holds a receiver.
        let _ = self.jobs.send(job);
        let wait = call.timeout() + self.grace;
        if let Ok(result) = reply.recv_timeout(wait) {
            return result;
        }
        self.shared.lost.fetch_add(1, Ordering::AcqRel);
        if over.swap(true, Ordering::AcqRel) {
            // It came back in this very moment.
            self.shared.lost.fetch_sub(1, Ordering::AcqRel);
        } else {
            self.shared.add_thread();
        }
        let detail = format!("no answer within {wait:?}; the call was abandoned");
        Answer::of_host(Status::OutcomeUnknown, detail)
    }

    /// Dropping the pool closes the queue, and the last idle thread destroys the instance. A thread
    /// that hangs keeps it for ever, which is the point.
    fn stop(&self) {}
}
