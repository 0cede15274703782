//! What stands under a name.

use std::collections::BTreeMap;

use toml::Value;

use super::sentence::{Gap, Sentence};
use crate::Category;

/// A sentence, some sentences, or names with more under each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A sentence.
    One(Sentence),
    /// A sentence in the forms that numbers want, and the number they agree with.
    Counted {
        /// The gap of that number, if the sentence has it.
        by: Option<Gap>,
        /// The forms there are.
        forms: BTreeMap<Category, Sentence>,
    },
    /// Some sentences, told apart by their place.
    List(Vec<Sentence>),
    /// Names, and what stands under each.
    Group(BTreeMap<String, Node>),
}

impl Node {
    /// Reads a value of a file; what is wrong comes with the name it is under.
    pub(super) fn read(
        value: &Value,
        name: &str,
        faults: &mut Vec<(String, String)>,
    ) -> Option<Self> {
        let mut fault = |what: String| faults.push((name.to_owned(), what));
        match value {
            Value::String(text) => Sentence::parse(text).map(Self::One).map_err(fault).ok(),
            Value::Array(items) => {
                let mut sentences = Vec::new();
                for item in items {
                    match item.as_str().map(Sentence::parse) {
                        Some(Ok(sentence)) => sentences.push(sentence),
                        Some(Err(what)) => fault(what),
                        None => fault("is not a list of sentences".to_owned()),
                    }
                }
                Some(Self::List(sentences))
            }
            Value::Table(table) if table.contains_key("other") && table.keys().all(is_form) => {
                let mut forms = BTreeMap::new();
                for category in Category::ALL {
                    match table.get(category.name()).map(sentence) {
                        Some(Ok(form)) => {
                            forms.insert(category, form);
                        }
                        Some(Err(what)) => fault(format!("{}: {what}", category.name())),
                        None => {}
                    }
                }
                let numbers: Vec<Gap> = forms
                    .get(&Category::Other)
                    .map_or_else(Vec::new, Sentence::gaps)
                    .into_iter()
                    .filter(|gap| gap.number)
                    .collect();
                let by = match table.get("by").map(|by| by.as_str().unwrap_or_default()) {
                    Some(by) => numbers.iter().find(|gap| gap.name == by).cloned(),
                    None => numbers.first().cloned().filter(|_| numbers.len() == 1),
                };
                if by.is_none() && !numbers.is_empty() {
                    fault("does not say by which of its numbers".to_owned());
                }
                Some(Self::Counted { by, forms })
            }
            Value::Table(table) => {
                let mut group = BTreeMap::new();
                for (key, value) in table {
                    if let Some(node) = Self::read(value, &joined(name, key), faults) {
                        group.insert(key.clone(), node);
                    }
                }
                Some(Self::Group(group))
            }
            _ => {
                fault("is neither a sentence nor a table".to_owned());
                None
            }
        }
    }

    /// What stands under a name below this one.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        let Some((first, rest)) = path.split_first() else {
            return Some(self);
        };
        match self {
            Self::Group(group) => group.get(*first)?.at(rest),
            _ => None,
        }
    }

    /// The gaps, in the order in which English has them.
    pub(super) fn gaps(&self) -> Vec<Gap> {
        match self {
            Self::One(sentence) => sentence.gaps(),
            Self::Counted { forms, .. } => forms
                .get(&Category::Other)
                .map_or_else(Vec::new, Sentence::gaps),
            Self::List(_) | Self::Group(_) => Vec::new(),
        }
    }
}

/// A name under another.
pub(super) fn joined(name: &str, key: &str) -> String {
    if name.is_empty() {
        key.to_owned()
    } else {
        format!("{name}.{key}")
    }
}

fn sentence(value: &Value) -> Result<Sentence, String> {
    let text = value.as_str().ok_or("is not a sentence")?;
    Sentence::parse(text)
}

fn is_form(key: &String) -> bool {
    key == "by" || Category::ALL.iter().any(|it| it.name() == key)
}
