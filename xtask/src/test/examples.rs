//! The examples that cargo does not test, against the built relay: the client in Python, and the
//! cluster behind a proxy.

use std::process::Command;

use anyhow::{Result, bail};

use super::counts;
use super::packages::{self, NATS, POSTGRES, Program};
use super::report::{self, Tally};
use super::watch::watch;
use crate::progress::Progress;
use crate::{project, relay};

const PYTHON: Program = Program {
    names: &["python3"],
    variable: "HEARD_PYTHON",
    package: "python3",
    versions: None,
};

/// Stands in front of the cluster.
const NGINX: Program = Program {
    names: &["nginx"],
    variable: "HEARD_NGINX",
    package: "nginx-light",
    versions: None,
};

/// Runs them.
///
/// # Errors
/// If a program is missing or the relay does not build.
pub(super) fn run() -> Result<Tally> {
    let programs = [&PYTHON, &POSTGRES, &NATS, &NGINX];
    packages::ensure("the examples' tests", &programs)?;
    let Some(python) = PYTHON.find() else {
        bail!("python3 is gone again");
    };
    let relay = relay::build(&mut Progress::new())?;
    let mut tally = Tally::default();
    for (folder, test) in [("python", "test_chat.py"), ("cluster", "test_cluster.py")] {
        let mut command = Command::new(&python);
        command.current_dir(project::root().join("examples").join(folder));
        command.arg(test).env("HEARD_RELAY", &relay);
        let outcome = watch(&mut command);
        tally.add(report::tally(
            outcome.map(|outcome| counts::tally(&outcome, counts::python)),
        ));
    }
    Ok(tally)
}
