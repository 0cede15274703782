//! The decoders under a fuzzer, a minute each; part of the long form.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::report::{self, Tally};
use super::tool::cargo_tool;
use crate::{process, project};

/// The version of cargo-fuzz that is installed where there is none.
const CARGO_FUZZ: &str = "0.13.2";

/// Runs both targets from seeds made of the golden frames.
pub(super) fn run() -> Tally {
    let mut tally = report::check("fuzzing seeds", seed);
    for target in ["decode_client", "decode_relay"] {
        tally.add(report::check(target, || fuzz(target)));
    }
    tally
}

fn seed() -> Result<()> {
    let manifest = Path::new("fuzz/Cargo.toml");
    let mut seeds = process::cargo();
    seeds.args(["run", "--example", "seed", "--manifest-path"]);
    process::run(seeds.arg(manifest))
}

fn fuzz(target: &str) -> Result<()> {
    let mut fuzzer = Command::new(cargo_tool("cargo-fuzz", CARGO_FUZZ)?);
    fuzzer.current_dir(project::root());
    // Lets the stable toolchain use the sanitizer.
    fuzzer.env("RUSTC_BOOTSTRAP", "1");
    fuzzer.args([
        "fuzz",
        "run",
        target,
        "--",
        "-max_total_time=60",
        "-max_len=4096",
    ]);
    process::run(&mut fuzzer)
}
