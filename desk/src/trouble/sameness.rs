//! Whether two messages say the same in other words.

use std::collections::BTreeSet;

use super::phrases;

/// How many letters of a word tell it from others: endings say little, least of all in Russian.
const STEM: usize = 5;
/// Words shorter than this carry no subject.
const SHORT: usize = 3;
/// So many parts in a hundred of the shorter message are to be in the longer one ...
const SHARED_PERCENT: usize = 60;
/// ... and at least so many stems.
const SHARED: usize = 2;

/// What a message is about: the beginnings of its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Subject(BTreeSet<String>);

impl Subject {
    pub(super) fn of(sentences: &[Vec<String>]) -> Self {
        let words = sentences.iter().flatten();
        let telling = words.filter(|word| word.chars().count() >= SHORT && !phrases::is_idle(word));
        Self(
            telling
                .map(|word| word.chars().take(STEM).collect())
                .collect(),
        )
    }

    /// Whether it is the other one's again: most of the shorter is in the longer, and both say
    /// enough to be compared.
    pub(super) fn is(&self, other: &Self, least: usize) -> bool {
        let shared = self.0.intersection(&other.0).count();
        let shorter = self.0.len().min(other.0.len());
        let longer = self.0.len().max(other.0.len());
        shared >= SHARED.max(least)
            && shared * 100 >= shorter * SHARED_PERCENT
            // A short one within a long one may be about anything.
            && longer <= shorter * 4
    }
}
