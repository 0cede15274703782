//! How fast one socket may talk, and in which order its commands are let through.
//!
//! The speed is a token bucket. The order is the one in which the commands first came: one that was refused for now, here or by a store
//! that could not write, must not be overtaken by the ones behind it, or a visitor's two sentences would swap places. So
//! everything behind it is refused too, until it is tried again. A sender who goes on with something else for long does not
//! hear: the connection is ended, and the next one begins with what was refused.

use std::collections::VecDeque;

use heard_protocol::{CommandId, UnixMillis};

/// How long a sender may go on with other commands after a refusal without trying the refused one again, in milliseconds.
const DEAF_MS: u64 = 10_000;
/// The most commands that may wait for an answer; more are refused for now.
const OPEN: usize = 4_096;
/// How much room is kept when nothing waits, in commands.
const ROOM: usize = 8;

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
    /// The sender ignores refusals, or does not hear them: end the connection.
    Flood,
}

/// The bucket of one connection, and its commands that were not answered for good.
#[derive(Debug, Clone)]
pub struct Pace {
    rate: Rate,
    /// Thousandths of a command.
    milli_tokens: u64,
    at: UnixMillis,
    refused: u32,
    /// In the order in which they first came.
    open: VecDeque<Open>,
}

/// A command that was not answered for good.
#[derive(Debug, Clone, Copy)]
struct Open {
    id: CommandId,
    /// When it was refused for now; `None` while it is being carried out.
    refused: Option<UnixMillis>,
}

impl Pace {
    /// A full bucket.
    pub fn new(rate: Rate, now: UnixMillis) -> Self {
        Self {
            rate,
            milli_tokens: u64::from(rate.burst) * 1_000,
            at: now,
            refused: 0,
            open: VecDeque::new(),
        }
    }

    /// Judges one more command. One that may go must be followed by [`answered`](Self::answered).
    pub fn judge(&mut self, id: CommandId, now: UnixMillis) -> Verdict {
        self.refill(now);
        let place = self.open.iter().position(|one| one.id == id);
        let before = place.unwrap_or(self.open.len());
        let waited_for = self.open.iter().take(before).find_map(|one| one.refused);
        match waited_for {
            Some(since) if now.since(since) >= DEAF_MS => return Verdict::Flood,
            None if self.milli_tokens >= 1_000 && before < OPEN => {
                self.milli_tokens -= 1_000;
                self.refused = 0;
                self.set(id, place, None);
                return Verdict::Go;
            }
            Some(_) | None => {}
        }
        if before < OPEN {
            self.set(id, place, Some(now));
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

    /// A command that was let through was answered: for good, or refused for now.
    pub fn answered(&mut self, id: CommandId, for_good: bool, now: UnixMillis) {
        let Some(place) = self.open.iter().position(|one| one.id == id) else {
            return;
        };
        if for_good {
            self.open.remove(place);
            if self.open.is_empty() && self.open.capacity() > ROOM {
                self.open = VecDeque::new();
            }
        } else {
            self.set(id, Some(place), Some(now));
        }
    }

    fn set(&mut self, id: CommandId, place: Option<usize>, refused: Option<UnixMillis>) {
        match place.and_then(|place| self.open.get_mut(place)) {
            Some(one) => one.refused = refused,
            None => self.open.push_back(Open { id, refused }),
        }
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

    fn id(n: u128) -> CommandId {
        CommandId::from_bits(n)
    }

    const HELD: Verdict = Verdict::Wait { retry_after_ms: 50 };

    #[test]
    fn a_burst_passes_and_the_next_waits() {
        let mut pace = Pace::new(RATE, UnixMillis(0));
        for n in 0..3 {
            assert_eq!(pace.judge(id(n), UnixMillis(0)), Verdict::Go);
        }
        assert_eq!(
            pace.judge(id(3), UnixMillis(0)),
            Verdict::Wait {
                retry_after_ms: 100
            }
        );
        assert_eq!(pace.judge(id(3), UnixMillis(100)), Verdict::Go);
    }

    #[test]
    fn nothing_overtakes_a_refused_command() {
        let mut pace = Pace::new(RATE, UnixMillis(0));
        for n in 0..4 {
            pace.judge(id(n), UnixMillis(0));
        }
        assert_eq!(pace.judge(id(4), UnixMillis(1_000)), HELD);
        assert_eq!(pace.judge(id(5), UnixMillis(1_000)), HELD);
        for n in 3..6 {
            assert_eq!(pace.judge(id(n), UnixMillis(1_000)), Verdict::Go);
        }
    }

    #[test]
    fn nothing_overtakes_what_could_not_be_carried_out_however_late_that_is_heard() {
        let now = UnixMillis(0);
        let mut pace = Pace::new(RATE, now);
        for n in 1..=3 {
            assert_eq!(pace.judge(id(n), now), Verdict::Go);
        }
        let now = UnixMillis(2_000);
        pace.answered(id(1), false, now);
        assert_eq!(pace.judge(id(4), now), HELD);
        assert_eq!(pace.judge(id(1), now), Verdict::Go);
        // Only now it is heard that the others failed as well.
        pace.answered(id(3), false, now);
        pace.answered(id(2), false, now);
        pace.answered(id(1), true, now);
        assert_eq!(pace.judge(id(3), now), HELD);
        assert_eq!(pace.judge(id(2), now), Verdict::Go);
        assert_eq!(pace.judge(id(4), now), HELD);
        assert_eq!(pace.judge(id(3), now), Verdict::Go);
        pace.answered(id(2), true, now);
        pace.answered(id(3), true, now);
        assert_eq!(pace.judge(id(4), UnixMillis(3_000)), Verdict::Go);
    }

    #[test]
    fn whoever_goes_on_as_if_nothing_had_been_refused_is_cut_off() {
        let mut pace = Pace::new(RATE, UnixMillis(0));
        for n in 0..4 {
            pace.judge(id(n), UnixMillis(0));
        }
        let mut late = pace.clone();
        assert_eq!(pace.judge(id(9), UnixMillis(DEAF_MS)), Verdict::Flood);
        assert_eq!(late.judge(id(3), UnixMillis(DEAF_MS)), Verdict::Go);
        assert_eq!(late.judge(id(9), UnixMillis(DEAF_MS)), Verdict::Go);
    }

    #[test]
    fn whoever_ignores_refusals_is_cut_off() {
        let mut pace = Pace::new(RATE, UnixMillis(0));
        let verdicts: Vec<_> = (0..100).map(|n| pace.judge(id(n), UnixMillis(0))).collect();
        assert_eq!(verdicts.last(), Some(&Verdict::Flood));
    }

    #[test]
    fn what_was_answered_takes_no_room() {
        let mut pace = Pace::new(RATE, UnixMillis(0));
        for n in 0..1_000 {
            let now = UnixMillis(n * 100);
            let id = id(u128::from(n));
            assert_eq!(pace.judge(id, now), Verdict::Go);
            pace.answered(id, true, now);
        }
        assert!(pace.open.is_empty() && pace.open.capacity() <= ROOM);
    }
}
