//! How far a build is: crates done, of all that there are.

use std::collections::HashSet;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::process;

/// Where nobody sees a line that changes, a new one comes this often.
const PAUSE: Duration = Duration::from_secs(10);

/// What is to be built, and how much of it is.
#[derive(Debug)]
pub(crate) struct Progress {
    /// What stands before a crate's name: the same crate is built once for each.
    part: &'static str,
    waiting: HashSet<(&'static str, String)>,
    total: usize,
    said: Option<Instant>,
}

impl Progress {
    /// Nothing to be built yet.
    pub(crate) fn new() -> Self {
        Self {
            part: "",
            waiting: HashSet::new(),
            total: 0,
            said: None,
        }
    }

    /// Adds what a package takes, for this machine or another target; `part` names it.
    ///
    /// # Errors
    /// If cargo can't tell; what has to be downloaded is downloaded now.
    pub(crate) fn expect(
        &mut self,
        part: &'static str,
        package: &str,
        target: Option<&str>,
    ) -> Result<()> {
        let mut tree = process::cargo();
        tree.args(["tree", "--edges", "normal,build", "--prefix", "none"]);
        tree.args(["--format", "{p}", "--package", package]);
        if let Some(target) = target {
            tree.args(["--target", target]);
        }
        let shown = process::show(&tree);
        let listed = tree.stderr(Stdio::inherit()).output();
        let listed = listed.with_context(|| format!("could not start `{shown}`"))?;
        if !listed.status.success() {
            bail!("`{shown}` failed ({})", listed.status);
        }
        let text = String::from_utf8_lossy(&listed.stdout);
        for line in text.lines() {
            // `name v1.2.3 (where)`
            let mut words = line.split_whitespace();
            if let (Some(name), Some(version)) = (words.next(), words.next()) {
                let version = version.trim_start_matches('v');
                self.waiting.insert((part, format!("{name}@{version}")));
            }
        }
        self.total = self.waiting.len();
        Ok(())
    }

    /// Runs `cargo build …`, says on standard error how far it is, and hands each of cargo's
    /// messages on.
    ///
    /// # Errors
    /// If cargo fails.
    pub(crate) fn build(
        &mut self,
        part: &'static str,
        cargo: &mut Command,
        mut each: impl FnMut(&Value),
    ) -> Result<()> {
        self.part = part;
        let shown = process::show(cargo);
        cargo.args(["--message-format", "json-render-diagnostics"]);
        if self.total > 0 {
            // Cargo would count each build for itself.
            cargo.arg("--quiet");
        }
        let mut child = cargo
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start `{shown}`"))?;
        let stdout = child.stdout.take().context("cargo has no output")?;
        for line in BufReader::new(stdout).lines() {
            // Lines that are not messages are what a build script or a compiler printed.
            let Ok(message) = serde_json::from_str(&line?) else {
                continue;
            };
            if let Some(done) = finished(&message) {
                self.tick(&done);
            }
            each(&message);
        }
        let status = child.wait()?;
        self.end_line();
        if !status.success() {
            bail!("`{shown}` failed ({status})");
        }
        Ok(())
    }

    fn tick(&mut self, done: &str) {
        if self.total == 0 || !self.waiting.remove(&(self.part, done.to_owned())) {
            return;
        }
        let count = self.total - self.waiting.len();
        let Self { part, total, .. } = self;
        let line = format!("    Building {count} of {total} crates ({part}: {done})");
        if io::stderr().is_terminal() {
            // Over the line before.
            eprint!("\r\x1b[K{line}");
            // What can't be shown is not missed.
            let _ = io::stderr().flush();
        } else if self.said.is_none_or(|said| said.elapsed() >= PAUSE) {
            eprintln!("{line}");
            self.said = Some(Instant::now());
        }
    }

    fn end_line(&self) {
        if self.total > 0 && io::stderr().is_terminal() {
            eprint!("\r\x1b[K");
        }
    }
}

/// The crate that one of cargo's messages says is built, if it does: `name@version`.
fn finished(message: &Value) -> Option<String> {
    if message["reason"] != "compiler-artifact" {
        return None;
    }
    let mut kinds = message["target"]["kind"].as_array()?.iter();
    if kinds.any(|kind| kind == "custom-build") {
        return None;
    }
    let id = message["package_id"].as_str()?;
    let (source, name) = id.split_once('#')?;
    // A package that is called as its folder is not named again.
    Some(if name.contains('@') {
        name.to_owned()
    } else {
        format!("{}@{name}", source.rsplit('/').next()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_built_crate_is_named_with_its_version() {
        let built = |id: &str, kind: &str| {
            finished(&json!({
                "reason": "compiler-artifact",
                "package_id": id,
                "target": { "kind": [kind] },
            }))
        };
        let crates = "registry+https://example.org/index#serde@1.0.2";
        assert_eq!(built(crates, "lib").as_deref(), Some("serde@1.0.2"));
        assert_eq!(built(crates, "custom-build"), None);
        let own = "path+file:///w/relay#heard-relay@0.1.0";
        assert_eq!(built(own, "bin").as_deref(), Some("heard-relay@0.1.0"));
        let plain = "path+file:///w/xtask#0.1.0";
        assert_eq!(built(plain, "bin").as_deref(), Some("xtask@0.1.0"));
    }
}
