//! The load driver: built for speed, then run.

use std::ffi::OsString;
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::{process, project};

/// How many, how long, where.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Passed on to the driver: --visitors N, --agents M, --seconds S, --think-ms T, --data
    /// file|postgres (--help lists all)
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "OPTIONS"
    )]
    rest: Vec<OsString>,
}

/// Builds the relay and the driver, and lets it drive.
///
/// # Errors
/// If something can't be built, or the delivery contract was not kept.
pub(crate) fn run(options: &Options) -> Result<()> {
    let packages = ["--package", "heard-relay", "--package", "heard-load"];
    process::run(process::cargo().args(["build", "--release"]).args(packages))?;
    let program = |name: &str| {
        let suffix = std::env::consts::EXE_SUFFIX;
        project::target().join(format!("release/{name}{suffix}"))
    };
    process::run(
        Command::new(program("heard-load"))
            .args(&options.rest)
            .env("HEARD_RELAY", program("heard-relay")),
    )
}
