//! The end of a generation: its calls end, it is asked a last time what became of its messages, and is
//! stopped.
//!
//! Some plugins hold receipts until they are asked, and what they hold ends with them. All of this is
//! bounded in time: what a plugin has not told by then is lost, as with a crash.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use super::{
    generation::{Generation, Opened},
    host::PluginLog,
    message::{Answer, Call, Status},
};

/// How long calls on a generation that was replaced may still take.
const LONGEST_CALL: Duration = Duration::from_secs(60);
/// How long a server that stops waits for calls, so that the last question can follow them.
const STOPPING: Duration = Duration::from_secs(1);
/// How long all last polls of a generation may take.
const LAST_POLLS: Duration = Duration::from_secs(2);

/// Who is given a plugin that is about to end.
pub(super) type OnEnd = Arc<dyn Fn(&Ending<'_>) + Send + Sync>;

/// A plugin that takes no calls any more but polls, and will be stopped.
pub struct Ending<'a> {
    provider: &'a str,
    generation: &'a Generation,
    log: &'a PluginLog,
    deadline: Instant,
}

impl Ending<'_> {
    /// The name of its provider.
    pub fn provider(&self) -> &str {
        self.provider
    }

    /// Asks what became of messages, by the provider's names for them. `Unavailable` when the time
    /// for the last polls is over. Texts in the answer are masked.
    pub fn poll(&self, ids: Vec<String>) -> Answer {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Answer::of_host(Status::Unavailable, "the time for the last polls is over");
        }
        let answer = self.generation.instance.call(&Call::Poll(ids, left));
        self.log.mask_answer(answer)
    }
}

/// How the generations of one provider end.
#[derive(Clone)]
pub(super) struct Farewell {
    pub provider: String,
    pub log: Arc<PluginLog>,
    pub on_end: Option<OnEnd>,
}

impl Farewell {
    /// Ends a generation when its calls are over, on a thread of its own.
    pub(super) fn retire(self, opened: Opened) {
        let spawned = thread::Builder::new()
            .name("belfry-retire".into())
            .spawn(move || {
                let (generation, is_idle) = opened.wait_until_idle(LONGEST_CALL);
                self.end(&generation, is_idle);
            });
        if let Err(error) = spawned {
            log::error!("cannot start a thread to end an old plugin: {error}");
        }
    }

    /// Ends a generation now, since the server stops.
    pub(super) fn stop(self, opened: Opened) {
        let patience = match self.on_end.is_some() && opened.generation.abilities.poll {
            true => STOPPING,
            false => Duration::ZERO,
        };
        let (generation, is_idle) = opened.wait_until_idle(patience);
        self.end(&generation, is_idle);
    }

    /// A plugin that is still busy is not asked: its answer would wait behind the other calls.
    fn end(&self, generation: &Generation, is_idle: bool) {
        if let Some(on_end) = &self.on_end
            && is_idle
            && generation.abilities.poll
            && generation.instance.is_alive()
        {
            on_end(&Ending {
                provider: &self.provider,
                generation,
                log: &self.log,
                deadline: Instant::now() + LAST_POLLS,
            });
        }
        generation.instance.stop();
    }
}
