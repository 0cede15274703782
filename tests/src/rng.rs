//! Random numbers from a seed.

/// The same numbers for the same seed (splitmix64). Good enough to make trouble with.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The numbers of this seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    #[expect(clippy::should_implement_trait, reason = "it never ends")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next 128 bits.
    pub fn bits(&mut self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }

    /// From `low` to `high`, both included. Small ranges only, so the bias is nothing.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    /// A place in a list of that length.
    pub fn place(&mut self, length: usize) -> usize {
        let last = u64::try_from(length).unwrap_or(u64::MAX) - 1;
        usize::try_from(self.between(0, last)).unwrap_or(0)
    }

    /// True so many times in a thousand.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.next() % 1_000 < per_mille
    }

    /// One of a list, by value; nothing of an empty one.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        if list.is_empty() {
            None
        } else {
            list.get(self.place(list.len())).copied()
        }
    }

    /// One of a list of things with weights.
    pub fn weighed<T: Copy>(&mut self, list: &[(T, u64)]) -> Option<T> {
        let total: u64 = list.iter().map(|(_, weight)| weight).sum();
        if total == 0 {
            return None;
        }
        let mut left = self.between(0, total - 1);
        for (thing, weight) in list {
            if left < *weight {
                return Some(*thing);
            }
            left -= weight;
        }
        None
    }
}
