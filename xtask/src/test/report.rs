//! What ran and what came of it.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Counts of one section, and in words what failed.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) skipped: u64,
    pub(super) failures: Vec<String>,
}

impl Tally {
    /// Adds another's counts.
    pub(super) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.failures.extend(other.failures);
    }

    /// Counts something that failed outside of a test runner's own counts.
    pub(super) fn fail(&mut self, what: String) {
        self.failed += 1;
        self.failures.push(what);
    }
}

/// A check that passes or fails as a whole.
pub(super) fn check(name: &str, run: impl FnOnce() -> Result<()>) -> Tally {
    eprintln!("\n--- {name}");
    let mut tally = Tally::default();
    match run() {
        Ok(()) => tally.passed = 1,
        Err(error) => {
            eprintln!("error: {error:#}");
            tally.fail(format!("{name}: {error:#}"));
        }
    }
    tally
}

/// A runner that could not be started has failed.
pub(super) fn tally(run: Result<Tally>) -> Tally {
    run.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        let mut tally = Tally::default();
        tally.fail(format!("{error:#}"));
        tally
    })
}

/// The whole run.
#[derive(Debug, Default)]
pub(super) struct Report {
    sections: Vec<(&'static str, Duration, Tally)>,
    current: Option<(&'static str, Instant)>,
}

impl Report {
    /// Starts a section.
    pub(super) fn begin(&mut self, name: &'static str) {
        eprintln!("\n=== {name}");
        self.current = Some((name, Instant::now()));
    }

    /// Ends the section that was started.
    pub(super) fn end(&mut self, tally: Tally) {
        if let Some((name, since)) = self.current.take() {
            self.sections.push((name, since.elapsed(), tally));
        }
    }

    /// Whether anything failed, or nothing ran at all.
    pub(super) fn failed(&self) -> bool {
        let total = self.total();
        total.0 == 0 || total.1 > 0
    }

    fn total(&self) -> (u64, u64) {
        let each = self.sections.iter().map(|(_, _, tally)| tally);
        each.fold((0, 0), |(passed, failed), tally| {
            (passed + tally.passed, failed + tally.failed)
        })
    }

    /// Prints the failures, a line for each section, and the total alone on the last line.
    pub(super) fn print(&self) {
        println!();
        for (name, _, tally) in &self.sections {
            for failure in &tally.failures {
                println!("FAILED {name}: {failure}");
            }
        }
        for (name, took, tally) in &self.sections {
            println!(
                "{name:<8} {:>5} passed {:>4} failed {:>4} skipped   {:>5.0} s",
                tally.passed,
                tally.failed,
                tally.skipped,
                took.as_secs_f64()
            );
        }
        let (passed, failed) = self.total();
        println!("{passed} passed, {failed} failed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    fn report(tallies: Vec<Tally>) -> Report {
        let mut report = Report::default();
        for tally in tallies {
            report.begin("some");
            report.end(tally);
        }
        report
    }

    #[test]
    fn one_failure_fails_the_whole() {
        let good = check("good", || Ok(()));
        let bad = check("bad", || bail!("broken"));
        assert_eq!(bad.failures, ["bad: broken"]);
        let report = report(vec![good, bad]);
        assert_eq!(report.total(), (1, 1));
        assert!(report.failed());
    }

    #[test]
    fn running_nothing_is_a_failure() {
        assert!(report(vec![Tally::default()]).failed());
        assert!(!report(vec![check("good", || Ok(()))]).failed());
    }
}
