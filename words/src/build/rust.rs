//! A section as Rust: a struct of sentences, and a value of it for every language.

use std::fmt::Write as _;

use super::Languages;
use super::language::Language;
use super::node::{Node, joined};
use super::sentence::{Gap, Sentence, is_name};
use crate::Category;

/// What Rust is wanted of a section.
#[derive(Debug, Clone, Copy)]
pub struct Code<'a> {
    /// The section.
    pub section: &'a str,
    /// What the struct is called.
    pub name: &'a str,
    /// The method of `Lang` that gives it.
    pub method: &'a str,
    /// Who sees it: `pub(crate)`.
    pub visibility: &'a str,
    /// The groups that are functions of an enum.
    pub variants: &'a [Variants<'a>],
}

impl<'a> Variants<'a> {
    /// A group, without its section, and an enum.
    pub const fn new(group: &'a str, of: &'a str) -> Self {
        Self {
            group,
            of,
            besides: "",
        }
    }

    /// The same with an arm of the match for what has no sentence of its own.
    #[must_use]
    pub const fn besides(self, besides: &'a str) -> Self {
        Self { besides, ..self }
    }
}

/// A group whose names are an enum's variants.
#[derive(Debug, Clone, Copy)]
pub struct Variants<'a> {
    /// `calls.leg`
    group: &'a str,
    /// `heard_protocol::CallLeg`
    of: &'a str,
    besides: &'a str,
}

impl Languages {
    /// `enum Lang`: the languages there are, and what their files' heads say.
    pub fn lang(&self, visibility: &str) -> String {
        let variants: Vec<_> = self.all().iter().map(|it| upper(&it.tag)).collect();
        let mut code = String::from(
            "/// A language that there are words in.\n\
             #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\n",
        );
        let _ = writeln!(code, "{visibility} enum Lang {{");
        for (variant, language) in variants.iter().zip(self.all()) {
            let _ = writeln!(code, "    /// {}.\n    {variant},", language.name);
        }
        let _ = writeln!(code, "}}\n\nimpl Lang {{");
        let count = variants.len();
        let all: Vec<_> = variants.iter().map(|it| format!("Self::{it}")).collect();
        let _ = writeln!(
            code,
            "    /// Every one, English first: it is for those who read none of the others.\n    \
             {visibility} const ALL: [Self; {count}] = [{}];",
            all.join(", ")
        );
        let mut told = |doc: &str, name: &str, of: &dyn Fn(&Language) -> String| {
            let values: Vec<_> = self.all().iter().map(of).collect();
            let _ = writeln!(
                code,
                "\n    /// {doc}\n    {visibility} const fn {name}(self) -> &'static str {{\n        \
                 {}\n    }}",
                matched("self", &zipped(&all, &values), "")
            );
        };
        told("The BCP 47 tag.", "tag", &|it| it.tag.clone());
        told("What it calls itself.", "own_name", &|it| it.name.clone());
        told(
            "Which way it is written, as HTML calls it.",
            "direction",
            &|it| it.direction.name().to_owned(),
        );
        let tags: Vec<_> = self.all().iter().map(|it| it.tag.clone()).collect();
        let _ = writeln!(
            code,
            "\n    /// The language that a BCP 47 tag asks for, if there is one.\n    \
             {visibility} fn from_tag(tag: &str) -> Option<Self> {{\n        \
             let at = heard_words::lookup(&{tags:?}, tag)?;\n        \
             Self::ALL.get(at).copied()\n    }}\n}}"
        );
        code
    }

    /// The section's struct and its values. `Lang` must be in scope.
    pub fn code(&self, wanted: &Code<'_>) -> String {
        let writer = Writer {
            languages: self,
            wanted,
        };
        let mut code = String::new();
        writer.structs("", &mut code);
        let Code {
            name,
            method,
            visibility,
            ..
        } = wanted;
        let mut arms = String::new();
        for language in self.all() {
            let constant = upper(&language.tag).to_uppercase();
            let _ = writeln!(
                code,
                "static {constant}: {name} = {};\n",
                writer.value("", language)
            );
            let _ = writeln!(
                arms,
                "            Self::{} => &{constant},",
                upper(&language.tag)
            );
        }
        let _ = write!(
            code,
            "impl Lang {{\n    /// The words.\n    {visibility} const fn {method}(self) -> &'static {name} {{\n        \
             match self {{\n{arms}        }}\n    }}\n}}\n"
        );
        code
    }

    /// Every sentence that people ever agreed to: its version, its language and its words.
    pub fn consents(&self) -> String {
        let mut all = Vec::new();
        for language in self.all() {
            for (version, sentence) in language.consents.iter().rev() {
                all.push(format!("({version}, {:?}, {sentence:?})", language.tag));
            }
        }
        format!(
            "const ALL: [(u16, &str, &str); {}] = [{}];\n",
            all.len(),
            all.join(", ")
        )
    }
}

/// How a group is written.
enum Shape<'a> {
    /// As a struct of its own.
    Struct,
    /// As a function of an enum.
    Function(Variants<'a>),
    /// As pairs, where its names are no names in Rust.
    Pairs,
}

struct Writer<'a> {
    languages: &'a Languages,
    wanted: &'a Code<'a>,
}

impl Writer<'_> {
    fn path<'p>(&'p self, name: &'p str) -> Vec<&'p str> {
        let below = name.split('.').filter(|key| !key.is_empty());
        std::iter::once(self.wanted.section).chain(below).collect()
    }

    fn english(&self, name: &str) -> &Node {
        let english = self.languages.english();
        self.languages.find(english, &self.path(name)).1
    }

    fn keys(&self, name: &str) -> Vec<String> {
        match self.english(name) {
            Node::Group(group) => group.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }

    fn shape(&self, name: &str) -> Shape<'_> {
        let variants = self.wanted.variants.iter().find(|it| it.group == name);
        match variants {
            Some(variants) => Shape::Function(*variants),
            None if self.keys(name).iter().all(|key| is_name(key)) => Shape::Struct,
            None => Shape::Pairs,
        }
    }

    /// What the struct of a group is called.
    fn named(&self, name: &str) -> String {
        if name.is_empty() {
            self.wanted.name.to_owned()
        } else {
            upper(name)
        }
    }

    /// Writes the struct of a group, and before it those of the groups in it.
    fn structs(&self, name: &str, code: &mut String) {
        let visibility = self.wanted.visibility;
        let mut fields = String::new();
        if name.is_empty() {
            let _ = writeln!(
                fields,
                "    /// The BCP 47 tag that dates and times are written in.\n    {visibility} tag: &'static str,"
            );
        }
        for key in self.keys(name) {
            let below = joined(name, &key);
            let node = self.english(&below);
            docs(&mut fields, node);
            let kind = match node {
                Node::One(sentence) if sentence.gaps().is_empty() => "&'static str".to_owned(),
                Node::One(_) | Node::Counted { .. } => signature(node),
                Node::List(sentences) => format!("[&'static str; {}]", sentences.len()),
                Node::Group(_) => match self.shape(&below) {
                    Shape::Function(Variants { of, .. }) => format!("fn({of}) -> &'static str"),
                    Shape::Pairs => "&'static [(&'static str, &'static str)]".to_owned(),
                    Shape::Struct => {
                        self.structs(&below, code);
                        self.named(&below)
                    }
                },
            };
            let _ = writeln!(fields, "    {visibility} {}: {kind},", ident(&key));
        }
        let what = if name.is_empty() {
            "a language".to_owned()
        } else {
            format!("`{name}`")
        };
        let _ = writeln!(
            code,
            "/// The sentences of {what}.\n{visibility} struct {} {{\n{fields}}}\n",
            self.named(name)
        );
    }

    /// What stands under a name in a language, as an expression.
    fn value(&self, name: &str, language: &Language) -> String {
        let path = self.path(name);
        let english = self.english(name);
        if !matches!(english, Node::Group(_)) {
            let (of, node) = self.languages.find(language, &path);
            return sentence(node, &english.gaps(), of, language);
        }
        let below = |key: &String| (key.clone(), self.value(&joined(name, key), language));
        let fields: Vec<_> = self.keys(name).iter().map(below).collect();
        match self.shape(name) {
            Shape::Struct => {
                let mut code = format!("{} {{ ", self.named(name));
                if name.is_empty() {
                    let _ = write!(code, "tag: {:?}, ", language.dates);
                }
                for (key, value) in fields {
                    let _ = write!(code, "{}: {value},\n    ", ident(&key));
                }
                code + "}"
            }
            Shape::Pairs => {
                let pairs: Vec<_> = fields
                    .iter()
                    .map(|(key, value)| format!("({key:?}, {value})"))
                    .collect();
                format!("&[{}]", pairs.join(", "))
            }
            Shape::Function(Variants { of, besides, .. }) => {
                let arms: Vec<_> = fields
                    .into_iter()
                    .map(|(key, value)| (format!("{of}::{}", upper(&key)), value))
                    .collect();
                format!("|it| {}", matched("it", &arms, besides))
            }
        }
    }
}

/// A sentence as an expression: words, or a function that fills its gaps. `of` is the language it
/// is in, `language` the one it stands for.
fn sentence(node: &Node, gaps: &[Gap], of: &Language, language: &Language) -> String {
    let made = |it: &Sentence| format!("{:?}", it.made(gaps, &language.name));
    let parts: Vec<_> = gaps
        .iter()
        .map(|Gap { name, number }| {
            let name = ident(name);
            if *number {
                format!("&{name}.to_string()")
            } else {
                name
            }
        })
        .collect();
    let names: Vec<_> = gaps.iter().map(|gap| ident(&gap.name)).collect();
    let filled = |words: String| {
        if gaps.is_empty() {
            words
        } else {
            format!("heard_words::fill({words}, &[{}])", parts.join(", "))
        }
    };
    match node {
        Node::One(it) if gaps.is_empty() => made(it),
        Node::One(it) => format!("|{}| {}", names.join(", "), filled(made(it))),
        Node::List(all) => {
            let all: Vec<_> = all.iter().map(made).collect();
            format!("[{}]", all.join(", "))
        }
        Node::Counted { by, forms } => {
            let number = by.as_ref().map_or("n", |gap| &gap.name);
            let words = counted(forms, &made, of, &ident(number));
            let names = if names.is_empty() {
                number.to_owned()
            } else {
                names.join(", ")
            };
            format!("|{names}| {}", filled(words))
        }
        Node::Group(_) => String::new(),
    }
}

/// The form that a number wants.
fn counted(
    forms: &std::collections::BTreeMap<Category, Sentence>,
    made: &dyn Fn(&Sentence) -> String,
    of: &Language,
    number: &str,
) -> String {
    let other = forms.get(&Category::Other).map(made).unwrap_or_default();
    let arms: Vec<_> = forms
        .iter()
        .map(|(category, form)| (format!("heard_words::Category::{category:?}"), made(form)))
        .filter(|(_, form)| *form != other)
        .collect();
    if arms.is_empty() {
        return other;
    }
    let form = format!("heard_words::rules::{}({number})", of.rule.name);
    matched(&form, &arms, &format!("_ => {other}"))
}

/// A match. Patterns of one value share an arm.
fn matched(of: &str, arms: &[(String, String)], besides: &str) -> String {
    let mut merged: Vec<(String, &String)> = Vec::new();
    for (pattern, value) in arms {
        match merged.iter_mut().find(|(_, known)| *known == value) {
            Some((patterns, _)) => {
                let _ = write!(patterns, " | {pattern}");
            }
            None => merged.push((pattern.clone(), value)),
        }
    }
    let mut code = format!("match {of} {{ ");
    for (pattern, value) in merged {
        let _ = write!(code, "{pattern} => {value}, ");
    }
    code + besides + " }"
}

fn zipped(patterns: &[String], words: &[String]) -> Vec<(String, String)> {
    let words = words.iter().map(|it| format!("{it:?}"));
    patterns.iter().cloned().zip(words).collect()
}

/// The type of a sentence with gaps.
fn signature(node: &Node) -> String {
    let gaps = node.gaps();
    let kinds: Vec<_> = gaps
        .iter()
        .map(|gap| if gap.number { "u64" } else { "&str" })
        .collect();
    if kinds.is_empty() {
        "fn(u64) -> &'static str".to_owned()
    } else {
        format!("fn({}) -> String", kinds.join(", "))
    }
}

/// What a field is, as a comment: its English.
pub(super) fn docs(code: &mut String, node: &Node) {
    let text = match node {
        Node::One(sentence) => Some(sentence.written()),
        Node::Counted { forms, .. } => forms.get(&Category::Other).map(Sentence::written),
        Node::List(_) => Some("A list, in an order of its own.".to_owned()),
        Node::Group(_) => Some("Sentences of a kind.".to_owned()),
    };
    let text = text.unwrap_or_default();
    let _ = writeln!(code, "    /// `{text}`");
}

/// `no_answer` and `calls.leg` as `NoAnswer` and `CallsLeg`; `pt-BR` as `PtBr`.
fn upper(name: &str) -> String {
    let mut upper = String::new();
    for word in name.split(['_', '.', '-']) {
        let mut letters = word.chars();
        upper.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        upper.extend(letters.flat_map(char::to_lowercase));
    }
    upper
}

/// A name as Rust takes it.
pub(super) fn ident(name: &str) -> String {
    const KEYWORDS: [&str; 14] = [
        "as", "else", "for", "if", "in", "loop", "match", "move", "return", "type", "use", "where",
        "while", "yield",
    ];
    if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}
