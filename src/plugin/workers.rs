//! In-process isolation: the threads that call a plugin in the server itself.
//!
//! A call that does not come back cannot be killed here: its caller gives up after the grace, and the
//! thread is written off. It is not replaced before the call comes back, so that no more calls run in
//! the plugin than it allows. When four are out, or all that there are, no further call is made and the
//! provider is closed; one that comes back after all opens it again. A call that waits for a thread
//! and is given up is never made. A crash of the plugin is a crash of the server; whoever chooses this
//! isolation accepts that.

use std::{
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::{
    host::lock,
    inproc::Native,
    instance::Instance,
    message::{Answer, Call, Status},
};

/// How many written-off threads end the calls.
const MOST_LOST: usize = 4;

/// A plugin in this process with its threads.
pub(super) struct Workers {
    jobs: Sender<Job>,
    /// Threads whose callers gave up and that have not come back.
    lost: Arc<Mutex<usize>>,
    /// How many of them end the calls.
    most_lost: usize,
    grace: Duration,
}

/// One call that a thread takes from the queue.
struct Job {
    call: Call,
    /// When its time is over.
    deadline: Instant,
    answer: Sender<Answer>,
    stage: Arc<Mutex<Stage>>,
}

/// How far a job is; caller and thread both look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Queued,
    Running,
    /// The plugin has answered.
    Answered,
    /// The caller does not wait any more.
    GivenUp,
}

impl Workers {
    /// Starts `count` threads for the instance.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn start(native: Native, count: usize, grace: Duration) -> Result<Self, String> {
        Self::with(Arc::new(move |call: &Call| native.call(call)), count, grace)
    }

    /// The same with any function that answers calls.
    fn with<F>(plugin: Arc<F>, count: usize, grace: Duration) -> Result<Self, String>
    where
        F: Fn(&Call) -> Answer + Send + Sync + 'static,
    {
        let (jobs, queue) = unbounded();
        let lost = Arc::new(Mutex::new(0));
        for _ in 0..count {
            let (plugin, queue, lost) = (plugin.clone(), queue.clone(), lost.clone());
            thread::Builder::new()
                .name("belfry-plugin".into())
                .spawn(move || work(&*plugin, &queue, &lost))
                .map_err(|error| format!("cannot start a thread for a plugin: {error}"))?;
        }
        Ok(Self {
            jobs,
            lost,
            most_lost: MOST_LOST.min(count),
            grace,
        })
    }
}

/// Makes the calls that are waited for, until the queue is closed.
fn work(plugin: &impl Fn(&Call) -> Answer, queue: &Receiver<Job>, lost: &Mutex<usize>) {
    while let Ok(job) = queue.recv() {
        let left = job.deadline.saturating_duration_since(Instant::now());
        {
            let mut stage = lock(&job.stage);
            if *stage == Stage::GivenUp || left.is_zero() {
                continue;
            }
            *stage = Stage::Running;
        }
        let answer = plugin(&job.call.within(left));
        let mut stage = lock(&job.stage);
        if *stage == Stage::GivenUp {
            *lock(lost) -= 1;
        }
        *stage = Stage::Answered;
        let _ = job.answer.send(answer);
    }
}

impl Instance for Workers {
    fn call(&self, call: &Call) -> Answer {
        let lost = *lock(&self.lost);
        if lost >= self.most_lost {
            let detail = format!("{lost} calls never came back; no other is made until one does");
            return Answer::of_host(Status::Misconfigured, detail);
        }
        let (answer, reply) = bounded(1);
        let stage = Arc::new(Mutex::new(Stage::Queued));
        let job = Job {
            call: call.clone(),
            deadline: Instant::now() + call.timeout(),
            answer,
            stage: stage.clone(),
        };
        // Fails only without threads; then nobody answers either.
        let _ = self.jobs.send(job);
        let wait = call.timeout() + self.grace;
        if let Ok(answer) = reply.recv_timeout(wait) {
            return answer;
        }
        let mut stage = lock(&stage);
        match std::mem::replace(&mut *stage, Stage::GivenUp) {
            Stage::Running => {
                *lock(&self.lost) += 1;
                let detail = format!("no answer within {wait:?}; the call was abandoned");
                Answer::of_host(Status::OutcomeUnknown, detail)
            }
            // It came in this very moment.
            Stage::Answered if let Ok(answer) = reply.try_recv() => answer,
            _ => {
                let detail = "all calls that the plugin takes at a time were busy; it was not made";
                Answer::of_host(Status::Unavailable, detail)
            }
        }
    }

    /// Dropping the pool closes the queue, and the last idle thread destroys the instance. A thread
    /// that hangs keeps it for ever, which is the point.
    fn stop(&self) {}
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const SHORT: Call = Call::Health(Duration::from_millis(50));

    /// Threads of a plugin that counts its calls and answers each when `go` says so.
    fn pool(count: usize) -> (Workers, Sender<()>, Arc<AtomicUsize>) {
        let (go, wait) = unbounded::<()>();
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let plugin = move |_: &Call| {
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = wait.recv();
            Answer::of(Status::Ok)
        };
        let workers = Workers::with(Arc::new(plugin), count, Duration::ZERO).unwrap();
        (workers, go, calls)
    }

    #[test]
    fn a_call_that_waits_behind_an_abandoned_one_is_never_made() {
        let (workers, go, calls) = pool(2);
        while workers.call(&SHORT).status != Status::OutcomeUnknown {}
        // One thread is left: of two calls one runs, and the other waits for it in vain.
        let statuses = thread::scope(|scope| {
            let both = [0, 1].map(|_| scope.spawn(|| workers.call(&SHORT).status));
            both.map(|call| call.join().unwrap())
        });
        let is_made = |status: &&Status| **status == Status::OutcomeUnknown;
        let made = 1 + statuses.iter().filter(is_made).count();
        assert!(made <= 2, "more than the plugin takes: {statuses:?}");
        assert_eq!(calls.load(Ordering::SeqCst), made, "{statuses:?}");

        // The threads are free again and look into the queue: what was given up stays unmade.
        drop(go);
        while *lock(&workers.lost) > 0 {
            thread::yield_now();
        }
        let patient = Call::Health(Duration::from_secs(20));
        assert_eq!(workers.call(&patient).status, Status::Ok);
        assert_eq!(calls.load(Ordering::SeqCst), made + 1);
    }

    #[test]
    fn four_abandoned_calls_or_all_that_there_are_end_the_calls_until_one_comes_back() {
        for (count, most) in [(1, 1), (2, 2), (8, 4)] {
            let (workers, go, calls) = pool(count);
            while workers.call(&SHORT).status != Status::Misconfigured {}
            assert_eq!(calls.load(Ordering::SeqCst), most);
            drop(go);
            while *lock(&workers.lost) > 0 {
                thread::yield_now();
            }
            let patient = Call::Health(Duration::from_secs(20));
            assert_eq!(workers.call(&patient).status, Status::Ok);
        }
    }
}
