//! The session's own time.

use heard_protocol::UnixMillis;

/// A moment in the session's own time: milliseconds since the session was made.
pub(super) type Tick = u64;

/// Turns the outside clock, which may be set back by hand or by a time server, into one that only
/// goes forward.
#[derive(Debug, Default)]
pub(super) struct Clock {
    outside: Option<UnixMillis>,
    now: Tick,
}

impl Clock {
    /// Takes the outside time. False if it has stepped back, which counts as no time at all.
    pub(super) fn advance(&mut self, outside: UnixMillis) -> bool {
        let before = self.outside.replace(outside).unwrap_or(outside);
        self.now = self.now.saturating_add(outside.since(before));
        outside >= before
    }

    /// Now.
    pub(super) const fn now(&self) -> Tick {
        self.now
    }

    /// A moment that is not before now, by the outside clock.
    pub(super) fn outside(&self, at: Tick) -> UnixMillis {
        self.outside
            .unwrap_or_default()
            .plus(at.saturating_sub(self.now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_runs_back() {
        let mut clock = Clock::default();
        assert!(clock.advance(UnixMillis(1_000)));
        assert!(clock.advance(UnixMillis(1_500)));
        assert!(!clock.advance(UnixMillis(200)));
        assert_eq!(clock.now(), 500);
        assert!(clock.advance(UnixMillis(300)));
        assert_eq!(clock.now(), 600);
        assert_eq!(clock.outside(650), UnixMillis(350));
    }
}
