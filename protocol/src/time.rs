//! Moments and positions.

use serde::{Deserialize, Serialize};

use crate::wire::Wire;

/// A moment: milliseconds since 1970-01-01 UTC, by the clock of whoever says so.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, Wire,
)]
#[serde(transparent)]
pub struct UnixMillis(pub u64);

impl UnixMillis {
    /// The moment this many milliseconds later; stays at the end of time rather than overflow.
    #[must_use]
    pub const fn plus(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// How many milliseconds have passed since `earlier`; zero if it lies ahead.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A position in a conversation's log *as one audience sees it*: 1 is the first entry, every next
/// one is one more, with no holes. Visitors and staff count separately, so a hidden entry leaves no
/// hole in what a visitor sees.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, Wire,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first entry: a reader who has seen nothing.
    pub const START: Self = Self(0);

    /// The position after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Which log this is. A store draws a random epoch when it is created; after a restore from a
/// backup it must draw another, so that readers whose cursors point past the restored end notice
/// and read anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Wire)]
#[serde(transparent)]
pub struct Epoch(pub u32);
