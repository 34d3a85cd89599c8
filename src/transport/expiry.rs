//! The one timer of a connection: it fires when the connection has been idle or incomplete too long.
//!
//! The deadline is looked up at every poll and the timer is moved only when it must fire earlier or
//! fired too early, so an idle connection costs one entry in the timer wheel and no wake-ups.

use std::{
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use super::{connection::Activity, limits::Limits};

/// What ended a connection's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    /// No request for the keep-alive time.
    Idle,
    /// The head of a request did not become complete.
    Incomplete,
    /// The last moment that was set for it is over.
    Closing,
}

/// Resolves when the connection's time is over.
pub struct Expiry {
    activity: Rc<Activity>,
    keep_alive: Duration,
    request_read: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl Expiry {
    /// Watches a connection. `slack` lets the protocol's own timers answer first.
    pub fn new(activity: Rc<Activity>, limits: &Limits, slack: Duration) -> Self {
        let keep_alive = limits.keep_alive + slack;
        Self {
            sleep: Box::pin(sleep_until(activity.last_progress.get() + keep_alive)),
            activity,
            keep_alive,
            request_read: limits.request_read + slack,
        }
    }

    fn deadline(&self) -> (Instant, Expired) {
        let idle = (
            self.activity.last_progress.get() + self.keep_alive,
            Expired::Idle,
        );
        let incomplete = self.activity.incomplete_since.get();
        let incomplete = incomplete.map(|since| (since + self.request_read, Expired::Incomplete));
        match self.activity.close_by.get() {
            Some(last) => (last, Expired::Closing),
            None => incomplete.filter(|(at, _)| *at < idle.0).unwrap_or(idle),
        }
    }
}

impl Future for Expiry {
    type Output = Expired;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Expired> {
        let this = self.get_mut();
        loop {
            let (deadline, why) = this.deadline();
            if deadline < this.sleep.deadline() {
                this.sleep.as_mut().reset(deadline);
            }
            if this.sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if deadline <= Instant::now() {
                return Poll::Ready(why);
            }
            this.sleep.as_mut().reset(deadline);
        }
    }
}
