//! Identifiers: 63-bit numbers that grow with time (contract/README §8, Ids).
//!
//! 39 bits of 10 ms ticks since 2019-04-29, 8 bits of sequence, 16 bits of machine. The machine part
//! is drawn at each start, so ids of two processes or of two runs do not meet. A tick that runs out
//! of sequence borrows from the next one instead of waiting.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use rand::RngExt as _;

use crate::clock::Timestamp;

const EPOCH_MICROS: i64 = 1_556_496_000_000_000;
const TICK_MICROS: i64 = 10_000;
const SEQUENCE_BITS: u32 = 8;
const MACHINE_BITS: u32 = 16;

/// Makes ids; clones share the counter.
#[derive(Clone, Debug)]
pub struct IdGenerator {
    counter: Arc<AtomicI64>,
    machine: i64,
}

impl Default for IdGenerator {
    fn default() -> Self {
        Self {
            counter: Arc::new(AtomicI64::new(0)),
            machine: i64::from(rand::rng().random::<u16>()),
        }
    }
}

impl IdGenerator {
    /// The next id; greater than every one before.
    pub fn next(&self, now: Timestamp) -> i64 {
        let earliest = counter_at(now);
        let following = |last: i64| Some(earliest.max(last + 1));
        let last = match self
            .counter
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, following)
        {
            Ok(last) | Err(last) => last,
        };
        (earliest.max(last + 1) << MACHINE_BITS) | self.machine
    }
}

/// The smallest id that can be made at an instant: a bound for "older than".
pub fn first_id_at(instant: Timestamp) -> i64 {
    counter_at(instant) << MACHINE_BITS
}

/// When an id was made, to 10 ms.
pub fn made_at(id: i64) -> Timestamp {
    let ticks = id.max(0) >> (MACHINE_BITS + SEQUENCE_BITS);
    Timestamp::from_micros(EPOCH_MICROS + ticks * TICK_MICROS)
}

fn counter_at(instant: Timestamp) -> i64 {
    ((instant.micros() - EPOCH_MICROS) / TICK_MICROS).max(0) << SEQUENCE_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_also_past_a_full_tick_and_a_clock_that_stands_still() {
        let ids = IdGenerator::default();
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let made: Vec<_> = (0..1000).map(|_| ids.next(now)).collect();
        assert!(made.is_sorted_by(|a, b| a < b));
        assert!(made[0] >= first_id_at(now));
        assert_eq!(made[0].to_string().len(), 18);
        assert_eq!(made_at(made[0]), now);
        assert!(made_at(i64::MAX) > now);
    }
}
