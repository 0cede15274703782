//! How long to wait before the next attempt to connect.

/// Random numbers that need only spread clients apart, not keep a secret (splitmix64).
#[derive(Debug)]
pub(super) struct Jitter(u64);

impl Jitter {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from zero to `most`, both included.
    pub(super) fn up_to(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // `most` is a delay, far below the end of the range: the bias of the remainder is nothing.
        mixed % most.saturating_add(1)
    }
}

/// The longest wait of the retry after this many failures: it doubles up to the cap.
pub(super) fn ceiling(base_ms: u64, cap_ms: u64, failures: u32) -> u64 {
    let doubled = base_ms.saturating_mul(1 << failures.min(32));
    doubled.min(cap_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_the_cap() {
        let waits: Vec<_> = [0, 1, 2, 3, 60, u32::MAX]
            .into_iter()
            .map(|failures| ceiling(500, 3_000, failures))
            .collect();
        assert_eq!(waits, [500, 1_000, 2_000, 3_000, 3_000, 3_000]);
    }

    #[test]
    fn jitter_stays_within_bounds_and_reaches_both_halves() {
        let mut jitter = Jitter::new(1);
        let drawn: Vec<_> = (0..200).map(|_| jitter.up_to(99)).collect();
        assert!(drawn.iter().all(|wait| *wait <= 99));
        assert!(drawn.iter().any(|wait| *wait < 20) && drawn.iter().any(|wait| *wait > 80));
        assert_eq!(jitter.up_to(0), 0);
    }

    #[test]
    fn another_seed_draws_other_waits() {
        let draw = |seed| {
            let mut jitter = Jitter::new(seed);
            [(); 8].map(|()| jitter.up_to(30_000))
        };
        assert_ne!(draw(1), draw(2));
        assert_eq!(draw(1), draw(1));
    }
}
