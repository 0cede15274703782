//! What can be said about the code without running it.

use std::process::Command;

use anyhow::Result;

use super::prose;
use super::report::{Tally, check};
use super::tool::cargo_tool;
use crate::toolchain::{self, WASM};
use crate::{process, project};

/// The version of cargo-deny that is installed where there is none.
const CARGO_DENY: &str = "0.20.2";

/// Crates with code that exists for browsers alone.
const FOR_BROWSERS: [&str; 8] = [
    "--package",
    "heard-protocol",
    "--package",
    "heard-client",
    "--package",
    "heard-widget",
    "--package",
    "heard-console",
];

/// Runs every check.
pub(super) fn run() -> Tally {
    let mut tally = check("formatting", || {
        process::run(process::cargo().args(["fmt", "--all", "--check"]))
    });
    tally.add(check("prose", prose::run));
    tally.add(check("clippy", || {
        process::run(process::cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-Dwarnings",
        ]))
    }));
    tally.add(check("clippy for browsers", || {
        toolchain::ensure_wasm_target()?;
        let mut clippy = process::cargo();
        clippy.args(["clippy", "--target", WASM]).args(FOR_BROWSERS);
        process::run(clippy.args(["--", "-Dwarnings"]))
    }));
    tally.add(check("documentation", || {
        let mut doc = process::cargo();
        doc.args(["doc", "--workspace", "--no-deps"]);
        process::run(doc.env("RUSTDOCFLAGS", "-Dwarnings"))
    }));
    tally.add(check("documentation for browsers", || {
        let mut doc = process::cargo();
        doc.args(["doc", "--no-deps", "--target", WASM])
            .args(FOR_BROWSERS);
        process::run(doc.env("RUSTDOCFLAGS", "-Dwarnings"))
    }));
    tally.add(check("dependencies", dependencies));
    tally
}

/// Licences, sources and bans. Not advisories: their database comes by git from a host that not
/// every network reaches, and a check that passes by not running is worse than none.
/// `cargo deny check advisories` is for whoever can.
fn dependencies() -> Result<()> {
    let mut deny = Command::new(cargo_tool("cargo-deny", CARGO_DENY)?);
    deny.current_dir(project::root());
    process::run(deny.args(["check", "bans", "licenses", "sources"]))
}
