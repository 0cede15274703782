//! From the widget's and the console's crates to the files a browser downloads.

mod bindgen;
mod bundle;
mod compile;
mod minify;
mod names;
mod write;

use anyhow::{Context as _, Result};
use clap::Args;

pub(crate) use bundle::Bundle;
pub(crate) use write::twin;

use crate::{project, size, toolchain};

/// What to build.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Build these alone; both unless said
    #[arg(value_enum)]
    bundles: Vec<Bundle>,
}

/// Builds and prints the sizes.
///
/// # Errors
/// If any step fails; the error names it.
pub(crate) fn run(options: &Options) -> Result<()> {
    let bundles = if options.bundles.is_empty() {
        Bundle::ALL
    } else {
        &options.bundles
    };
    build(bundles)?;
    size::print()
}

/// Builds everything that browsers download.
///
/// # Errors
/// If any step fails; the error names it.
pub(crate) fn build_all() -> Result<()> {
    build(Bundle::ALL)
}

fn build(bundles: &[Bundle]) -> Result<()> {
    toolchain::ensure_wasm_target()?;
    let modules = compile::compile(bundles)?;
    let tools = write::Tools::identify()?;
    for (bundle, module) in modules {
        bundle
            .write(&module, &tools)
            .with_context(|| format!("building {} for browsers", bundle.package()))?;
    }
    eprintln!("Assets are in {}", project::assets().display());
    Ok(())
}
