//! The examples that cargo does not test: the client in Python, against the built relay.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use super::counts;
use super::packages::{self, Program};
use super::report::Tally;
use super::watch::watch;
use crate::{process, project};

const PYTHON: Program = Program {
    names: &["python3"],
    variable: "HEARD_PYTHON",
    package: "python3",
    versions: None,
};

/// Runs them.
///
/// # Errors
/// If Python is missing or the relay does not build.
pub(super) fn run() -> Result<Tally> {
    packages::ensure("the examples' tests", &[&PYTHON])?;
    let Some(python) = PYTHON.find() else {
        bail!("python3 is gone again");
    };
    let relay = debug_relay()?;
    let mut command = Command::new(python);
    command.current_dir(project::root().join("examples/python"));
    command.arg("test_chat.py").env("HEARD_RELAY", relay);
    Ok(counts::tally(&watch(&mut command)?, counts::python))
}

/// Builds the relay as the unit tests do: what is tested with it is behaviour, not speed.
pub(super) fn debug_relay() -> Result<PathBuf> {
    process::run(process::cargo().args(["build", "--package", "heard-relay"]))?;
    let name = format!("debug/heard-relay{}", std::env::consts::EXE_SUFFIX);
    Ok(project::target().join(name))
}
