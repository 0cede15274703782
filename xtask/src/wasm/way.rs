//! How a crate is compiled for browsers.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

use super::Bundle;
use crate::toolchain::{self, WASM};
use crate::{process, project};

/// The two ways. The code is the same, and so is what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The standard library is compiled along, for size, and a panic is a trap without a text, as
    /// nobody would read it. Takes the library's source and unstable flags of the compiler.
    Lean,
    /// As any stable compiler does it.
    Plain,
}

/// What `HEARD_LEAN` says of the lean way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lean {
    /// Taken if it is open, which is the rule.
    IfPossible,
    /// Nothing else will do: `require`.
    Required,
    /// Not taken: `never`.
    Never,
}

impl Lean {
    /// What the environment says.
    ///
    /// # Errors
    /// If it says something else.
    pub(super) fn wanted() -> Result<Self> {
        match env::var("HEARD_LEAN").as_deref() {
            Err(_) | Ok("") => Ok(Self::IfPossible),
            Ok("require") => Ok(Self::Required),
            Ok("never") => Ok(Self::Never),
            Ok(other) => bail!("HEARD_LEAN is `require` or `never`, not `{other}`"),
        }
    }
}

/// Makes the lean way possible, unless nobody wants it.
///
/// # Errors
/// If what it takes is missing and can't be installed.
pub(crate) fn prepare_lean() -> Result<()> {
    match Lean::wanted()? {
        Lean::IfPossible | Lean::Required => toolchain::ensure_std_source(),
        Lean::Never => Ok(()),
    }
}

impl Way {
    /// What it is called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Lean => "lean",
            Self::Plain => "plain",
        }
    }

    /// The command that compiles a bundle's crate, without the others: together, one's features
    /// would reach the dependencies of the other.
    ///
    /// # Errors
    /// If the compiler in use does not say where it is.
    pub(super) fn command(self, bundle: Bundle) -> Result<Command> {
        let mut cargo = process::cargo();
        cargo.args(["build", "--profile", "widget", "--target", WASM]);
        cargo.args(["--package", bundle.package()]);
        let flags = match self {
            Self::Lean => {
                // Scripts of crates that look for an unstable compiler find one, so nothing that
                // they made serves for the plain way, nor the other way round.
                cargo.env("CARGO_TARGET_DIR", project::target().join("lean"));
                cargo.env("RUSTC_BOOTSTRAP", "1");
                cargo.arg("-Zbuild-std=std,panic_abort");
                cargo.arg("-Zbuild-std-features=optimize_for_size");
                ["-Zunstable-options", "-Cpanic=immediate-abort"]
                    .into_iter()
                    .chain(["-Zlocation-detail=none", "-Zfmt-debug=none"])
                    .map(str::to_owned)
                    .collect()
            }
            Self::Plain => nameless()?,
        };
        // Added to those of .cargo/config.toml; the variable RUSTFLAGS would replace them.
        let flags = serde_json::to_string(&flags)?;
        cargo.arg("--config");
        cargo.arg(format!("target.{WASM}.rustflags={flags}"));
        Ok(cargo)
    }
}

/// Flags that keep this machine's folders out of what the compiler writes down of its sources.
fn nameless() -> Result<Vec<String>> {
    let flags = folders()?;
    Ok(flags
        .map(|folder| format!("--remap-path-prefix={folder}="))
        .collect())
}

/// Makes sure that what browsers download names no folder of this machine.
///
/// # Errors
/// If it does, or can't be read.
pub(crate) fn ensure_nameless() -> Result<()> {
    let folders: Vec<String> = folders()?.collect();
    for bundle in Bundle::ALL {
        let path = project::assets().join(bundle.module());
        let module = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        for folder in &folders {
            let folder = folder.as_bytes();
            if module.windows(folder.len()).any(|part| part == folder) {
                bail!("{} names a folder of this machine", bundle.module());
            }
        }
    }
    Ok(())
}

/// The folders that sources are in: the workspace, the standard library's, and where cargo unpacks
/// crates, a folder for each registry. This program's own crates came from there, so those are
/// there before anything else is compiled.
fn folders() -> Result<impl Iterator<Item = String>> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    let registries = home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
    let registries = registries.into_iter().flatten().flatten();
    let own = [project::root().to_owned(), toolchain::std_source()?];
    let folders = own.into_iter().chain(registries.map(|entry| entry.path()));
    Ok(folders.filter_map(|folder| folder.to_str().map(str::to_owned)))
}
