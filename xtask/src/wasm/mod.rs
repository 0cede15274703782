//! From the widget's and the console's crates to the files a browser downloads.

mod bindgen;
mod bundle;
mod compile;
mod minify;
mod names;
mod way;
mod write;

use anyhow::{Context as _, Result};
use clap::Args;

pub(crate) use bundle::Bundle;
pub(crate) use way::{Way, ensure_nameless, prepare_lean};
pub(crate) use write::twin;

use crate::progress::Progress;
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
    size::print(build(bundles, &mut Progress::new())?)
}

/// Builds everything that browsers download, and says which way the widget was built.
///
/// # Errors
/// If any step fails; the error names it.
pub(crate) fn build_all() -> Result<Way> {
    build_with(&mut Progress::new())
}

/// The same, as a part of a longer build.
///
/// # Errors
/// If any step fails; the error names it.
pub(crate) fn build_with(progress: &mut Progress) -> Result<Way> {
    let way = build(Bundle::ALL, progress)?;
    way.context("the widget is not among the bundles")
}

/// Builds some, and says which way the widget was built if it is among them.
fn build(bundles: &[Bundle], progress: &mut Progress) -> Result<Option<Way>> {
    toolchain::ensure_wasm_target()?;
    let tools = write::Tools::identify()?;
    let mut widgets = None;
    for bundle in bundles {
        let (module, way) = compile::compile(*bundle, progress)?;
        bundle
            .write(&module, &tools)
            .with_context(|| format!("building {} for browsers", bundle.package()))?;
        if *bundle == Bundle::Widget {
            widgets = Some(way);
        }
    }
    eprintln!("Assets are in {}", project::assets().display());
    Ok(widgets)
}
