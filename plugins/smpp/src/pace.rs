//! How fast requests go out: a place in the window, and a moment of their own.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use belfry_plugin::Failure;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep_until, timeout_at},
};

/// The limits of the configuration.
pub struct Pace {
    window: Semaphore,
    /// Between two requests.
    gap: Duration,
    /// When the next one may go.
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// A window of `window` open requests, and at most `per_second` new ones a second; 0 is no limit.
    pub fn new(window: u16, per_second: u32) -> Self {
        Self {
            window: Semaphore::new(window.into()),
            gap: Duration::from_secs(1)
                .checked_div(per_second)
                .unwrap_or_default(),
            next: Mutex::new(None),
        }
    }

    /// Waits until a request may go, and holds its place in the window.
    ///
    /// # Errors
    /// That it takes longer than there is time.
    pub async fn turn(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, Failure> {
        let place = match timeout_at(deadline, self.window.acquire()).await {
            Ok(Ok(place)) => place,
            _ => {
                return Err(Failure::Unavailable(
                    "the window of open requests was full".into(),
                ));
            }
        };
        let now = Instant::now();
        let moment = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let moment = next.unwrap_or(now).max(now);
            if moment > deadline {
                let wait = Some(moment - now);
                return Err(Failure::Throttled(
                    "the limit of messages a second".into(),
                    wait,
                ));
            }
            *next = Some(moment + self.gap);
            moment
        };
        sleep_until(moment).await;
        Ok(place)
    }

    /// The SMSC said that we are too fast: nothing goes for a while.
    pub fn pause(&self, pause: Duration) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Instant::now() + pause;
        *next = Some(next.map_or(until, |next| next.max(until)));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_keep_their_distance_and_a_pause_holds_all() {
        let pace = Pace::new(10, 4);
        let begun = Instant::now();
        let deadline = begun + Duration::from_secs(60);
        for number in 0..5 {
            drop(pace.turn(deadline).await.unwrap());
            assert_eq!(begun.elapsed().as_millis(), number * 250);
        }
        pace.pause(Duration::from_secs(3));
        drop(pace.turn(deadline).await.unwrap());
        assert_eq!(begun.elapsed(), Duration::from_secs(4));
    }

    #[tokio::test(start_paused = true)]
    async fn what_would_wait_too_long_is_told_at_once() {
        let pace = Pace::new(1, 1);
        let begun = Instant::now();
        let place = pace.turn(begun + Duration::from_secs(1)).await.unwrap();
        let full = pace.turn(begun + Duration::from_secs(2)).await;
        assert!(matches!(full, Err(Failure::Unavailable(_))));
        drop(place);
        pace.pause(Duration::from_secs(9));
        let slow = pace.turn(begun + Duration::from_secs(3)).await;
        assert!(
            matches!(slow, Err(Failure::Throttled(_, Some(wait))) if wait == Duration::from_secs(9))
        );
    }
}
