//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

/// The workspace's root folder.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// What browsers download; the relay's build script reads it from here.
pub(crate) fn assets() -> PathBuf {
    root().join("target/assets")
}

/// What tasks remember between runs.
pub(crate) fn memory() -> PathBuf {
    root().join("target/xtask")
}
