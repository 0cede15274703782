//! How fast one socket may talk: a token bucket.

use heard_protocol::UnixMillis;

/// The most commands of one socket that may wait for an answer; more are refused for now.
const OPEN: u32 = 4_096;

/// How fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many commands a second, for as long as it takes.
    pub per_second: u32,
    /// How many at once after a pause.
    pub burst: u32,
}

impl Default for Rate {
    fn default() -> Self {
        Self {
            per_second: 10,
            burst: 30,
        }
    }
}

/// What to do with a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Carry it out.
    Go,
    /// Refuse it for now.
    Wait {
        /// When to try again, in milliseconds from now.
        retry_after_ms: u32,
    },
    /// The sender ignores refusals: end the connection.
    Flood,
}

/// The bucket of one connection.
#[derive(Debug, Clone)]
pub struct Pace {
    rate: Rate,
    /// Thousandths of a command.
    milli_tokens: u64,
    at: UnixMillis,
    /// How many were refused in a row.
    refused: u32,
    /// How many are being carried out.
    open: u32,
}

impl Pace {
    /// A full bucket.
    pub fn new(rate: Rate, now: UnixMillis) -> Self {
        Self {
            rate,
            milli_tokens: u64::from(rate.burst) * 1_000,
            at: now,
            refused: 0,
            open: 0,
        }
    }

    /// Judges one more command. One that may go must be followed by [`answered`](Self::answered).
    pub fn judge(&mut self, now: UnixMillis) -> Verdict {
        self.refill(now);
        if self.milli_tokens >= 1_000 && self.open < OPEN {
            self.milli_tokens -= 1_000;
            self.refused = 0;
            self.open += 1;
            return Verdict::Go;
        }
        self.refused += 1;
        // Ten bursts of refusals in a row: nobody is listening to them.
        if self.refused > self.rate.burst.saturating_mul(10) {
            return Verdict::Flood;
        }
        let missing = 1_000_u64.saturating_sub(self.milli_tokens);
        let wait = missing.div_ceil(u64::from(self.rate.per_second.max(1)));
        Verdict::Wait {
            retry_after_ms: u32::try_from(wait.max(50)).unwrap_or(u32::MAX),
        }
    }

    /// A command that was let through was answered.
    pub fn answered(&mut self) {
        self.open = self.open.saturating_sub(1);
    }

    fn refill(&mut self, now: UnixMillis) {
        let earned = now
            .since(self.at)
            .saturating_mul(u64::from(self.rate.per_second));
        self.milli_tokens = self
            .milli_tokens
            .saturating_add(earned)
            .min(u64::from(self.rate.burst) * 1_000);
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        per_second: 10,
        burst: 3,
    };

    #[test]
    fn a_burst_passes_and_the_next_waits() {
        let mut pace = Pace::new(RATE, UnixMillis(0));
        for _ in 0..3 {
            assert_eq!(pace.judge(UnixMillis(0)), Verdict::Go);
        }
        let wait = Verdict::Wait {
            retry_after_ms: 100,
        };
        assert_eq!(pace.judge(UnixMillis(0)), wait);
        assert_eq!(pace.judge(UnixMillis(100)), Verdict::Go);
    }

    #[test]
    fn whoever_ignores_refusals_is_cut_off() {
        let mut pace = Pace::new(RATE, UnixMillis(0));
        let verdicts: Vec<_> = (0..100).map(|_| pace.judge(UnixMillis(0))).collect();
        assert_eq!(verdicts.last(), Some(&Verdict::Flood));
    }

    #[test]
    fn only_so_many_may_wait_for_an_answer() {
        let fast = Rate {
            per_second: 100_000,
            burst: 100_000,
        };
        let mut pace = Pace::new(fast, UnixMillis(0));
        for _ in 0..OPEN {
            assert_eq!(pace.judge(UnixMillis(0)), Verdict::Go);
        }
        let held = Verdict::Wait { retry_after_ms: 50 };
        assert_eq!(pace.judge(UnixMillis(0)), held);
        pace.answered();
        assert_eq!(pace.judge(UnixMillis(0)), Verdict::Go);
    }
}
