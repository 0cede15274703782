//! Everything that runs without a browser: unit, property, simulation and process tests, and the
//! examples in the docs.

use std::process::Command;

use super::counts::{self, Counts};
use super::packages::{self, NATS, PHONES, POSTGRES, Program};
use super::report::{self, Tally};
use super::watch::watch;
use crate::process;

/// Makes the networks between nodes.
const NETWORKS: Program = Program {
    names: &["ip"],
    variable: "HEARD_IP",
    package: "iproute2",
    versions: None,
};

/// Writes down what a relay does to its files, for the power cuts.
const TRACER: Program = Program {
    names: &["strace"],
    variable: "HEARD_STRACE",
    package: "strace",
    versions: None,
};

/// Installs what the tests need, and runs all of them. Without a program those that need it fail,
/// the others run.
pub(super) fn run(long: bool) -> Tally {
    let mut tally = Tally::default();
    let [agent, visitor, trunk] = &PHONES;
    let programs = [&POSTGRES, &NATS, &NETWORKS, &TRACER, agent, visitor, trunk];
    if let Err(error) = packages::ensure("the tests of stores, nodes and phones", &programs) {
        eprintln!("error: {error:#}");
        tally.fail(format!("{error:#}"));
    }
    let nextest = process::output(Command::new("cargo-nextest").args(["nextest", "--version"]));
    if nextest.is_some() {
        let mut command = process::cargo();
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
        if long {
            command.args(["--run-ignored", "all"]);
        }
        tally.add(count(&mut command, long, counts::nextest));
    } else {
        let mut command = process::cargo();
        command.args(["test", "--workspace", "--all-targets", "--no-fail-fast"]);
        if long {
            command.args(["--", "--include-ignored"]);
        }
        tally.add(count(&mut command, long, counts::cargo_test));
    }
    let mut doc = process::cargo();
    doc.args(["test", "--workspace", "--doc", "--no-fail-fast"]);
    tally.add(documentation(&mut doc));
    tally
}

fn count(command: &mut Command, long: bool, of_line: fn(&str) -> Option<Counts>) -> Tally {
    if long {
        command.env("HEARD_LONG", "1");
    }
    report::tally(watch(command).map(|outcome| counts::tally(&outcome, of_line)))
}

/// The examples in the documentation, of which there may be none.
fn documentation(command: &mut Command) -> Tally {
    report::tally(watch(command).map(|outcome| {
        let none = outcome.success
            && outcome
                .lines
                .iter()
                .filter_map(|line| counts::cargo_test(line))
                .all(|of| of == Counts::default());
        if none {
            Tally::default()
        } else {
            counts::tally(&outcome, counts::cargo_test)
        }
    }))
}
