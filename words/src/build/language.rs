//! One language's file.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::fault::Faults;
use super::node::Node;
use super::rule::{self, Rule};
use super::sentence::Sentence;

/// Where the sentence of consent is shown, so that it stands among the words of these.
const CONSENTING: [&str; 2] = ["widget", "pages"];

/// Which way a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    LeftToRight,
    /// From right to left.
    RightToLeft,
}

impl Direction {
    /// As HTML calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

/// A language: what its file says of it, and its sentences.
#[derive(Debug)]
pub struct Language {
    /// The BCP 47 tag, which is the file's name too.
    pub tag: String,
    /// What it calls itself.
    pub name: String,
    /// Which way it is written.
    pub direction: Direction,
    /// The tag that dates and times are written in.
    pub dates: String,
    /// Whether sentences may be missing; English stands for them then.
    pub draft: bool,
    /// How it counts.
    pub rule: &'static Rule,
    /// What people agreed to when they asked to be called, by version; the last one is shown now.
    pub consents: BTreeMap<u16, String>,
    /// Everything else.
    pub words: Node,
}

impl Language {
    /// Reads a file, by its name without the ending and by what it holds.
    pub(super) fn read(file: &str, text: &str) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let name = format!("{file}.toml");
        let language = text
            .parse::<Table>()
            .map_err(|error| error.to_string())
            .and_then(|table| Self::of(file, table, &name, &mut faults));
        match language {
            Ok(language) if faults.is_empty() => Ok(language),
            Ok(_) => Err(faults),
            Err(what) => {
                faults.add(&name, what);
                Err(faults)
            }
        }
    }

    fn of(tag: &str, mut file: Table, name: &str, faults: &mut Faults) -> Result<Self, String> {
        let Some(Value::Table(mut head)) = file.remove("language") else {
            return Err("has no [language] at its head".to_owned());
        };
        let mut text = |key: &str| match head.remove(key) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        if text("tag").as_deref() != Some(tag) {
            return Err(format!(
                "language.tag is not {tag:?}, as the file is called"
            ));
        }
        let own_name = text("name").ok_or("language.name is missing")?;
        let direction = match text("direction").as_deref() {
            Some("ltr") => Direction::LeftToRight,
            Some("rtl") => Direction::RightToLeft,
            _ => return Err("language.direction is neither \"ltr\" nor \"rtl\"".to_owned()),
        };
        let dates = text("dates").unwrap_or_else(|| tag.to_owned());
        let draft = head
            .remove("draft")
            .is_some_and(|it| it == Value::Boolean(true));
        if let Some((key, _)) = head.iter().next() {
            return Err(format!("language.{key} means nothing"));
        }
        let rule =
            rule::of(tag).ok_or("how it counts is not known: see words/src/build/rule.rs")?;
        let consents = consents(file.remove("consent"))?;

        let mut found = Vec::new();
        let words = Node::read(&Value::Table(file), "", &mut found);
        for (at, what) in found {
            faults.add(name, format!("{at} {what}"));
        }
        let mut words = words.ok_or("has no words")?;
        if let (Node::Group(sections), Some((_, shown))) = (&mut words, consents.last_key_value()) {
            let shown = Sentence::parse(shown).map_err(|what| format!("consent {what}"))?;
            for section in CONSENTING {
                if let Some(Node::Group(section)) = sections.get_mut(section) {
                    section.insert("consent".to_owned(), Node::One(shown.clone()));
                }
            }
        }
        Ok(Self {
            tag: tag.to_owned(),
            name: own_name,
            direction,
            dates,
            draft,
            rule,
            consents,
            words,
        })
    }

    /// What its file is called.
    pub(super) fn file(&self) -> String {
        format!("{}.toml", self.tag)
    }
}

fn consents(table: Option<Value>) -> Result<BTreeMap<u16, String>, String> {
    let mut consents = BTreeMap::new();
    let table = match table {
        None => return Ok(consents),
        Some(Value::Table(table)) => table,
        Some(_) => return Err("consent is not a table of versions".to_owned()),
    };
    for (version, sentence) in table {
        match (version.parse(), sentence) {
            (Ok(version), Value::String(sentence)) => consents.insert(version, sentence),
            _ => {
                return Err(format!(
                    "consent.{version} is not a version and its sentence"
                ));
            }
        };
    }
    Ok(consents)
}
