//! A section as JavaScript.

use std::fmt::Write as _;

use super::Languages;
use super::language::Language;
use super::node::Node;

impl Languages {
    /// The section in a language, as JSON whose names are written as JavaScript writes them.
    pub fn json(&self, section: &str, language: &Language) -> String {
        let mut json = String::new();
        self.value(language, &mut vec![section], &mut json);
        json
    }

    /// The section in every language: JSON by the languages' tags in small letters.
    pub fn json_of_all(&self, section: &str) -> String {
        let all: Vec<_> = self
            .all()
            .iter()
            .map(|language| {
                let tag = quoted(&language.tag.to_lowercase());
                format!("{tag}:{}", self.json(section, language))
            })
            .collect();
        format!("{{{}}}", all.join(","))
    }

    fn value<'a>(&'a self, language: &'a Language, path: &mut Vec<&'a str>, json: &mut String) {
        let english = self.english().words.at(path);
        if let Some(Node::Group(group)) = english {
            json.push('{');
            for (place, key) in group.keys().enumerate() {
                if place > 0 {
                    json.push(',');
                }
                json.push_str(&quoted(&camel(key)));
                json.push(':');
                path.push(key);
                self.value(language, path, json);
                path.pop();
            }
            json.push('}');
            return;
        }
        match self.find(language, path).1 {
            Node::One(sentence) => json.push_str(&quoted(&sentence.made(&[], &language.name))),
            Node::List(sentences) => {
                let all: Vec<_> = sentences
                    .iter()
                    .map(|sentence| quoted(&sentence.made(&[], &language.name)))
                    .collect();
                let _ = write!(json, "[{}]", all.join(","));
            }
            Node::Counted { .. } | Node::Group(_) => {
                panic!("{}: scripts do not count", path.join("."));
            }
        }
    }
}

/// As it stands in JSON.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `no_answer` as `noAnswer`.
fn camel(name: &str) -> String {
    let mut camel = String::new();
    let mut large = false;
    for letter in name.chars() {
        if letter == '_' {
            large = true;
        } else if std::mem::take(&mut large) {
            camel.extend(letter.to_uppercase());
        } else {
            camel.push(letter);
        }
    }
    camel
}
