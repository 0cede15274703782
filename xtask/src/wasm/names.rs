//! Short names for what a module and its loading code call each other.
//!
//! wasm-bindgen names every import and export at length, once in the module and once in the loading
//! code: for the panel that was 3 KB of names that nobody reads. How it writes its text is its own
//! affair, so every name must be found as often as expected, or the build fails.

use std::collections::{HashMap, HashSet};

use anyhow::{Result, bail};

/// The one name of all modules that an import comes from.
pub(super) const MODULE: &str = "a";

/// New names by old ones.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Names of functions that the loading code gives to the module.
    pub(super) imports: HashMap<String, String>,
    /// Names of what the loading code takes from the module, as far as it uses them.
    pub(super) exports: HashMap<String, String>,
}

/// Renames, in the loading code, what the module imports from `module` and what it exports.
/// Exports that the text does not use are missing from the answer.
///
/// # Errors
/// If the text does not say each import once as a key, or reaches an export in another way than
/// `wasm.name`.
pub(super) fn shorten<'a>(
    js: &str,
    module: &str,
    imports: impl Iterator<Item = &'a str>,
    exports: impl Iterator<Item = &'a str>,
) -> Result<(String, Names)> {
    for hidden in ["wasm[", "exports[", "exports."] {
        if js.contains(hidden) {
            bail!("the loading code has `{hidden}…`, which hides what it uses of the module");
        }
    }
    let from = format!("\"{module}\"");
    if js.matches(&from).count() != 1 {
        bail!("the loading code does not name {from} once");
    }

    let mut names = Names {
        imports: imports.map(str::to_owned).zip(short()).collect(),
        exports: HashMap::new(),
    };
    let mut unused: HashMap<String, String> = exports.map(str::to_owned).zip(short()).collect();
    let mut given: HashSet<&str> = HashSet::new();
    let mut small = String::with_capacity(js.len());
    let mut last = "";
    for (before, word, after) in words(js) {
        small.push_str(before);
        let name = if last == "wasm" && before == "." {
            if let Some(name) = unused.remove(word) {
                names.exports.insert(word.to_owned(), name);
            }
            let Some(name) = names.exports.get(word) else {
                bail!("the loading code uses `wasm.{word}`, which the module does not export");
            };
            name
        } else if let Some(name) = names.imports.get(word) {
            if !after.starts_with(": function") || !given.insert(word) {
                bail!("the loading code says `{word}` more than once, or not as a key");
            }
            name
        } else {
            word
        };
        small.push_str(name);
        last = word;
    }
    if given.len() != names.imports.len() {
        bail!(
            "the loading code gives the module {} of its {} imports",
            given.len(),
            names.imports.len()
        );
    }
    Ok((small.replacen(&from, &format!("\"{MODULE}\""), 1), names))
}

/// Names of one letter, then of two, and so on.
fn short() -> impl Iterator<Item = String> {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    (0_usize..).map(|number| {
        let mut name = String::new();
        let mut rest = number;
        loop {
            name.push(char::from(LETTERS[rest % LETTERS.len()]));
            rest /= LETTERS.len();
            if rest == 0 {
                return name;
            }
            rest -= 1;
        }
    })
}

/// The text's words, each with what stands between it and the one before, and with all that follows
/// it; the last word is empty.
fn words(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let start = text.find(part).unwrap_or(text.len());
        let (before, from) = text.split_at(start);
        let end = from.find(|c| !part(c)).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        rest = (!word.is_empty()).then_some(after);
        Some((before, word, after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const JS: &str = "const i = { __proto__: null,\n __wbg_log_1: function(a) { wasm.free(wasm.memory, free); },\n \
        __wbg_log_12: function(b) {} };\nreturn { \"./m_bg.js\": i };\n";

    fn run(js: &str, imports: &[&str], exports: &[&str]) -> Result<(String, Names)> {
        shorten(
            js,
            "./m_bg.js",
            imports.iter().copied(),
            exports.iter().copied(),
        )
    }

    #[test]
    fn both_sides_get_the_same_names() {
        let (js, names) = run(
            JS,
            &["__wbg_log_1", "__wbg_log_12"],
            &["unused", "memory", "free"],
        )
        .unwrap();
        assert_eq!(
            js,
            "const i = { __proto__: null,\n a: function(a) { wasm.c(wasm.b, free); },\n \
             b: function(b) {} };\nreturn { \"a\": i };\n"
        );
        assert_eq!(names.imports["__wbg_log_12"], "b");
        assert_eq!(names.exports["memory"], "b");
        assert!(!names.exports.contains_key("unused"));
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        let exports = ["memory", "free"];
        assert!(
            run(JS, &["__wbg_other"], &exports).is_err(),
            "a missing import"
        );
        assert!(
            run(JS, &["__wbg_log_1"], &["memory"]).is_err(),
            "a missing export"
        );
        let twice = JS.replace("wasm.memory", "__wbg_log_1");
        assert!(run(&twice, &["__wbg_log_1"], &exports).is_err());
        let hidden = JS.replace("wasm.memory", "wasm[name]");
        assert!(run(&hidden, &["__wbg_log_1"], &exports).is_err());
        let other = JS.replace("m_bg", "n_bg");
        assert!(run(&other, &["__wbg_log_1"], &exports).is_err());
    }

    #[test]
    fn no_two_short_names_are_alike() {
        let names: Vec<String> = short().take(3000).collect();
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len());
        assert_eq!(names[51], "Z");
        assert_eq!(names[52], "aa");
    }
}
