//! Reading test runners' closing lines.

use super::report::Tally;
use super::watch::Outcome;

/// The counts of a run, by the runner's closing lines. A runner that failed without counting a
/// failure (it did not compile, it crashed), or that counted nothing at all, is a failure too.
pub(super) fn tally(outcome: &Outcome, of_line: fn(&str) -> Option<Counts>) -> Tally {
    let mut tally = Tally::default();
    for counts in outcome.lines.iter().filter_map(|line| of_line(line)) {
        tally.passed += counts.passed;
        tally.failed += counts.failed;
        tally.skipped += counts.skipped;
    }
    if tally.failed > 0 {
        tally.failures.push(format!("`{}`", outcome.shown));
    } else if !outcome.success {
        tally.fail(format!("`{}` failed", outcome.shown));
    } else if tally.passed == 0 {
        tally.fail(format!("`{}` ran no test", outcome.shown));
    }
    tally
}

/// What one closing line says.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Counts {
    /// Adds a count by the word that stands with it.
    fn put(&mut self, word: &str, count: u64) {
        match word {
            "passed" | "pass" => self.passed += count,
            "failed" | "fail" | "timed" | "exec" | "cancelled" => self.failed += count,
            "skipped" | "ignored" | "todo" => self.skipped += count,
            _ => {}
        }
    }
}

/// `test result: ok. 5 passed; 0 failed; 1 ignored; …`
pub(super) fn cargo_test(line: &str) -> Option<Counts> {
    let (_, parts) = line
        .trim()
        .strip_prefix("test result: ")?
        .split_once(". ")?;
    Some(read(parts.split(';')))
}

/// `Summary [ 0.012s] 7 tests run: 6 passed (1 slow), 1 timed out, 0 skipped`
pub(super) fn nextest(line: &str) -> Option<Counts> {
    let line = line.trim().strip_prefix("Summary ")?;
    let (_, parts) = line
        .split_once("tests run: ")
        .or_else(|| line.split_once("test run: "))?;
    // What stands in brackets says more about a count before it.
    let mut depth = 0_u32;
    let plain: String = parts
        .chars()
        .filter(|char| {
            match char {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect();
    Some(read(plain.split(',')))
}

/// Lines such as `ℹ pass 5` of node's test runner.
pub(super) fn node(line: &str) -> Option<Counts> {
    let (word, count) = line.trim().strip_prefix("ℹ ")?.split_once(' ')?;
    let mut counts = Counts::default();
    counts.put(word, count.parse().ok()?);
    Some(counts)
}

/// A line of Python's unittest, told to name every test: `test_a (…) ... ok`.
pub(super) fn python(line: &str) -> Option<Counts> {
    let line = line.trim();
    let outcome = match line.rsplit_once(" ... ") {
        Some((test, outcome)) if test.starts_with("test_") => outcome.split_whitespace().next()?,
        Some(_) => return None,
        // A warning came between the two.
        None => line,
    };
    let mut counts = Counts::default();
    match outcome {
        "ok" => counts.passed = 1,
        "skipped" => counts.skipped = 1,
        "FAIL" | "ERROR" => counts.failed = 1,
        _ => return None,
    }
    Some(counts)
}

fn read<'a>(parts: impl Iterator<Item = &'a str>) -> Counts {
    let mut counts = Counts::default();
    for part in parts {
        let mut words = part.split_whitespace();
        if let (Some(count), Some(word)) = (words.next(), words.next())
            && let Ok(count) = count.parse()
        {
            counts.put(word, count);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn cargo_tests_closing_line() {
        let line = "test result: FAILED. 6 passed; 1 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.16s";
        assert_eq!(cargo_test(line), Some(counts(6, 1, 2)));
        assert_eq!(cargo_test("test a ... ok"), None);
    }

    #[test]
    fn nextests_closing_line() {
        let line = "     Summary [   0.250s] 9 tests run: 6 passed (2 slow, 1 leaky), 1 failed, 1 timed out, 1 exec failed, 4 skipped";
        assert_eq!(nextest(line), Some(counts(6, 3, 4)));
        assert_eq!(
            nextest("Summary [ 1s] 1 test run: 1 passed, 0 skipped"),
            Some(counts(1, 0, 0))
        );
        assert_eq!(
            nextest("Summary [ 1s] 3/5 tests run: 2 passed, 1 failed, 0 skipped"),
            Some(counts(2, 1, 0))
        );
        assert_eq!(nextest("PASS [ 0.005s] a b"), None);
    }

    #[test]
    fn nodes_closing_lines() {
        let lines = [
            "ℹ tests 9",
            "ℹ pass 5",
            "ℹ fail 1",
            "ℹ cancelled 1",
            "ℹ skipped 2",
        ];
        let mut sum = counts(0, 0, 0);
        for read in lines.iter().filter_map(|line| node(line)) {
            sum = counts(
                sum.passed + read.passed,
                sum.failed + read.failed,
                sum.skipped + read.skipped,
            );
        }
        assert_eq!(sum, counts(5, 2, 2));
        assert_eq!(node("✔ a page (12ms)"), None);
        assert_eq!(node("ℹ duration_ms 12.5"), None);
    }

    #[test]
    fn pythons_lines() {
        let line = |outcome| format!("test_a (__main__.ChatTest.test_a) ... {outcome}");
        assert_eq!(python(&line("ok")), Some(counts(1, 0, 0)));
        assert_eq!(python(&line("FAIL")), Some(counts(0, 1, 0)));
        assert_eq!(python(&line("ERROR")), Some(counts(0, 1, 0)));
        assert_eq!(python(&line("skipped 'no'")), Some(counts(0, 0, 1)));
        assert_eq!(python("Ran 7 tests in 3.2s"), None);
        assert_eq!(python(&line("/test.py:7: ResourceWarning: unclosed")), None);
        assert_eq!(python("ok"), Some(counts(1, 0, 0)));
        assert_eq!(python("OK"), None);
    }

    fn outcome(success: bool, line: &str) -> Outcome {
        Outcome {
            success,
            lines: vec![line.to_owned()],
            shown: String::from("run"),
        }
    }

    #[test]
    fn a_run_that_counts_no_failure_can_still_have_failed() {
        let line = "test result: ok. 6 passed; 0 failed; 0 ignored";
        assert_eq!(tally(&outcome(true, line), cargo_test).failed, 0);
        assert_eq!(tally(&outcome(false, line), cargo_test).failed, 1);
        let none = "test result: ok. 0 passed; 0 failed; 0 ignored";
        assert_eq!(tally(&outcome(true, none), cargo_test).failed, 1);
        assert_eq!(tally(&outcome(true, ""), cargo_test).failed, 1);
    }
}
