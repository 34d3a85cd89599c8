//! No more messages a second than the operator wants: for gateways that take less than the plugin
//! could send.

use std::{
    num::NonZeroU32,
    sync::Mutex,
    time::{Duration, Instant},
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, MonotonicClock},
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};

use super::host::lock;

type Limiter = RateLimiter<NotKeyed, InMemoryState, MonotonicClock, NoOpMiddleware<Instant>>;

/// The turns of one provider.
#[derive(Default)]
pub(super) struct Turns(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// The limiter and the rate that it was made for.
    limiter: Option<(f64, Limiter)>,
    /// When the next turn is, if one was asked for that there was not.
    next: Option<Instant>,
}

impl Turns {
    /// Takes a turn at that many a second; `None` is as many as there are.
    ///
    /// # Errors
    /// The time until the next turn.
    pub(super) fn take(&self, per_second: Option<f64>) -> Result<(), Duration> {
        let mut inner = lock(&self.0);
        let Some((rate, quota)) = per_second.and_then(|rate| Some((rate, quota(rate)?))) else {
            *inner = Inner::default();
            return Ok(());
        };
        if inner
            .limiter
            .as_ref()
            .is_none_or(|(before, _)| *before != rate)
        {
            let limiter = RateLimiter::direct_with_clock(quota, MonotonicClock);
            inner.limiter = Some((rate, limiter));
        }
        let checked = inner.limiter.as_ref().map(|(_, limiter)| limiter.check());
        match checked {
            Some(Err(not_until)) => {
                let wait = not_until.wait_time_from(MonotonicClock.now());
                inner.next = Some(Instant::now() + wait);
                Err(wait)
            }
            Some(Ok(())) | None => {
                inner.next = None;
                Ok(())
            }
        }
    }

    /// How many turns there can be at this moment, at that many a second.
    ///
    /// # Errors
    /// The time until the next one, if one was asked for that there was not.
    pub(super) fn at_once(&self, per_second: Option<f64>) -> Result<usize, Duration> {
        let next = lock(&self.0).next;
        let wait = next.map(|next| next.saturating_duration_since(Instant::now()));
        match wait.filter(|wait| !wait.is_zero()) {
            Some(wait) => Err(wait),
            None => Ok(per_second.map_or(usize::MAX, |rate| burst(rate).get() as usize)),
        }
    }
}

/// Evenly spaced, with what a tenth of a second brings at once.
fn quota(per_second: f64) -> Option<Quota> {
    let period = Duration::try_from_secs_f64(1.0 / per_second).ok()?;
    Some(Quota::with_period(period)?.allow_burst(burst(per_second)))
}

fn burst(per_second: f64) -> NonZeroU32 {
    NonZeroU32::new((per_second / 10.0) as u32).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn there_are_as_many_turns_as_wanted_and_the_wait_is_told() {
        let turns = Turns::default();
        assert_eq!(turns.take(Some(0.01)), Ok(()));
        let wait = turns.take(Some(0.01)).unwrap_err();
        assert!(wait > Duration::from_secs(90), "{wait:?}");
        assert!(wait <= Duration::from_secs(100), "{wait:?}");
        assert!(turns.at_once(Some(0.01)).is_err());
    }

    #[test]
    fn without_a_rate_there_is_always_a_turn_and_another_rate_begins_anew() {
        let turns = Turns::default();
        for _ in 0..1000 {
            assert_eq!(turns.take(None), Ok(()));
        }
        assert_eq!(turns.take(Some(0.01)), Ok(()));
        assert!(turns.take(Some(0.01)).is_err());
        assert_eq!(turns.take(Some(0.02)), Ok(()));
        assert_eq!(turns.take(None), Ok(()));
        assert_eq!(turns.at_once(None), Ok(usize::MAX));
        assert_eq!(turns.at_once(Some(50.0)), Ok(5));
    }
}
