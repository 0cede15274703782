//! Patterns of words.
//!
//! A pattern is words separated by spaces. `a|b` is either, `stem*` any word that begins so,
//! `?word` a word that may be missing, `~` up to three words of any kind, and `$`, in a word's
//! place, the end of the sentence. ` & ` stands between patterns that are all to be in the
//! sentence, in any order.
//!
//! There are hundreds, and every message is looked through for all of them. So they are taken apart
//! once, and found by the words that they can begin with: most messages have few of those.

use std::collections::BTreeMap;

/// How many words `~` may stand for.
const GAP: usize = 3;

/// A pattern without ` & `.
#[derive(Debug)]
struct Run(Vec<Part>);

#[derive(Debug)]
enum Part {
    /// Any of these words; none of them, if it is optional.
    Word { any: Vec<Word>, optional: bool },
    /// Some words of any kind, or none.
    Gap,
}

#[derive(Debug, Clone, Copy)]
enum Word {
    Whole(&'static str),
    Stem(&'static str),
    /// None: it is the end.
    End,
}

/// A pattern, and what it tells.
#[derive(Debug)]
struct Pattern<T> {
    tells: T,
    first: Run,
    /// Where these are does not matter.
    others: Vec<Run>,
}

/// Many patterns, by what they can begin with: their places in `all`.
#[derive(Debug)]
pub(super) struct Patterns<T> {
    all: Vec<Pattern<T>>,
    wholes: BTreeMap<&'static str, Vec<usize>>,
    stems: BTreeMap<&'static str, Vec<usize>>,
    /// Those that can begin with any word.
    open: Vec<usize>,
}

impl<T: Copy> Patterns<T> {
    /// Takes patterns apart, each with what it tells.
    pub(super) fn new(patterns: impl IntoIterator<Item = (T, &'static str)>) -> Self {
        let mut new = Self {
            all: Vec::new(),
            wholes: BTreeMap::new(),
            stems: BTreeMap::new(),
            open: Vec::new(),
        };
        for (tells, pattern) in patterns {
            let (first, others) = pattern.split_once(" & ").unzip();
            let first = Run::new(first.unwrap_or(pattern));
            let others = others.map(|others| others.split(" & ").map(Run::new).collect());
            new.index(&first);
            new.all.push(Pattern {
                tells,
                first,
                others: others.unwrap_or_default(),
            });
        }
        new
    }

    /// The next pattern begins so.
    fn index(&mut self, first: &Run) {
        let place = self.all.len();
        for part in &first.0 {
            match part {
                Part::Word { any, optional } => {
                    for word in any {
                        let places = match word {
                            Word::Whole(word) => self.wholes.entry(word),
                            Word::Stem(stem) => self.stems.entry(stem),
                            // There is a word, so it is not the end.
                            Word::End => continue,
                        };
                        places.or_default().push(place);
                    }
                    if !optional {
                        return;
                    }
                }
                Part::Gap => break,
            }
        }
        self.open.push(place);
    }

    /// What of them is in a sentence: what each tells, and at which word it begins. In no
    /// particular order, and maybe more than once.
    pub(super) fn find(&self, sentence: &[String]) -> impl Iterator<Item = (T, usize)> {
        let starts = sentence.iter().enumerate();
        let begun = starts.flat_map(|(start, word)| self.begun(word).map(move |one| (one, start)));
        let here = begun.filter(|(one, start)| {
            one.first.fits(&sentence[*start..])
                && one.others.iter().all(|other| other.is_in(sentence))
        });
        here.map(|(one, start)| (one.tells, start))
    }

    /// Those that can begin with this word.
    fn begun(&self, word: &str) -> impl Iterator<Item = &Pattern<T>> {
        let ends = word.char_indices().map(|(end, _)| end).skip(1);
        let ends = ends.chain([word.len()]);
        let stems = ends.filter_map(|end| self.stems.get(word.get(..end)?));
        let all = self.wholes.get(word).into_iter().chain(stems);
        all.chain([&self.open])
            .flatten()
            .map(|place| &self.all[*place])
    }
}

impl Run {
    fn new(run: &'static str) -> Self {
        Self(run.split(' ').map(Part::new).collect())
    }

    fn is_in(&self, sentence: &[String]) -> bool {
        (0..sentence.len()).any(|start| self.fits(&sentence[start..]))
    }

    /// Whether these words begin so.
    fn fits(&self, words: &[String]) -> bool {
        fit(&self.0, words)
    }
}

fn fit(parts: &[Part], words: &[String]) -> bool {
    let Some((part, rest)) = parts.split_first() else {
        return true;
    };
    match part {
        Part::Gap => (0..=GAP.min(words.len())).any(|skipped| fit(rest, &words[skipped..])),
        Part::Word { any, optional } => {
            let here = match words.split_first() {
                None => any.iter().any(|one| matches!(one, Word::End)) && fit(rest, words),
                Some((word, after)) => any.iter().any(|one| one.is(word)) && fit(rest, after),
            };
            here || *optional && fit(rest, words)
        }
    }
}

impl Part {
    fn new(part: &'static str) -> Self {
        match part {
            "~" => Self::Gap,
            part => {
                let optional = part.strip_prefix('?');
                let words = optional.unwrap_or(part).split('|');
                Self::Word {
                    any: words.map(Word::new).collect(),
                    optional: optional.is_some(),
                }
            }
        }
    }
}

impl Word {
    fn new(word: &'static str) -> Self {
        match word.strip_suffix('*') {
            Some(stem) => Self::Stem(stem),
            None if word == "$" => Self::End,
            None => Self::Whole(word),
        }
    }

    fn is(self, word: &str) -> bool {
        match self {
            Self::Whole(whole) => word == whole,
            Self::Stem(stem) => word.starts_with(stem),
            Self::End => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::sentences;
    use super::*;

    fn finds(pattern: &'static str, text: &str) -> bool {
        let patterns = Patterns::new([((), pattern)]);
        let mut sentences = sentences(text).into_iter();
        sentences.any(|sentence| patterns.find(&sentence).next().is_some())
    }

    #[test]
    fn a_pattern_has_alternatives_stems_gaps_and_words_that_may_be_missing() {
        assert!(finds("call|ring me", "Please RING me"));
        assert!(finds("перезвон*", "Перезвоните, пожалуйста"));
        assert!(finds("can ~ call", "Can you please just call"));
        assert!(!finds("can ~ call", "Can you please just now call"));
        assert!(!finds("can ~ call", "I can. You call"));
        assert!(finds("call ?me back", "call back") && finds("call ?me back", "call me back"));
        assert!(!finds("call ?me back", "call him back"));
        assert!(finds("?me back", "call back") && finds("~ back", "you call me back"));
        assert!(finds("phone & easier|better", "Easier over the phone"));
        assert!(!finds("phone & easier", "Over the phone. Is it easier?"));
        assert!(finds("call me $", "Just call me!") && !finds("call me $", "Call me Kate"));
        assert!(finds("call me now|$", "Call me!") && finds("call me now|$", "Call me now, Kate"));
    }

    #[test]
    fn what_is_found_says_where_it_begins() {
        let patterns = Patterns::new([("no", "no|nope"), ("call", "call*"), ("now", "now")]);
        let sentence = &sentences("No, no calls")[0];
        let mut found: Vec<_> = patterns.find(sentence).collect();
        found.sort_unstable();
        assert_eq!(found, [("call", 2), ("no", 0), ("no", 1)]);
    }
}
