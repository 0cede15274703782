//! What a browser downloads, and how much of it there may be.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::wasm::twin;
use crate::{project, wasm};

/// A limit on the compressed bytes of some assets together. A kilobyte is 1,000 bytes.
#[derive(Debug)]
struct Budget {
    what: &'static str,
    assets: &'static [&'static str],
    /// Whether the words of one language come with them: those of the longest count.
    words: bool,
    bytes: u64,
}

const BUDGETS: [Budget; 2] = [
    Budget {
        what: "the loader, on every page of a shop",
        assets: &["heard.js"],
        words: false,
        bytes: 3_000,
    },
    Budget {
        what: "all that a visitor downloads to chat",
        assets: &[
            "heard.js",
            "boot.js",
            "widget.js",
            "widget.wasm",
            "widget.css",
        ],
        words: true,
        bytes: 95_000,
    },
];

/// Every asset in the order of the table.
const ASSETS: [&str; 10] = [
    "heard.js",
    "boot.js",
    "widget.js",
    "widget.wasm",
    "widget.css",
    "voice.js",
    "console-boot.js",
    "console.js",
    "console.wasm",
    "console.css",
];

/// Builds what is not up to date, prints the table, and holds it against the budgets.
///
/// # Errors
/// If the build fails or a budget is exceeded.
pub(crate) fn run() -> Result<()> {
    wasm::build_all()?;
    print()?;
    let over: Vec<String> = BUDGETS
        .iter()
        .map(Budget::check)
        .filter_map(Result::transpose)
        .collect::<Result<_>>()?;
    if !over.is_empty() {
        bail!("over the budget: {}", over.join("; "));
    }
    Ok(())
}

/// Prints what is there.
///
/// # Errors
/// If a file can't be read.
pub(crate) fn print() -> Result<()> {
    println!("{:<18}{:>10}{:>10}", "", "raw", "brotli");
    let spoken = spoken("")?;
    for name in ASSETS.into_iter().chain(spoken.iter().map(String::as_str)) {
        // One bundle may have been built without the other.
        if project::assets().join(name).exists() {
            println!(
                "{name:<18}{:>10}{:>10}",
                length(name)?,
                length(&twin(name))?
            );
        }
    }
    Ok(())
}

/// The files of single languages whose names begin so.
fn spoken(begin: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(project::assets())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let spoken = path
            .extension()
            .is_some_and(|it| it == "txt" || it == "json");
        if spoken && name.starts_with(begin) {
            names.push(name.into_owned());
        }
    }
    names.sort();
    Ok(names)
}

impl Budget {
    /// Prints where it stands and says what is wrong, if anything is.
    fn check(&self) -> Result<Option<String>> {
        let mut bytes = 0;
        for asset in self.assets {
            bytes += length(&twin(asset))?;
        }
        if self.words {
            let languages = spoken("words-")?;
            let lengths = languages.iter().map(|name| length(&twin(name)));
            bytes += lengths
                .collect::<Result<Vec<_>>>()?
                .into_iter()
                .max()
                .unwrap_or(0);
        }
        println!("{}: {bytes} of {} bytes, compressed", self.what, self.bytes);
        Ok((bytes > self.bytes).then(|| {
            let excess = bytes - self.bytes;
            format!("{} by {excess} bytes", self.what)
        }))
    }
}

fn length(name: &str) -> Result<u64> {
    let path = project::assets().join(name);
    let about = fs::metadata(&path).with_context(|| format!("reading {}", path.display()))?;
    Ok(about.len())
}
