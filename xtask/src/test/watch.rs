//! Running a test runner: its output is shown as it comes and kept for counting.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result};

use crate::process;

/// What a runner said.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Whether it ended with zero.
    pub(super) success: bool,
    /// Every line of both streams, each stream in its order.
    pub(super) lines: Vec<String>,
    /// The command.
    pub(super) shown: String,
}

/// Runs a command to its end.
///
/// # Errors
/// If it can't be started.
pub(super) fn watch(command: &mut Command) -> Result<Outcome> {
    let shown = process::show(command);
    eprintln!("$ {shown}");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start `{shown}`"))?;
    let out = child.stdout.take().context("no output")?;
    let err = child.stderr.take().context("no error output")?;
    let errors = thread::spawn(move || pass_on(err, |line| eprintln!("{line}")));
    let mut lines = pass_on(out, |line| println!("{line}"));
    let status = child.wait()?;
    lines.extend(errors.join().unwrap_or_default());
    Ok(Outcome {
        success: status.success(),
        lines,
        shown,
    })
}

fn pass_on(stream: impl Read, show: impl Fn(&str)) -> Vec<String> {
    let mut stream = BufReader::new(stream);
    let mut lines = Vec::new();
    let mut bytes = Vec::new();
    // Tests may print anything, so not every line need be UTF-8.
    while stream
        .read_until(b'\n', &mut bytes)
        .is_ok_and(|read| read > 0)
    {
        let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        show(&line);
        lines.push(line);
        bytes.clear();
    }
    lines
}
