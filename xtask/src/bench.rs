//! The bench: everything built for speed, then measured.

use std::ffi::OsString;
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::{process, project, wasm};

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Passed on to the bench: --json FILE, --reps N, --only throughput|latency|idle|weight|routing
    /// …
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "OPTIONS"
    )]
    rest: Vec<OsString>,
}

/// Builds what is measured and what measures it, and runs it.
///
/// # Errors
/// If something can't be built, or the bench fails or misses a bound.
pub(crate) fn run(options: &Options) -> Result<()> {
    wasm::build_all()?;
    let packages = ["--package", "heard-relay", "--package", "heard-bench"];
    process::run(process::cargo().args(["build", "--release"]).args(packages))?;
    let bench = project::target().join(format!(
        "release/heard-bench{}",
        std::env::consts::EXE_SUFFIX
    ));
    process::run(Command::new(bench).arg("run").args(&options.rest))
}
