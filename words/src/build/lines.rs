//! A section as lines: a file that is fetched, and the struct that reads it.

use std::fmt::Write as _;

use super::Languages;
use super::language::Language;
use super::node::Node;
use super::rust::{docs, ident};
use crate::Category;

impl Languages {
    /// The section's file in a language: its shape, then its sentences, a line each, in the order
    /// of the fields that [`Self::reader`] writes.
    pub fn file(&self, section: &str, language: &Language) -> String {
        let mut file = self.shape(section);
        for (_, sentence) in self.lines_of(section, language) {
            file.push('\n');
            file.push_str(&sentence);
        }
        file
    }

    /// Rust that reads such a file: a struct of this name.
    pub fn reader(&self, section: &str, name: &str) -> String {
        let lines = self.lines_of(section, self.english());
        let mut code = format!(
            "/// Every sentence of a language. A gap is for `heard_words::fill`.\n\
             #[derive(Debug, Clone, Copy)]\npub struct {name} {{\n"
        );
        let mut empty = String::new();
        let mut fields = String::new();
        let mut named = String::new();
        for (key, node) in self.section(section) {
            docs(&mut code, node);
            let field = ident(key);
            if let Node::Counted { .. } = node {
                let _ = writeln!(code, "    pub {field}: heard_words::Plural,");
                let _ = write!(empty, "{field}: heard_words::Plural::EMPTY, ");
                for it in Category::ALL {
                    let form = it.name();
                    let name = format!("{key}.{form}");
                    let _ = write!(fields, "&mut read.{field}.{form}, ");
                    let _ = write!(named, "({name:?}, self.{field}.{form}), ");
                }
            } else {
                let _ = writeln!(code, "    pub {field}: &'static str,");
                let _ = write!(empty, "{field}: \"\", ");
                let _ = write!(fields, "&mut read.{field}, ");
                let _ = write!(named, "({key:?}, self.{field}), ");
            }
        }
        // One loop over places to fill: moved field by field, the same is three times as much wasm.
        let _ = write!(
            code,
            "}}\n\nimpl {name} {{\n\
             \x20   const EMPTY: Self = Self {{ {empty} }};\n\n\
             \x20   /// Reads the file of a language; nothing if it was made for other fields than these.\n\
             \x20   pub fn read(file: &'static str) -> Option<&'static Self> {{\n\
             \x20       let mut lines = file.split('\\n');\n\
             \x20       if lines.next() != Some({shape:?}) {{\n            return None;\n        }}\n\
             \x20       let read = Box::leak(Box::new(Self::EMPTY));\n\
             \x20       let fields: [&mut &'static str; {count}] = [{fields}];\n\
             \x20       for field in fields {{\n            *field = lines.next()?;\n        }}\n\
             \x20       lines.next().is_none().then_some(read)\n    }}\n\n\
             \x20   /// Every sentence with its name.\n\
             \x20   #[cfg(test)]\n\
             \x20   fn named(&self) -> [(&'static str, &'static str); {count}] {{\n\
             \x20       [{named}]\n    }}\n}}\n",
            shape = self.shape(section),
            count = lines.len(),
        );
        code
    }

    /// Tells fields apart that do not fit each other's files.
    fn shape(&self, section: &str) -> String {
        let mut hash = 0x811c_9dc5_u32;
        for (name, node) in self.section(section) {
            let gaps: Vec<_> = node.gaps().into_iter().map(|gap| gap.name).collect();
            let kind = matches!(node, Node::Counted { .. });
            for byte in format!("{name}{kind}{gaps:?}").bytes() {
                // FNV-1a: nobody means harm here.
                hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
            }
        }
        format!("{hash:08x}")
    }

    pub(super) fn section(&self, section: &str) -> impl Iterator<Item = (&str, &Node)> {
        let group = match self.english().words.at(&[section]) {
            Some(Node::Group(group)) => Some(group),
            _ => None,
        };
        let nodes = group.into_iter().flatten();
        nodes.map(|(key, node)| (key.as_str(), node))
    }

    pub(super) fn lines_of(&self, section: &str, language: &Language) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        for (key, english) in self.section(section) {
            let gaps = english.gaps();
            let (of, node) = self.find(language, &[section, key]);
            match node {
                Node::One(sentence) => {
                    lines.push((key.to_owned(), sentence.made(&gaps, &language.name)));
                }
                Node::Counted { forms, .. } => {
                    for category in Category::ALL {
                        let made = forms
                            .get(&category)
                            .map(|form| form.made(&gaps, &language.name));
                        let name = format!("{key}.{}", category.name());
                        lines.push((name, made.unwrap_or_default()));
                    }
                }
                Node::List(_) | Node::Group(_) => {
                    panic!(
                        "{}: {section}.{key} is not a sentence: a file has no place for it",
                        of.file()
                    );
                }
            }
        }
        lines
    }
}
