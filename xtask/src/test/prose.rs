//! Prose wraps at 100 columns: comments and the text of Markdown files. rustfmt keeps code narrow,
//! but leaves comments as they are.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::project;

/// The widest line, in characters.
const COLUMNS: usize = 100;

/// Folders that hold nothing written by hand, or nothing that may be changed.
const SKIPPED: [&str; 7] = [
    ".cluster",
    ".demo",
    ".git",
    "corpus",
    "golden",
    "node_modules",
    "target",
];

/// How a file marks its prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Comments from `//` to the line's end, or between `/*` and `*/`.
    Slashes,
    /// Comments from `#` to the line's end.
    Hashes,
    /// Comments from `--` to the line's end.
    Dashes,
    /// All of it, but for code and tables.
    Markdown,
}

impl Kind {
    fn of(path: &Path, text: &str) -> Option<Self> {
        match path.extension().and_then(|kind| kind.to_str()) {
            Some("rs" | "js" | "mjs" | "css") => Some(Self::Slashes),
            Some("toml" | "sh" | "py" | "yml" | "yaml") => Some(Self::Hashes),
            Some("sql") => Some(Self::Dashes),
            Some("md") => Some(Self::Markdown),
            None if text.starts_with("#!") => Some(Self::Hashes),
            _ => None,
        }
    }

    /// What a line says in prose, if it does. `within` tells whether a comment is open that more
    /// than one line long.
    fn prose<'a>(self, line: &'a str, within: &mut bool) -> Option<&'a str> {
        let line = line.trim_start();
        match self {
            Self::Slashes => {
                let begins = line.starts_with("/*");
                let inside = *within || begins;
                *within = inside && !line.contains("*/");
                if inside {
                    return Some(line.trim_start_matches(['/', '*']));
                }
                let text = line.strip_prefix("//")?;
                Some(text.trim_start_matches(['/', '!']))
            }
            Self::Hashes => line.strip_prefix('#'),
            Self::Dashes => line.strip_prefix("--"),
            Self::Markdown => None,
        }
    }
}

/// Finds the lines that are too long.
///
/// # Errors
/// If there are any, or a file can't be read.
pub(super) fn run() -> Result<()> {
    let mut found = Vec::new();
    look(project::root(), &mut found)?;
    for place in &found {
        eprintln!("{place}");
    }
    if !found.is_empty() {
        bail!(
            "{} lines of prose are longer than {COLUMNS} characters: {}",
            found.len(),
            found.join(", ")
        );
    }
    Ok(())
}

fn look(folder: &Path, found: &mut Vec<String>) -> Result<()> {
    let reading = || format!("reading {}", folder.display());
    let entries = fs::read_dir(folder).with_context(reading)?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .with_context(reading)?;
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_none_or(|name| SKIPPED.contains(&name)) || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            look(&path, found)?;
        } else if let Ok(text) = fs::read_to_string(&path)
            && let Some(kind) = Kind::of(&path, &text)
        {
            let shown = path.strip_prefix(project::root()).unwrap_or(&path);
            let lines = long_lines(&text, kind).into_iter();
            found.extend(lines.map(|line| format!("{}:{line}", shown.display())));
        }
    }
    Ok(())
}

/// The numbers of the lines with too long a text.
fn long_lines(text: &str, kind: Kind) -> Vec<usize> {
    let mut long = Vec::new();
    let mut within = false;
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        let prose = match kind {
            Kind::Markdown => Some(line),
            _ => kind.prose(line, &mut within),
        };
        let Some(prose) = prose else {
            fenced = false;
            continue;
        };
        // Code and tables may be as wide as they are.
        let written = match kind {
            Kind::Markdown => prose,
            _ => prose.strip_prefix(' ').unwrap_or(prose),
        };
        if written.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let code = fenced || written.starts_with("    ");
        let table = written.trim_start().starts_with('|');
        let heading = kind == Kind::Markdown && written.starts_with('#');
        if !code && !table && !heading && is_too_long(line) {
            long.push(index + 1);
        }
    }
    long
}

/// Whether a line goes on where it could have been broken. What is one word (an address) can't be.
fn is_too_long(line: &str) -> bool {
    if line.chars().count() <= COLUMNS {
        return false;
    }
    let mut words = line.split_whitespace();
    // Markers stand before what can be broken.
    let first = words.find(|word| word.contains(char::is_alphanumeric));
    first.is_none() || words.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Just too long, in words.
    fn words() -> String {
        "word ".repeat(21)
    }

    #[test]
    fn comments_are_prose_and_code_is_not() {
        let long = words();
        let rust = format!(
            "//! {long}\nlet a = \"{long}\";\n    /// {long}\n/* a\n {long}\n*/\nlet b = \"{long}\";\n"
        );
        assert_eq!(long_lines(&rust, Kind::Slashes), [1, 3, 5]);
        let shell = format!("# {long}\necho {long}\n");
        assert_eq!(long_lines(&shell, Kind::Hashes), [1]);
        assert_eq!(long_lines(&format!("-- {long}"), Kind::Dashes), [1]);
    }

    #[test]
    fn code_tables_headings_and_addresses_are_as_wide_as_they_are() {
        let long = words();
        let text =
            format!("# {long}\n\n| {long} |\n\n    {long}\n\n```\n{long}\n```\n\n- {long}\n");
        assert_eq!(long_lines(&text, Kind::Markdown), [11]);
        let docs = format!("/// ```\n/// {long}\n/// ```\n/// | {long}\n///     {long}\n");
        assert_eq!(long_lines(&docs, Kind::Slashes), [0_usize; 0]);
        let address = format!("// https://{}\n", "a".repeat(120));
        assert_eq!(long_lines(&address, Kind::Slashes), [0_usize; 0]);
    }

    #[test]
    fn characters_count_not_bytes() {
        assert_eq!(long_lines(&"ж ".repeat(50), Kind::Markdown), [0_usize; 0]);
        assert_eq!(long_lines(&"ж ".repeat(51), Kind::Markdown), [1]);
    }
}
