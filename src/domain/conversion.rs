//! The share of sent codes that were sent back, for each country: pumped numbers hardly ever verify.
//!
//! Codes are counted by the minute in which they were made, and so is their verification, whenever it
//! comes. A code younger than the grace may still come back, so it counts neither way.

use std::time::Duration;

use super::Region;
use crate::clock::Timestamp;

/// What is told of a country, and what of it matters.
#[derive(Clone, Debug)]
pub struct ConversionRule {
    /// The rolling window.
    pub window: Duration,
    /// The age from which a code counts.
    pub grace: Duration,
    /// Codes in the window below which their share says nothing.
    pub minimum_sends: u32,
    /// A share below this is told in the log; 0 is never.
    pub alarm: f64,
    /// A share below this stops the sends to the country; 0 is never.
    pub stop: f64,
    /// How long a stop lasts.
    pub stop_for: Duration,
}

/// The codes of a country in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// Which country; `ZZ` for numbers of none.
    pub country: Region,
    /// How many were sent.
    pub sent: u32,
    /// How many of these were sent back.
    pub verified: u32,
}

impl ConversionRule {
    /// Whether anything is counted at all.
    pub fn is_on(&self) -> bool {
        self.alarm > 0.0 || self.stop > 0.0
    }

    /// From when to before when the codes were made that count now.
    pub fn counted(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        let end = now.minus(self.grace);
        (end.minus(self.window), end)
    }

    /// Whether there are enough codes and a smaller share of them than that was verified.
    pub fn is_below(&self, conversion: &Conversion, share: f64) -> bool {
        conversion.sent >= self.minimum_sends && conversion.rate() < share
    }
}

impl Conversion {
    /// The share, from 0 to 1; 1 without a code.
    pub fn rate(&self) -> f64 {
        if self.sent == 0 {
            return 1.0;
        }
        f64::from(self.verified) / f64::from(self.sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_enough_codes_that_are_old_enough_say_something() {
        let rule = ConversionRule {
            window: Duration::from_secs(3600),
            grace: Duration::from_secs(300),
            minimum_sends: 10,
            alarm: 0.2,
            stop: 0.0,
            stop_for: Duration::from_secs(3600),
        };
        let of = |sent, verified| Conversion {
            country: Region::NOWHERE,
            sent,
            verified,
        };
        assert!(rule.is_below(&of(10, 1), 0.2));
        assert!(!rule.is_below(&of(10, 2), 0.2));
        assert!(!rule.is_below(&of(9, 0), 0.2));
        assert!(!rule.is_below(&of(10, 0), rule.stop), "0 is never");
        let now = Timestamp::from_micros(10_000_000_000);
        let (from, before) = rule.counted(now);
        assert_eq!(now.since(before), rule.grace);
        assert_eq!(before.since(from), rule.window);
    }
}
