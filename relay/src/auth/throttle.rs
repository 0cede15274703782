//! How often something may be tried, per caller, in bounded memory.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

use heard_protocol::UnixMillis;
use parking_lot::Mutex;

/// How many callers are remembered. Past it, those who were heard from the longest ago are
/// forgotten.
const MOST_KEYS: usize = 32_768;
const MINUTE_MS: u64 = 60_000;

/// Too many in too short a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many in too short a time; try again in {retry_after_ms} ms")]
pub struct TooFast {
    /// When the next try is allowed, in milliseconds from now.
    pub retry_after_ms: u32,
}

/// A bucket of tries for each caller: so many at once, so many more per minute.
#[derive(Debug)]
pub struct Throttle {
    burst: u64,
    per_minute: u64,
    most: usize,
    hasher: RandomState,
    buckets: Mutex<HashMap<u64, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// In tries × [`MINUTE_MS`], so that nothing is lost to rounding.
    left: u64,
    at: UnixMillis,
}

impl Throttle {
    /// A throttle that lets `burst` tries pass at once and `per_minute` more every minute; both at
    /// least 1.
    pub fn new(burst: u32, per_minute: u32) -> Self {
        Self::of_size(burst, per_minute, MOST_KEYS)
    }

    fn of_size(burst: u32, per_minute: u32, most: usize) -> Self {
        Self {
            burst: u64::from(burst.max(1)),
            per_minute: u64::from(per_minute.max(1)),
            most,
            hasher: RandomState::new(),
            buckets: Mutex::default(),
        }
    }

    /// Takes one try of whoever this is.
    ///
    /// # Errors
    /// [`TooFast`] if they have none left.
    pub fn take(&self, who: impl Hash, now: UnixMillis) -> Result<(), TooFast> {
        let key = self.hasher.hash_one(who);
        let mut buckets = self.buckets.lock();
        if buckets.len() >= self.most && !buckets.contains_key(&key) {
            self.make_room(&mut buckets, now);
        }
        let bucket = buckets.entry(key).or_insert(Bucket {
            left: self.full(),
            at: now,
        });
        bucket.left = self.refilled(*bucket, now);
        bucket.at = now;
        if let Some(left) = bucket.left.checked_sub(MINUTE_MS) {
            bucket.left = left;
            return Ok(());
        }
        let wait = (MINUTE_MS - bucket.left).div_ceil(self.per_minute);
        Err(TooFast {
            retry_after_ms: u32::try_from(wait).unwrap_or(u32::MAX),
        })
    }

    /// Forgets what was counted of somebody, after they have shown who they are.
    pub fn forgive(&self, who: impl Hash) {
        self.buckets.lock().remove(&self.hasher.hash_one(who));
    }

    fn full(&self) -> u64 {
        self.burst * MINUTE_MS
    }

    fn refilled(&self, bucket: Bucket, now: UnixMillis) -> u64 {
        let earned = now.since(bucket.at).saturating_mul(self.per_minute);
        bucket.left.saturating_add(earned).min(self.full())
    }

    /// Whoever has a full bucket again is as good as new; if that is not enough, the older half
    /// goes.
    fn make_room(&self, buckets: &mut HashMap<u64, Bucket>, now: UnixMillis) {
        buckets.retain(|_, bucket| self.refilled(*bucket, now) < self.full());
        if buckets.len() < self.most {
            return;
        }
        let mut ages: Vec<UnixMillis> = buckets.values().map(|bucket| bucket.at).collect();
        let middle = ages.len() / 2;
        let (_, &mut median, _) = ages.select_nth_unstable(middle);
        let mut kept = 0;
        buckets.retain(|_, bucket| {
            let keep = bucket.at >= median && kept < middle;
            kept += usize::from(keep);
            keep
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_at_a_time() {
        let throttle = Throttle::new(2, 6);
        assert_eq!(throttle.take("a", UnixMillis(0)), Ok(()));
        assert_eq!(throttle.take("a", UnixMillis(0)), Ok(()));
        assert_eq!(
            throttle.take("a", UnixMillis(0)),
            Err(TooFast {
                retry_after_ms: 10_000
            })
        );
        assert_eq!(throttle.take("b", UnixMillis(0)), Ok(()));
        assert_eq!(
            throttle.take("a", UnixMillis(9_999)),
            Err(TooFast { retry_after_ms: 1 })
        );
        assert_eq!(throttle.take("a", UnixMillis(10_000)), Ok(()));
        assert!(throttle.take("a", UnixMillis(10_000)).is_err());
    }

    #[test]
    fn whoever_is_forgiven_starts_afresh() {
        let throttle = Throttle::new(1, 1);
        assert!(throttle.take("a", UnixMillis(0)).is_ok());
        throttle.forgive("a");
        assert!(throttle.take("a", UnixMillis(0)).is_ok());
    }

    #[test]
    fn memory_is_bounded_and_the_latest_are_remembered() {
        let throttle = Throttle::of_size(1, 1, 100);
        for n in 0..10_000_u64 {
            assert!(throttle.take(n, UnixMillis(n / 1_000)).is_ok(), "{n}");
            assert!(throttle.buckets.lock().len() <= 100);
        }
        assert!(throttle.take(9_999_u64, UnixMillis(10)).is_err());
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out_for_longer() {
        let throttle = Throttle::new(1, 60);
        assert!(throttle.take("a", UnixMillis(1_000_000)).is_ok());
        assert!(throttle.take("a", UnixMillis(0)).is_err());
        assert!(throttle.take("a", UnixMillis(1_000)).is_ok());
    }
}
