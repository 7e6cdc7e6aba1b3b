//! `RetryPolicy`: how often a transaction runs again, and after which pauses. This file runs no transaction and does
//! not sleep.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

/// How often a transaction runs again after a conflict, and how long it pauses before each attempt.
///
/// Each pause is random, between zero and a limit. The limit is 500 µs after the first attempt and doubles with each
/// attempt, up to 20 ms ("full jitter"). We measured several policies with many writers on one row, and this one lost
/// the least work. A policy has no state, so many transactions can use the same one.
///
/// ```
/// use std::time::Duration;
///
/// # extern crate concurrency_core as concurrency_diesel;
/// use concurrency_diesel::RetryPolicy;
///
/// let policy = RetryPolicy::default().max_attempts(3).deadline(Duration::from_secs(1));
/// let half = u64::MAX / 2; // what a random source may say
///
/// // After the first attempt, which took 2 ms, and after the second.
/// assert_eq!(policy.pause(1, Duration::from_millis(2), half), Some(Duration::from_micros(250)));
/// assert_eq!(policy.pause(2, Duration::from_millis(5), half), Some(Duration::from_micros(500)));
/// // The third was the last; and at the deadline the second would have been.
/// assert_eq!(policy.pause(3, Duration::from_millis(9), half), None);
/// assert_eq!(policy.pause(2, Duration::from_secs(1), half), None);
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use = "a policy does nothing by itself"]
pub struct RetryPolicy {
    max_attempts: u32,
    first_pause: Duration,
    longest_pause: Duration,
    deadline: Option<Duration>,
    random: fn() -> u64,
    sleep: Option<fn(Duration)>,
}

impl RetryPolicy {
    /// A hundred attempts, pauses of up to 500 µs that double up to 20 ms, and no deadline.
    pub const fn new() -> Self {
        Self {
            max_attempts: 100,
            first_pause: Duration::from_micros(500),
            longest_pause: Duration::from_millis(20),
            deadline: None,
            random,
            sleep: None,
        }
    }

    /// Runs the transaction at most this many times, the first included. 0 and 1 disable retries.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Starts no new attempt once this much time has passed since the first attempt began. A running attempt is not
    /// interrupted.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The limit of the first pause, which doubles with each attempt. With zero there are no pauses.
    pub const fn first_pause(mut self, limit: Duration) -> Self {
        self.first_pause = limit;
        self
    }

    /// The limit of every pause, however many attempts were made.
    pub const fn longest_pause(mut self, limit: Duration) -> Self {
        self.longest_pause = limit;
        self
    }

    /// Takes the random numbers from this function, for tests: 0 gives no pause, `u64::MAX` gives the limit.
    pub const fn random_source(mut self, random: fn() -> u64) -> Self {
        self.random = random;
        self
    }

    /// Calls this function for every pause instead of sleeping, for tests.
    pub const fn sleep_with(mut self, sleep: fn(Duration)) -> Self {
        self.sleep = Some(sleep);
        self
    }

    /// The pause before the next attempt, or `None` if the last attempt has been made.
    ///
    /// `attempts` is how many attempts were made, and `elapsed` how long they took in total. `random` may be any
    /// number.
    #[must_use]
    pub fn pause(&self, attempts: u32, elapsed: Duration, random: u64) -> Option<Duration> {
        if attempts >= self.max_attempts {
            return None;
        }
        let doublings = attempts.saturating_sub(1);
        let limit = self.first_pause.saturating_mul(2_u32.saturating_pow(doublings)).min(self.longest_pause);
        let pause = fraction(limit, random);
        match self.deadline {
            Some(deadline) if elapsed.saturating_add(pause) >= deadline => None,
            _ => Some(pause),
        }
    }

    /// A number from the policy's random source.
    #[doc(hidden)]
    #[must_use]
    pub fn __random(&self) -> u64 {
        (self.random)()
    }

    /// The function to call for a pause instead of sleeping.
    #[doc(hidden)]
    #[must_use]
    pub const fn __sleep(&self) -> Option<fn(Duration)> {
        self.sleep
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// The share of the limit that `random` is of the greatest number.
fn fraction(limit: Duration, random: u64) -> Duration {
    let limit = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
    // Both have 64 bits, so the upper half of the product is the share.
    let share = u128::from(limit).saturating_mul(u128::from(random).saturating_add(1)) >> 64;
    Duration::from_nanos(u64::try_from(share).unwrap_or(limit))
}

/// Every `RandomState` hashes with a different secret of the standard library. That is random enough for a pause and
/// needs no dependency.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn limits(policy: RetryPolicy, attempts: u32) -> Vec<u128> {
        (1..=attempts)
            .map_while(|attempt| policy.pause(attempt, NOW, u64::MAX))
            .map(|pause| pause.as_micros())
            .collect()
    }

    #[test]
    fn the_limit_of_the_pause_doubles_from_500_microseconds_to_20_milliseconds() {
        assert_eq!(limits(RetryPolicy::default(), 8), [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
        let short = RetryPolicy::new().first_pause(Duration::from_micros(3)).longest_pause(Duration::from_micros(10));
        assert_eq!(limits(short, 4), [3, 6, 10, 10]);
        assert_eq!(limits(RetryPolicy::new().first_pause(Duration::ZERO), 3), [0, 0, 0]);
    }

    #[test]
    fn the_pause_is_the_random_fraction_of_its_limit() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.pause(1, NOW, 0), Some(Duration::ZERO));
        assert_eq!(policy.pause(1, NOW, u64::MAX / 4), Some(Duration::from_micros(125)));
        assert_eq!(policy.pause(1, NOW, u64::MAX), Some(Duration::from_micros(500)));
    }

    #[test]
    fn the_attempts_are_counted_and_there_is_always_one() {
        assert_eq!(limits(RetryPolicy::default(), 200).len(), 99);
        let three = RetryPolicy::default().max_attempts(3);
        assert!(three.pause(2, NOW, 0).is_some());
        assert_eq!(three.pause(3, NOW, 0), None);
        assert_eq!(RetryPolicy::default().max_attempts(1).pause(1, NOW, 0), None);
        assert_eq!(RetryPolicy::default().max_attempts(0).pause(1, NOW, 0), None);
        let forever = RetryPolicy::default().max_attempts(u32::MAX);
        assert_eq!(forever.pause(u32::MAX - 1, NOW, u64::MAX), Some(Duration::from_millis(20)));
    }

    #[test]
    fn a_pause_that_would_reach_the_deadline_is_not_made() {
        let policy = RetryPolicy::default().deadline(Duration::from_millis(1));
        assert_eq!(policy.pause(1, Duration::from_micros(499), u64::MAX), Some(Duration::from_micros(500)));
        assert_eq!(policy.pause(1, Duration::from_micros(500), u64::MAX), None);
        assert_eq!(policy.pause(1, Duration::from_micros(500), 0), Some(Duration::ZERO));
        assert_eq!(policy.pause(1, Duration::MAX, u64::MAX), None);
        assert_eq!(policy.deadline(Duration::ZERO).pause(1, NOW, 0), None);
    }

    #[test]
    fn no_limit_overflows() {
        let policy = RetryPolicy::default().first_pause(Duration::MAX).longest_pause(Duration::MAX);
        assert_eq!(policy.pause(7, NOW, u64::MAX), Some(Duration::from_nanos(u64::MAX)));
        assert_eq!(policy.deadline(Duration::MAX).pause(7, Duration::MAX, u64::MAX), None);
    }

    #[test]
    fn the_random_numbers_differ_and_cover_their_range() {
        let numbers: Vec<u64> = (0..1_000).map(|_| RetryPolicy::default().__random()).collect();
        for quarter in 0..4 {
            let hits = numbers.iter().filter(|&number| number >> 62 == quarter).count();
            assert!((150..=350).contains(&hits), "{hits} of 1000 in quarter {quarter}");
        }
    }
}
