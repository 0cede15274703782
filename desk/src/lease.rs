//! When a node counts as gone.
//!
//! Nodes raise a number again and again, and look at each other's. No clock is compared: a node
//! that has not raised its number over several looks of ours is gone. So clocks may differ, and a
//! watcher that was itself asleep does not take the others for dead.

use std::collections::BTreeMap;

/// How often a node raises its number and looks at the others', in milliseconds.
pub const BEAT_MS: u64 = 2_000;
/// After how many looks at the same number a node is gone: six to eight seconds, which leaves two
/// of the ten within which its agents' offers are to be with others.
pub const LOOKS: u8 = 3;

/// What one node has seen of the others.
#[derive(Debug, Clone)]
pub struct Leases<N> {
    seen: BTreeMap<N, Seen>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    beat: u64,
    looks: u8,
}

impl<N> Default for Leases<N> {
    fn default() -> Self {
        Self {
            seen: BTreeMap::new(),
        }
    }
}

impl<N: Ord + Copy> Leases<N> {
    /// Takes a look: every node there is and its number. Returns those that are gone, with the
    /// number they stopped at; each look does so again, until they are no longer there.
    pub fn look(&mut self, beats: impl IntoIterator<Item = (N, u64)>) -> Vec<(N, u64)> {
        let before = std::mem::take(&mut self.seen);
        let mut gone = Vec::new();
        for (node, beat) in beats {
            let looks = match before.get(&node) {
                Some(seen) if seen.beat == beat => seen.looks.saturating_add(1),
                Some(_) | None => 0,
            };
            if looks >= LOOKS {
                gone.push((node, beat));
            }
            self.seen.insert(node, Seen { beat, looks });
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_keeps_counting_stays() {
        let mut leases = Leases::default();
        for beat in 0..20 {
            assert_eq!(leases.look([(1, beat), (2, beat / 2)]), []);
        }
    }

    #[test]
    fn who_falls_silent_is_gone_until_it_is_heard_again() {
        let mut leases = Leases::default();
        for look in 0..LOOKS {
            assert_eq!(leases.look([(1, 7), (2, u64::from(look))]), []);
        }
        assert_eq!(leases.look([(1, 7), (2, 90)]), [(1, 7)]);
        assert_eq!(leases.look([(1, 7), (2, 91)]), [(1, 7)]);
        assert_eq!(leases.look([(1, 8), (2, 92)]), []);
    }

    #[test]
    fn who_comes_back_under_the_same_name_starts_afresh() {
        let mut leases = Leases::default();
        for _ in 0..LOOKS {
            assert_eq!(leases.look([(1, 7)]), []);
        }
        assert_eq!(leases.look([]), []);
        for _ in 0..LOOKS {
            assert_eq!(leases.look([(1, 7)]), []);
        }
    }
}
