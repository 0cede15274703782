//! What time it is, as something that can be handed in.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use heard_protocol::UnixMillis;

/// Tells the time. Everything in the relay that needs "now" is given one, so that a test can decide
/// what time it is.
pub trait Clock: Send + Sync + 'static {
    /// The moment.
    fn now(&self) -> UnixMillis;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixMillis {
        // A clock set before 1970 reads as 1970: the relay then still runs, with odd times.
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

/// A clock that stands still until it is told otherwise; for tests.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// A clock that shows this moment.
    pub const fn new(at: UnixMillis) -> Self {
        Self(AtomicU64::new(at.0))
    }

    /// Sets the clock, forwards or back.
    pub fn set(&self, at: UnixMillis) {
        self.0.store(at.0, Ordering::SeqCst);
    }

    /// Moves the clock forward by this many milliseconds.
    pub fn advance(&self, millis: u64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_is_of_this_century() {
        assert!(SystemClock.now() > UnixMillis(1_700_000_000_000));
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::new(UnixMillis(5));
        assert_eq!(clock.now(), UnixMillis(5));
        clock.advance(10);
        assert_eq!(clock.now(), UnixMillis(15));
        clock.set(UnixMillis(1));
        assert_eq!(clock.now(), UnixMillis(1));
    }
}
