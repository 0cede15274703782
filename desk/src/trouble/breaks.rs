//! A visitor's connection that does not hold.

use std::collections::VecDeque;

use heard_protocol::UnixMillis;

use super::{Evidence, Limits};

/// Within which time breaks are counted, in milliseconds.
const WITHIN_MS: u64 = 600_000;
/// Breaks so close together are one, in milliseconds: every tab of a visitor has a connection, and
/// all of them go by the same way.
const ONE_MS: u64 = 5_000;

/// When a visitor's connection broke, lately. One that either side ended with a word did not break.
#[derive(Debug, Clone, Default)]
pub struct Breaks(VecDeque<UnixMillis>);

impl Breaks {
    /// It broke now. Returns what that amounts to, if it is often enough.
    pub fn add(&mut self, limits: &Limits, now: UnixMillis) -> Option<Evidence> {
        if self.0.back().is_some_and(|last| now.since(*last) < ONE_MS) {
            return None;
        }
        while self.0.front().is_some_and(|at| now.since(*at) >= WITHIN_MS) {
            self.0.pop_front();
        }
        self.0.push_back(now);
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        (count >= limits.breaks).then_some(Evidence::Broken(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broke(seconds: &[u64]) -> Vec<Option<Evidence>> {
        let mut breaks = Breaks::default();
        let limits = Limits::default();
        let moments = seconds.iter().map(|at| UnixMillis(at * 1_000));
        moments.map(|at| breaks.add(&limits, at)).collect()
    }

    #[test]
    fn often_within_a_short_time_is_trouble() {
        assert_eq!(
            broke(&[10, 100, 300]),
            [None, None, Some(Evidence::Broken(3))]
        );
        assert_eq!(broke(&[10, 300, 611, 900]), [None; 4]);
    }

    #[test]
    fn several_tabs_break_once() {
        assert_eq!(broke(&[10, 10, 11, 13]), [None; 4]);
    }
}
