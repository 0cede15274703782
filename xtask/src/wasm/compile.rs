//! The compiler's part: crates to raw wasm modules.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::Bundle;
use crate::process;
use crate::toolchain::WASM;

/// Compiles the bundles' crates, all in one go so that they share their dependencies, and says
/// where the modules are.
///
/// # Errors
/// If cargo fails, or a crate is not of a kind that becomes a module.
pub(super) fn compile(bundles: &[Bundle]) -> Result<Vec<(Bundle, PathBuf)>> {
    let mut cargo = process::cargo();
    cargo.args(["build", "--profile", "widget", "--target", WASM]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    for bundle in bundles {
        cargo.args(["--package", bundle.package()]);
    }
    let shown = process::show(&cargo);
    let mut child = cargo
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start `{shown}`"))?;
    let stdout = child.stdout.take().context("cargo has no output")?;

    let mut found = Vec::new();
    for line in BufReader::new(stdout).lines() {
        // Lines that are not messages are what a build script or a compiler printed.
        let Ok(message) = serde_json::from_str(&line?) else {
            continue;
        };
        found.extend(module(&message, bundles));
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    for bundle in bundles {
        if !found.iter().any(|(of, _)| of == bundle) {
            bail!(
                "{0} became no wasm module: its Cargo.toml needs\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]",
                bundle.package()
            );
        }
    }
    Ok(found)
}

/// The module that one of cargo's messages tells of, if it does.
fn module(message: &Value, bundles: &[Bundle]) -> Option<(Bundle, PathBuf)> {
    if message["reason"] != "compiler-artifact" {
        return None;
    }
    // A library's name has underscores where its package has hyphens.
    let name = message["target"]["name"].as_str()?.replace('_', "-");
    let bundle = *bundles.iter().find(|bundle| bundle.package() == name)?;
    let file = message["filenames"]
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .map(PathBuf::from)
        .find(|file| file.extension().is_some_and(|kind| kind == "wasm"))?;
    Some((bundle, file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_bundles_module_counts() {
        let artifact = |name: &str, files: &[&str]| json!({ "reason": "compiler-artifact", "target": { "name": name }, "filenames": files });
        let widget = artifact("heard_widget", &["/t/a.rlib", "/t/heard_widget.wasm"]);
        assert_eq!(
            module(&widget, Bundle::ALL),
            Some((Bundle::Widget, PathBuf::from("/t/heard_widget.wasm")))
        );
        assert_eq!(module(&widget, &[Bundle::Console]), None);
        assert_eq!(
            module(&artifact("heard_widget", &["/t/a.rlib"]), Bundle::ALL),
            None
        );
        assert_eq!(
            module(&artifact("leptos", &["/t/leptos.wasm"]), Bundle::ALL),
            None
        );
        assert_eq!(
            module(&json!({ "reason": "build-finished" }), Bundle::ALL),
            None
        );
    }
}
