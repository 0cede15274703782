//! What has to be installed before anything can be built for browsers.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process;

/// The target that browsers run.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Makes sure that the compiler in use can build for browsers, installing the target through rustup
/// if needed.
///
/// # Errors
/// If the target is missing and rustup is too, or rustup can't install it.
pub(crate) fn ensure_wasm_target() -> Result<()> {
    if has_wasm_target()? {
        return Ok(());
    }
    eprintln!("Installing the compiler's target {WASM} with rustup");
    let mut add = Command::new("rustup");
    add.args(["target", "add", WASM]);
    let added = process::run(&mut add);
    // What counts is whether it is there now, and for the compiler that cargo will use.
    if has_wasm_target()? {
        return Ok(());
    }
    match added {
        Err(error) => Err(error).with_context(|| {
            format!(
                "the panel and the console need the compiler's target {WASM}, and it could not be \
                 installed; install it where the network allows (`rustup target add {WASM}`) and run \
                 this again"
            )
        }),
        Ok(()) => bail!(
            "rustup installed {WASM}, but not for the `rustc` that is first in PATH; is another Rust \
             (a distribution's package) in the way?"
        ),
    }
}

fn has_wasm_target() -> Result<bool> {
    let libdir =
        process::output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))
            .context("`rustc` is not in PATH: install Rust with rustup, https://rustup.rs")?;
    Ok(Path::new(libdir.trim()).is_dir())
}
