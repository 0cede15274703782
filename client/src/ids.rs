//! Where command ids come from.

use heard_protocol::{CommandId, UnixMillis};

/// The low 80 bits of an id are random, the high 48 are its millisecond.
const RANDOM_BITS: u32 = 80;

/// Makes command ids that sort in the order they were made, within one source: a later id is never
/// smaller, even in the same millisecond and even when the clock steps back.
#[derive(Debug, Clone, Default)]
pub struct IdSource {
    last: u128,
}

impl IdSource {
    /// A source that has made no id yet.
    pub const fn new() -> Self {
        Self { last: 0 }
    }

    /// A source whose ids come after these: those of the commands that an earlier life of the
    /// program kept. Otherwise a clock that was set back in between would put the old and the new
    /// in the wrong order.
    pub fn after(kept: impl Iterator<Item = CommandId>) -> Self {
        let last = kept.map(|id| u128::from_be_bytes(id.to_bytes())).max();
        Self {
            last: last.unwrap_or_default(),
        }
    }

    /// The next id: of the moment `now` and 80 bits of `random`, which the caller draws afresh from
    /// a good source for every id. The ids of a source are as hard to guess as `random` is.
    pub fn next(&mut self, now: UnixMillis, random: u128) -> CommandId {
        let fresh = u128::from_be_bytes(CommandId::from_parts(now, random).to_bytes());
        self.last = if fresh > self.last {
            fresh
        } else {
            // Ahead of the last id by a random step, so that neighbours do not give each other
            // away.
            self.last
                .saturating_add(1 + (random >> (128 - RANDOM_BITS / 2)))
        };
        CommandId::from_bits(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_source_only_grow() {
        let mut source = IdSource::new();
        let clock = [5, 5, 5, 4, 1, 6, 6];
        let random = [9, 3, u128::MAX, 0, 7, 7, 7];
        let ids: Vec<_> = clock
            .into_iter()
            .zip(random)
            .map(|(at, random)| source.next(UnixMillis(at), random))
            .collect();
        assert!(
            ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]),
            "{ids:?}"
        );
    }

    #[test]
    fn the_ids_of_another_life_go_on_after_the_kept_ones() {
        let kept = CommandId::from_parts(UnixMillis(9), 7);
        let source = || IdSource::after([CommandId::from_bits(1), kept].into_iter());
        assert!(source().next(UnixMillis(4), 0) > kept);
        assert_eq!(
            source().next(UnixMillis(10), 1),
            CommandId::from_parts(UnixMillis(10), 1)
        );
    }

    #[test]
    fn an_id_carries_its_moment_and_its_random_bits() {
        let id = IdSource::new().next(UnixMillis(1_700_000_000_000), 42);
        assert_eq!(id, CommandId::from_parts(UnixMillis(1_700_000_000_000), 42));
    }
}
