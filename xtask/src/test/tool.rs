//! Programs from the crate registry that a section needs.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{process, project};

/// A subcommand of cargo at one version, installed or compiled into the target folder: some two
/// minutes, once.
///
/// # Errors
/// If it is not there and can't be compiled.
pub(super) fn cargo_tool(name: &str, version: &str) -> Result<PathBuf> {
    let installed = PathBuf::from(name);
    if process::output(Command::new(&installed).arg("--version")).is_some() {
        return Ok(installed);
    }
    let tools = project::target().join("tools");
    let own = tools.join("bin").join(name);
    if !own.exists() {
        eprintln!(
            "{name} is not installed; compiling one into {}",
            tools.display()
        );
        let mut install = process::cargo();
        // Unoptimised: it runs for a second and compiles for minutes.
        install.args(["install", "--locked", "--debug"]);
        install
            .arg(format!("{name}@{version}"))
            .arg("--root")
            .arg(&tools);
        install.env("CARGO_PROFILE_DEV_DEBUG", "0");
        process::run(&mut install).with_context(|| format!("{name} is needed"))?;
    }
    Ok(own)
}
