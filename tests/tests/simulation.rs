//! The simulation over many seeds.
//!
//! `HEARD_SEED=n cargo test -p heard-tests --test simulation many -- --nocapture` plays one seed
//! and says all that happens in it; `HEARD_SIM_RUNS=n` changes how many are played.

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use heard_relay::store::sqlite::Engine;
use heard_tests::sim::{Mutant, Stats, run};

/// How many runs share an engine: sites pile up in it, and some statements look at all of them.
const RUNS_PER_ENGINE: u64 = 64;

fn setting(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().expect("a number"))
}

/// Plays seeds until there are none left; returns what happened, or the first seed that failed and
/// why.
fn play(next: &AtomicU64, end: u64) -> Result<Stats, (u64, String)> {
    let mut total = Stats::default();
    loop {
        let first = next.fetch_add(RUNS_PER_ENGINE, Ordering::Relaxed);
        if first >= end {
            return Ok(total);
        }
        let mut engine = Engine::in_memory().expect("an engine in memory");
        for seed in first..end.min(first + RUNS_PER_ENGINE) {
            let outcome = run(seed, &mut engine, None, false);
            if !outcome.violations.is_empty() {
                next.store(end, Ordering::Relaxed);
                return Err((seed, format!("{:#?}", outcome.violations)));
            }
            total.add(&outcome.stats);
        }
    }
}

#[test]
fn many_seeds_keep_the_contract() {
    if let Some(seed) = setting("HEARD_SEED") {
        let mut engine = Engine::in_memory().expect("an engine in memory");
        let outcome = run(seed, &mut engine, None, true);
        eprintln!("{:#?}", outcome.stats);
        assert!(outcome.violations.is_empty(), "{:#?}", outcome.violations);
        return;
    }
    let runs = setting("HEARD_SIM_RUNS").unwrap_or(10_000);
    let began = Instant::now();
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut total = Stats::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| play(&next, runs)))
            .collect();
        for worker in workers {
            match worker.join().expect("a worker that ends") {
                Ok(stats) => total.add(&stats),
                Err((seed, why)) => panic!(
                    "seed {seed}: {why}\nreplay it with: HEARD_SEED={seed} cargo test -p heard-tests \
                     --test simulation many -- --nocapture"
                ),
            }
        }
    });
    println!("{runs} runs in {:.1?}: {total:#?}", began.elapsed());
    if runs >= 1_000 {
        assert_eq!(total.never(), Vec::<&str>::new(), "never happened");
    }
}

#[test]
fn a_seed_replays() {
    let play = |seed| {
        let mut engine = Engine::in_memory().expect("an engine in memory");
        format!("{:?}", run(seed, &mut engine, None, false))
    };
    for seed in 0..20 {
        assert_eq!(play(seed), play(seed), "seed {seed}");
    }
}

#[test]
fn a_broken_relay_or_client_is_caught() {
    const WITHIN: u64 = 300;
    for mutant in Mutant::ALL {
        let mut engine = Engine::in_memory().expect("an engine in memory");
        let caught = (0..WITHIN).find_map(|seed| {
            let violations = run(seed, &mut engine, Some(mutant), false).violations;
            (!violations.is_empty()).then_some((seed, violations))
        });
        let (seed, violations) =
            caught.unwrap_or_else(|| panic!("{mutant:?} was not caught in {WITHIN} seeds"));
        println!("{mutant:?}: caught at seed {seed}: {}", violations[0]);
    }
}
