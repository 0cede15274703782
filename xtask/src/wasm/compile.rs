//! The compiler's part: crates to raw wasm modules.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Bundle;
use super::way::{Lean, Way};
use crate::progress::Progress;
use crate::toolchain;

/// Compiles a bundle's crate and says where the module is, and which way it was made: the widget's
/// leanly where that is possible, the console's plainly.
///
/// # Errors
/// If cargo fails, or the crate is not of a kind that becomes a module.
pub(super) fn compile(bundle: Bundle, progress: &mut Progress) -> Result<(PathBuf, Way)> {
    let lean = if bundle == Bundle::Widget {
        Lean::wanted()?
    } else {
        Lean::Never
    };
    if lean == Lean::Required {
        toolchain::ensure_std_source()?;
        return Ok((run(bundle, Way::Lean, progress)?, Way::Lean));
    }
    if lean == Lean::IfPossible {
        if toolchain::has_std_source()? {
            match run(bundle, Way::Lean, progress) {
                Ok(module) => return Ok((module, Way::Lean)),
                Err(error) => eprintln!("The panel is built plainly, a tenth larger: {error:#}"),
            }
        } else {
            eprintln!(
                "The panel is built plainly and is a tenth larger than it could be: \
                 `rustup component add rust-src` helps"
            );
        }
    }
    Ok((run(bundle, Way::Plain, progress)?, Way::Plain))
}

fn run(bundle: Bundle, way: Way, progress: &mut Progress) -> Result<PathBuf> {
    let mut found = None;
    let mut cargo = way.command(bundle)?;
    progress.build(bundle.part(), &mut cargo, |message| {
        if let Some(file) = module(message, bundle) {
            found = Some(file);
        }
    })?;
    found.with_context(|| {
        format!(
            "{} became no wasm module: its Cargo.toml needs\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]",
            bundle.package()
        )
    })
}

/// The module that one of cargo's messages tells of, if it does.
fn module(message: &Value, bundle: Bundle) -> Option<PathBuf> {
    if message["reason"] != "compiler-artifact" {
        return None;
    }
    // A library's name has underscores where its package has hyphens.
    let name = message["target"]["name"].as_str()?.replace('_', "-");
    if name != bundle.package() {
        return None;
    }
    let files = message["filenames"].as_array()?.iter();
    files
        .filter_map(Value::as_str)
        .map(PathBuf::from)
        .find(|file| file.extension().is_some_and(|kind| kind == "wasm"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_bundles_module_counts() {
        let artifact = |name: &str, files: &[&str]| json!({ "reason": "compiler-artifact", "target": { "name": name }, "filenames": files });
        let widget = artifact("heard_widget", &["/t/a.rlib", "/t/heard_widget.wasm"]);
        let of = |message: &Value| module(message, Bundle::Widget);
        assert_eq!(of(&widget), Some(PathBuf::from("/t/heard_widget.wasm")));
        assert_eq!(module(&widget, Bundle::Console), None);
        assert_eq!(of(&artifact("heard_widget", &["/t/a.rlib"])), None);
        assert_eq!(of(&artifact("leptos", &["/t/leptos.wasm"])), None);
        assert_eq!(of(&json!({ "reason": "build-finished" })), None);
    }
}
