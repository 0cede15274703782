//! Takes turns: a piece of a day by one, the same piece by the other.

use std::time::{Duration, Instant};

use anyhow::ensure;

use super::day::{Day, Decides, Record, Size};
use super::scan::Scan;
use super::standing::Standing;

const SMALL: Size = Size {
    waiting: 1_000,
    agents: 100,
};
const LARGE: Size = Size {
    waiting: 10_000,
    agents: 1_000,
};
/// How many pieces of a day are measured, after one that is not.
const PIECES: u32 = 10;
/// How often something happens at either site in a piece.
const EVENTS: u32 = 4_000;

/// What a decision costs, in nanoseconds.
pub(super) struct Costs {
    /// The floor, where 1,000 wait for 100 agents.
    pub(super) small: f64,
    /// The floor, where 10,000 wait for 1,000 agents.
    pub(super) large: f64,
    /// The scan, where 10,000 wait for 1,000 agents.
    pub(super) scan: f64,
}

/// Measures the day of a seed.
///
/// # Errors
/// If the floor and the scan decide differently.
pub(super) fn measure(seed: u64) -> anyhow::Result<Costs> {
    let mut small = Timed::<Standing>::begin(SMALL, seed);
    let mut large = Timed::<Standing>::begin(LARGE, seed);
    let mut scan = Timed::<Scan>::begin(LARGE, seed);
    let mut small_scan = Timed::<Scan>::begin(SMALL, seed);
    for _ in 0..PIECES {
        let (few, many) = (small.turn(), large.turn());
        ensure!(
            many == scan.turn() && few == small_scan.turn(),
            "the floor and the scan decide differently, seed {seed}"
        );
    }
    Ok(Costs {
        small: small.cost(),
        large: large.cost(),
        scan: scan.cost(),
    })
}

struct Timed<D> {
    day: Day<D>,
    before: Record,
    last: Record,
    spent: Duration,
}

impl<D: Decides> Timed<D> {
    fn begin(size: Size, seed: u64) -> Self {
        let mut day = Day::begin(size, seed);
        let before = day.pass(EVENTS);
        Self {
            day,
            before,
            last: before,
            spent: Duration::ZERO,
        }
    }

    fn turn(&mut self) -> Record {
        let began = Instant::now();
        self.last = self.day.pass(EVENTS);
        self.spent += began.elapsed();
        self.last
    }

    fn cost(&self) -> f64 {
        let decisions = self.last.decisions - self.before.decisions;
        self.spent.as_secs_f64() * 1e9 / f64::from(decisions)
    }
}
