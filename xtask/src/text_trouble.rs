//! `cargo xtask text-trouble`: judges written dialogues by the desk's rules. What comes in and
//! goes out is said in `tests/trouble`; where dialogues say what is expected of them, precision and
//! recall are printed at the end, apart from the answers.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use heard_dialogues::judge_all;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A file with one dialogue a line, as JSON
    file: PathBuf,
}

/// Prints a verdict for each line.
///
/// # Errors
/// If the file can't be read, or some of its lines are not dialogues.
pub(crate) fn run(options: &Options) -> Result<()> {
    let score = judge_all(&options.file, &mut std::io::stdout().lock())?;
    if score.all > 0 {
        eprintln!("{score}");
    }
    Ok(())
}
