//! Reads the files of all languages, checks them against English, and makes code of them.

mod check;
mod fault;
mod language;
mod lines;
mod node;
mod rule;
mod rust;
mod script;
mod sentence;

use std::path::Path;
use std::{env, fs};

pub use fault::Faults;
pub use language::{Direction, Language};
pub use node::Node;
pub use rule::{RULES, Rule};
pub use rust::{Code, Variants};
pub use sentence::{Gap, Sentence};

/// Every language there is a file of, English first.
#[derive(Debug)]
pub struct Languages(Vec<Language>);

impl Languages {
    /// Reads and checks the files.
    ///
    /// # Errors
    /// If a file can't be read, or a language lacks something.
    pub fn open() -> Result<Self, Faults> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(Faults::of(folder))? {
            let path = entry.map_err(Faults::of(folder))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if let Some(tag) = name.strip_suffix(".toml")
                && tag != "Cargo"
            {
                let text = fs::read_to_string(&path).map_err(Faults::of(&path))?;
                files.push((tag.to_owned(), text));
            }
        }
        Self::read(&files)
    }

    /// The same in a build script, which cargo then runs again when a file changes.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn watched() -> Result<Self, Faults> {
        let folder = env!("CARGO_MANIFEST_DIR");
        println!("cargo::rerun-if-changed={folder}");
        Self::open()
    }

    /// Reads and checks languages, each by what its file is called and what it holds.
    ///
    /// # Errors
    /// If a language lacks something.
    pub fn read(files: &[(String, String)]) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mut all = Vec::new();
        for (tag, text) in files {
            match Language::read(tag, text) {
                Ok(language) => all.push(language),
                Err(found) => faults.join(found),
            }
        }
        all.sort_by_key(|language| (language.tag != "en", language.tag.clone()));
        if all.first().is_none_or(|first| first.tag != "en") {
            faults.add("en.toml", "there must be English, and no fault in it");
            return Err(faults);
        }
        let languages = Self(all);
        languages.check(&mut faults);
        if faults.is_empty() {
            Ok(languages)
        } else {
            Err(faults)
        }
    }

    /// Every language, English first.
    pub fn all(&self) -> &[Language] {
        &self.0
    }

    /// English.
    fn english(&self) -> &Language {
        &self.0[0]
    }

    /// What stands under a name in a language, else in English; and in which of them.
    fn find<'a>(&'a self, language: &'a Language, path: &[&str]) -> (&'a Language, &'a Node) {
        if let Some(node) = language.words.at(path) {
            return (language, node);
        }
        let english = self.english();
        let node = english.words.at(path);
        (english, node.expect("names come from English"))
    }

    /// Every sentence of a section in a language, by its name, a gap being a control character.
    pub fn sentences(&self, section: &str, language: &Language) -> Vec<(String, String)> {
        self.lines_of(section, language)
    }
}
