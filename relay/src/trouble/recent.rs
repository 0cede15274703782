//! A memory that is never full.

use std::collections::HashMap;
use std::hash::Hash;

/// Remembers at least the latest so many, and at most twice as many: whatever was not asked for
/// while so many others came is forgotten.
pub(super) struct Recent<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    most: usize,
}

impl<K: Eq + Hash, V> Recent<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            most,
        }
    }

    /// Takes one out.
    pub(super) fn take(&mut self, key: &K) -> Option<V> {
        self.young.remove(key).or_else(|| self.old.remove(key))
    }

    /// Puts one in.
    pub(super) fn put(&mut self, key: K, value: V) {
        if self.young.len() >= self.most {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_stay_and_what_is_asked_for_does() {
        let mut recent = Recent::new(2);
        for n in 0..100 {
            recent.put(n, n);
            // Somebody asks for the first all the time.
            let first = recent.take(&0).unwrap();
            recent.put(0, first);
            assert!(recent.young.len() + recent.old.len() <= 4);
        }
        assert_eq!((recent.take(&99), recent.take(&50)), (Some(99), None));
    }
}
