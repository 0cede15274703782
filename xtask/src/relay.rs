//! The relay as it is tested and shown, built quickly. The one that is shipped and measured is
//! built for speed, which takes several times as long.

use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;

use anyhow::Result;

use crate::progress::Progress;
use crate::{process, project};

/// Builds it and says where it is. The assets have to be there before.
///
/// # Errors
/// If it does not build.
pub(crate) fn build(progress: &mut Progress) -> Result<PathBuf> {
    let mut cargo = process::cargo();
    // As a part of the workspace, it has its dependencies with the features that all of the
    // workspace turns on, as the tests have them: those are then compiled once.
    cargo.args(["build", "--workspace", "--bin", "heard-relay"]);
    progress.build("relay", &mut cargo, |_| {})?;
    Ok(project::target().join(format!("debug/heard-relay{EXE_SUFFIX}")))
}
