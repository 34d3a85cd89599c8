//! How fast and how many at once: a gateway's own limits, kept before it has to complain.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use belfry_plugin::Failure;

/// A gate that lets requests through at a rate, and so many at a time.
pub struct Limits {
    parallel: usize,
    spacing: Duration,
    state: Mutex<State>,
    left: Condvar,
}

struct State {
    running: usize,
    next: Instant,
}

/// A place behind the gate, given back when dropped.
pub struct Place<'a>(&'a Limits);

impl Limits {
    /// `rate` requests a second, 0 for any number.
    pub fn new(parallel: usize, rate: f64) -> Self {
        let spacing = match rate > 0.0 {
            true => Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::ZERO),
            false => Duration::ZERO,
        };
        Self {
            parallel,
            spacing,
            state: Mutex::new(State {
                running: 0,
                next: Instant::now(),
            }),
            left: Condvar::new(),
        }
    }

    /// Waits for a place, but not longer than `patience`.
    ///
    /// # Errors
    /// [`Failure::Throttled`] with the time after which there may be one.
    pub fn enter(&self, patience: Duration) -> Result<Place<'_>, Failure> {
        let (mut state, waited) = self
            .left
            .wait_timeout_while(self.lock(), patience, |state| {
                state.running >= self.parallel
            })
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            let reason = "as many requests as `parallel` allows are under way";
            return Err(Failure::Throttled(
                reason.into(),
                Some(Duration::from_secs(1)),
            ));
        }
        let now = Instant::now();
        let turn = state.next.max(now);
        if turn - now > patience {
            let reason = "the requests of the next seconds are given away: `rate` allows no more";
            return Err(Failure::Throttled(reason.into(), Some(turn - now)));
        }
        state.next = turn + self.spacing;
        state.running += 1;
        drop(state);
        std::thread::sleep(turn - now);
        Ok(Place(self))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.left.notify_one();
    }
}

/// What is left of the time.
///
/// # Errors
/// [`Failure::Unavailable`] if that is nothing.
pub fn left(deadline: Instant) -> Result<Duration, Failure> {
    let left = deadline.saturating_duration_since(Instant::now());
    match left < Duration::from_millis(1) {
        true => Err(Failure::Unavailable("no time is left".into())),
        false => Ok(left),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_allowed_are_inside() {
        let limits = Limits::new(1, 0.0);
        let place = limits.enter(Duration::ZERO).unwrap();
        let Err(Failure::Throttled(..)) = limits.enter(Duration::ZERO) else {
            panic!("the place is taken");
        };
        std::thread::scope(|scope| {
            let second = scope.spawn(|| limits.enter(Duration::from_secs(60)).is_ok());
            drop(place);
            assert!(second.join().unwrap());
        });
    }

    #[test]
    fn whoever_would_wait_too_long_is_told_how_long() {
        let limits = Limits::new(9, 0.001);
        drop(limits.enter(Duration::ZERO).unwrap());
        let Err(Failure::Throttled(_, Some(wait))) = limits.enter(Duration::from_secs(1)) else {
            panic!("the next turn is in a quarter of an hour");
        };
        assert!(wait > Duration::from_secs(900), "{wait:?}");
    }
}
