//! What a browser downloads, and how much of it there may be.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::wasm::{Way, twin};
use crate::{project, wasm};

/// A limit on the compressed bytes of some assets together. A kilobyte is 1,000 bytes.
#[derive(Debug)]
struct Budget {
    what: &'static str,
    of: fn(&Asset) -> bool,
    /// Whether the words of one language come with them: those of the longest count.
    words: bool,
    bytes: u64,
}

/// The limits: what was reached when they were last set, and 1 % more.
fn budgets(way: Way) -> [Budget; 2] {
    [
        Budget {
            what: "the loader, on every page of a shop",
            of: |asset| asset.part == "loader",
            words: false,
            bytes: 3_000,
        },
        Budget {
            what: "all that a visitor downloads to chat",
            of: |asset| asset.to_chat,
            words: true,
            bytes: match way {
                Way::Lean => 73_800,
                Way::Plain => 82_000,
            },
        },
    ]
}

/// A file that browsers download.
#[derive(Debug)]
struct Asset {
    /// What it is of the widget or the console.
    part: &'static str,
    name: &'static str,
    /// Whether a visitor needs it to chat.
    to_chat: bool,
}

impl Asset {
    const fn to_chat(part: &'static str, name: &'static str) -> Self {
        Self {
            part,
            name,
            to_chat: true,
        }
    }

    const fn other(part: &'static str, name: &'static str) -> Self {
        Self {
            part,
            name,
            to_chat: false,
        }
    }
}

/// Every asset in the order of the table.
const ASSETS: [Asset; 10] = [
    Asset::to_chat("loader", "heard.js"),
    Asset::to_chat("boot", "boot.js"),
    Asset::to_chat("glue", "widget.js"),
    Asset::to_chat("wasm", "widget.wasm"),
    Asset::to_chat("css", "widget.css"),
    Asset::other("calls", "voice.js"),
    Asset::other("console", "console-boot.js"),
    Asset::other("console", "console.js"),
    Asset::other("console", "console.wasm"),
    Asset::other("console", "console.css"),
];

/// Builds what is not up to date, prints the table, and holds it against the budgets.
///
/// # Errors
/// If the build fails, a budget is exceeded, or a module names a folder of this machine.
pub(crate) fn run() -> Result<()> {
    let way = wasm::build_all()?;
    print(Some(way))?;
    let over: Vec<String> = budgets(way)
        .iter()
        .map(Budget::check)
        .filter_map(Result::transpose)
        .collect::<Result<_>>()?;
    if !over.is_empty() {
        bail!(
            "over the budget of a {} build: {}",
            way.name(),
            over.join("; ")
        );
    }
    wasm::ensure_nameless()
}

/// Prints what is there, and which way the widget was built if that is known.
///
/// # Errors
/// If a file can't be read.
pub(crate) fn print(way: Option<Way>) -> Result<()> {
    let built = way.map_or_else(String::new, |way| format!("{} build", way.name()));
    println!("{built:<26}{:>10}{:>10}", "raw", "brotli");
    for Asset { part, name, .. } in &ASSETS {
        // One bundle may have been built without the other.
        if project::assets().join(name).exists() {
            println!(
                "{part:<8}{name:<18}{:>10}{:>10}",
                length(name)?,
                length(&twin(name))?
            );
        }
    }
    for name in spoken("")? {
        println!(
            "{:<8}{name:<18}{:>10}{:>10}",
            "words",
            length(&name)?,
            length(&twin(&name))?
        );
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
        for asset in ASSETS.iter().filter(|asset| (self.of)(asset)) {
            bytes += length(&twin(asset.name))?;
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
