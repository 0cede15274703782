//! What has to be installed before anything can be built for browsers.

use std::path::{Path, PathBuf};
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

/// Where the source of the compiler's standard library is, if it is installed.
///
/// # Errors
/// If there is no compiler.
pub(crate) fn std_source() -> Result<PathBuf> {
    let sysroot = process::output(Command::new("rustc").args(["--print", "sysroot"]))
        .context("`rustc` is not in PATH: install Rust with rustup, https://rustup.rs")?;
    Ok(Path::new(sysroot.trim()).join("lib/rustlib/src/rust"))
}

/// Whether the source of the compiler's standard library is installed.
///
/// # Errors
/// If there is no compiler.
pub(crate) fn has_std_source() -> Result<bool> {
    Ok(std_source()?.join("library/Cargo.lock").is_file())
}

/// Makes sure that it is, installing it through rustup if needed.
///
/// # Errors
/// If it is missing and can't be installed.
pub(crate) fn ensure_std_source() -> Result<()> {
    if has_std_source()? {
        return Ok(());
    }
    eprintln!("Installing the source of the standard library with rustup");
    let added = process::run(Command::new("rustup").args(["component", "add", "rust-src"]));
    if has_std_source()? {
        return Ok(());
    }
    added
        .and_then(|()| bail!("rustup installed it for another compiler than `rustc` in PATH"))
        .context(
            "the lean way to build the panel needs the source of the compiler's standard library: \
             `rustup component add rust-src`, where the network allows",
        )
}

fn has_wasm_target() -> Result<bool> {
    let libdir =
        process::output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))
            .context("`rustc` is not in PATH: install Rust with rustup, https://rustup.rs")?;
    Ok(Path::new(libdir.trim()).is_dir())
}
