//! The real relay, widget and console in a real browser, driven by node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::counts;
use super::packages::{self, Program};
use super::report::Tally;
use super::watch::watch;
use crate::progress::Progress;
use crate::{process, project, relay, wasm};

const NODE: Program = Program {
    names: &["node", "nodejs"],
    variable: "HEARD_NODE",
    package: "nodejs",
    versions: None,
};
const NPM: Program = Program {
    names: &["npm"],
    variable: "HEARD_NPM",
    package: "npm",
    versions: None,
};
const CHROMIUM: Program = Program {
    names: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ],
    variable: "HEARD_CHROMIUM",
    package: "chromium",
    versions: None,
};
/// What sound goes through where there is no direct way.
const TURN: Program = Program {
    names: &["turnserver"],
    variable: "HEARD_TURN",
    package: "coturn",
    versions: None,
};

/// Builds what is tested, installs what tests it, and runs it.
///
/// # Errors
/// If something is missing or does not build.
pub(super) fn run(long: bool) -> Result<Tally> {
    packages::ensure("the browser tests", &[&NODE, &NPM, &CHROMIUM, &TURN])?;
    let (Some(node), Some(npm), Some(chromium), Some(turn)) =
        (NODE.find(), NPM.find(), CHROMIUM.find(), TURN.find())
    else {
        bail!("node, npm, Chromium or coturn is gone again");
    };
    let folder = project::root().join("tests/browser");
    install(&npm, &folder)?;

    wasm::build_all()?;
    let relay = relay::build(&mut Progress::new())?;

    let mut command = Command::new(node);
    command.current_dir(&folder);
    command
        .args(["--test", "--test-reporter=spec"])
        .args(cases(&folder)?);
    command
        .env("HEARD_RELAY", relay)
        .env("HEARD_CHROMIUM", chromium)
        .env("HEARD_TURN", turn);
    if long {
        command.env("HEARD_LONG", "1");
    }
    Ok(counts::tally(&watch(&mut command)?, counts::node))
}

/// Brings the packages that package-lock.json names, unless they are there.
fn install(npm: &Path, folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let wanted =
        fs::read_to_string(&lock).with_context(|| format!("reading {}", lock.display()))?;
    let stamp = folder.join("node_modules/.installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut command = Command::new(npm);
    command
        .current_dir(folder)
        .args(["ci", "--no-audit", "--no-fund"]);
    process::run(&mut command)?;
    fs::write(&stamp, wanted).with_context(|| format!("writing {}", stamp.display()))
}

/// Every file of cases, in the order of their names.
fn cases(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            cases.push(path);
        }
    }
    cases.sort();
    Ok(cases)
}
