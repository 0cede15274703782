//! Sentences with named gaps.

/// A sentence, as pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Gap(Gap),
    /// What the language calls itself.
    OwnName,
}

/// Where something is put in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// What.
    pub name: String,
    /// Whether it is a number.
    pub number: bool,
}

impl Sentence {
    /// Reads `{name}`, `{#number}` and `{@name}` as gaps.
    ///
    /// # Errors
    /// If a brace has no other, what is between them is no name, or there are no letters at all.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("is empty".to_owned());
        }
        if text.chars().any(char::is_control) {
            return Err("has a control character".to_owned());
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((inside, after)) = after.split_once('}') else {
                return Err("has a `{` without its `}`".to_owned());
            };
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(piece(inside)?);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        let stray = |piece: &Piece| matches!(piece, Piece::Text(text) if text.contains('}'));
        if pieces.iter().any(stray) {
            return Err("has a `}` without its `{`".to_owned());
        }
        Ok(Self(pieces))
    }

    /// The gaps, each once, in the order of the sentence.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        for piece in &self.0 {
            if let Piece::Gap(gap) = piece
                && !gaps.contains(gap)
            {
                gaps.push(gap.clone());
            }
        }
        gaps
    }

    /// The sentence as [`fill`](crate::fill) takes it: a gap is the control character of its place
    /// among `gaps`.
    pub(super) fn made(&self, gaps: &[Gap], own_name: &str) -> String {
        let mut made = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => made.push_str(text),
                Piece::OwnName => made.push_str(own_name),
                Piece::Gap(gap) => {
                    let place = gaps.iter().position(|it| it == gap).unwrap_or(0);
                    made.push(char::from(u8::try_from(place).unwrap_or(0)));
                }
            }
        }
        made
    }

    /// The sentence as it stands in the file, for comments.
    pub(super) fn written(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Gap(Gap { name, number }) => {
                format!("{{{}{name}}}", if *number { "#" } else { "" })
            }
            Piece::OwnName => "{@name}".to_owned(),
        };
        self.0.iter().map(piece).collect()
    }
}

fn piece(inside: &str) -> Result<Piece, String> {
    if inside == "@name" {
        return Ok(Piece::OwnName);
    }
    let (name, number) = match inside.strip_prefix('#') {
        Some(name) => (name, true),
        None => (inside, false),
    };
    if !is_name(name) {
        return Err(format!("has a gap `{{{inside}}}` that is no name"));
    }
    Ok(Piece::Gap(Gap {
        name: name.to_owned(),
        number,
    }))
}

/// Whether a word is a name in Rust and JavaScript both.
pub(super) fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
        && word
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_knows_its_gaps_in_order() {
        let sentence = Sentence::parse("{name} of {#n}, {name} in {@name}").unwrap();
        let gaps = sentence.gaps();
        let names: Vec<_> = gaps.iter().map(|gap| (&*gap.name, gap.number)).collect();
        assert_eq!(names, [("name", false), ("n", true)]);
        assert_eq!(
            sentence.made(&gaps, "English"),
            "\0 of \u{1}, \0 in English"
        );
        assert_eq!(sentence.written(), "{name} of {#n}, {name} in {@name}");
    }

    #[test]
    fn what_is_no_gap_is_a_fault() {
        for text in ["", " ", "{", "}", "{}", "{a b}", "{A}", "{#}", "a\nb"] {
            assert!(Sentence::parse(text).is_err(), "{text:?}");
        }
    }
}
