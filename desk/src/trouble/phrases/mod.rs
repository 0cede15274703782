//! What people say when writing does not work, by language. Patterns are as in `patterns.rs`; every
//! catalogue is tried on every message, since languages mix.

mod en;
mod ru;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::patterns::Patterns;
use super::words;

/// How many digits a phone number has at least.
const PHONE_DIGITS: usize = 9;

/// A catalogue.
pub(super) struct Phrases {
    /// Words that say nothing about a message's subject.
    idle: &'static [&'static str],
    /// The visitor asks to talk.
    wish: &'static [&'static str],
    /// Somebody asks for a number.
    number: &'static [&'static str],
    /// Calls that are not about this conversation: what makes a sentence no wish and no offer.
    elsewhere: &'static [&'static str],
    /// Calls that were: what makes a sentence no wish.
    past: &'static [&'static str],
    /// The visitor does not want to talk, in so many words.
    no_call: &'static [&'static str],
    /// A "no" that stands at the beginning: it needs an offer before it.
    no: &'static [&'static str],
    /// The agent offers to talk.
    offer: &'static [&'static str],
    /// Writing is hard for the visitor.
    hard: &'static [&'static str],
    /// Somebody does not have the other's language.
    language: &'static [&'static str],
    /// The chat breaks, plainly.
    broken: &'static [&'static str],
    /// Something went wrong with the chat, in passing.
    hiccup: &'static [&'static str],
    /// The visitor does not understand, or is not understood.
    not_understood: &'static [&'static str],
    /// The visitor has said or done it already.
    already: &'static [&'static str],
    /// What was advised did not help.
    no_help: &'static [&'static str],
    /// The visitor loses patience with the conversation.
    impatience: &'static [&'static str],
    /// The visitor asks whether anybody is there.
    nudge: &'static [&'static str],
    /// It is settled, or goes forward.
    settled: &'static [&'static str],
}

/// What a phrase tells: the name of its list in the catalogue.
#[derive(Debug, Clone, Copy)]
enum Told {
    Wish,
    Number,
    Elsewhere,
    Past,
    NoCall,
    No,
    Offer,
    Hard,
    Language,
    Broken,
    Hiccup,
    NotUnderstood,
    Already,
    NoHelp,
    Impatience,
    Nudge,
    Settled,
}

impl Phrases {
    /// Every phrase, with what it tells.
    fn all(&self) -> impl Iterator<Item = (Told, &'static str)> {
        let Self {
            idle: _,
            wish,
            number,
            elsewhere,
            past,
            no_call,
            no,
            offer,
            hard,
            language,
            broken,
            hiccup,
            not_understood,
            already,
            no_help,
            impatience,
            nudge,
            settled,
        } = *self;
        let lists = [
            (Told::Wish, wish),
            (Told::Number, number),
            (Told::Elsewhere, elsewhere),
            (Told::Past, past),
            (Told::NoCall, no_call),
            (Told::No, no),
            (Told::Offer, offer),
            (Told::Hard, hard),
            (Told::Language, language),
            (Told::Broken, broken),
            (Told::Hiccup, hiccup),
            (Told::NotUnderstood, not_understood),
            (Told::Already, already),
            (Told::NoHelp, no_help),
            (Told::Impatience, impatience),
            (Told::Nudge, nudge),
            (Told::Settled, settled),
        ];
        let lists = lists.into_iter();
        lists.flat_map(|(told, list)| list.iter().map(move |phrase| (told, *phrase)))
    }
}

const ALL: [&Phrases; 2] = [&en::PHRASES, &ru::PHRASES];

static PATTERNS: LazyLock<Patterns<Told>> =
    LazyLock::new(|| Patterns::new(ALL.iter().flat_map(|all| all.all())));

/// What is told in a sentence.
#[derive(Debug, Clone, Copy, Default)]
struct Tells(u32);

impl Tells {
    fn of(sentence: &[String]) -> Self {
        let found = PATTERNS.find(sentence);
        // A "no" is one at the beginning alone.
        let found = found.filter(|(told, start)| !matches!(told, Told::No) || *start == 0);
        Self(found.fold(0, |all, (told, _)| all | 1 << told as u32))
    }

    const fn has(self, told: Told) -> bool {
        self.0 & (1 << told as u32) != 0
    }

    fn has_none(self, told: &[Told]) -> bool {
        !told.iter().any(|told| self.has(*told))
    }
}

/// A message, looked through.
pub(super) struct Heard {
    sentences: Vec<Vec<String>>,
    /// What each of the sentences tells.
    tells: Vec<Tells>,
}

impl Heard {
    pub(super) fn new(text: &str) -> Self {
        let sentences = words::sentences(text);
        let tells = sentences.iter().map(|one| Tells::of(one)).collect();
        Self { sentences, tells }
    }

    pub(super) fn sentences(&self) -> &[Vec<String>] {
        &self.sentences
    }

    fn has(&self, told: Told) -> bool {
        self.tells.iter().any(|tells| tells.has(told))
    }

    /// A sentence has the one and none of the others.
    fn has_without(&self, told: Told, others: &[Told]) -> bool {
        let mut tells = self.tells.iter();
        tells.any(|tells| tells.has(told) && tells.has_none(others))
    }

    pub(super) fn wishes(&self) -> bool {
        self.has_without(Told::Wish, &[Told::Elsewhere, Told::Past, Told::NoCall])
    }

    pub(super) fn offers(&self) -> bool {
        self.has_without(Told::Offer, &[Told::Elsewhere])
    }

    /// Refuses to talk: in so many words, or by a "no" to an offer.
    pub(super) fn refuses(&self, offered: bool) -> bool {
        let begins = || self.tells.first().is_some_and(|tells| tells.has(Told::No));
        self.has(Told::NoCall) || offered && begins()
    }

    pub(super) fn asks_number(&self) -> bool {
        self.has(Told::Number)
    }

    /// Gives a phone number unasked.
    pub(super) fn gives_number(&self) -> bool {
        let mut sentences = self.sentences.iter().zip(&self.tells);
        sentences.any(|(sentence, tells)| {
            let digits = sentence
                .iter()
                .filter(|word| word.bytes().all(|one| one.is_ascii_digit()));
            let digits: usize = digits.map(String::len).sum();
            (PHONE_DIGITS..=15).contains(&digits) && tells.has(Told::Number)
        })
    }

    pub(super) fn is_hard(&self) -> bool {
        self.has(Told::Hard)
    }

    pub(super) fn lacks_language(&self) -> bool {
        self.has(Told::Language)
    }

    pub(super) fn is_broken(&self) -> bool {
        self.has(Told::Broken)
    }

    pub(super) fn hiccups(&self) -> bool {
        self.has(Told::Hiccup)
    }

    pub(super) fn is_lost(&self) -> bool {
        self.has(Told::NotUnderstood)
    }

    pub(super) fn has_already(&self) -> bool {
        self.has(Told::Already)
    }

    pub(super) fn was_not_helped(&self) -> bool {
        self.has(Told::NoHelp)
    }

    pub(super) fn is_impatient(&self) -> bool {
        self.has(Told::Impatience)
    }

    pub(super) fn nudges(&self) -> bool {
        self.has(Told::Nudge)
    }

    pub(super) fn is_settled(&self) -> bool {
        self.has(Told::Settled)
    }
}

/// Whether a word says nothing about a subject, in any language.
pub(super) fn is_idle(word: &str) -> bool {
    static IDLE: LazyLock<BTreeSet<&'static str>> =
        LazyLock::new(|| ALL.iter().flat_map(|all| all.idle).copied().collect());
    IDLE.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that a pattern stands for: of the alternatives, and of what may be missing, others for
    /// every `turn`.
    fn spell(pattern: &str, turn: usize) -> String {
        let mut runs: Vec<&str> = pattern.split(" & ").collect();
        // Whatever ends the sentence comes last.
        runs.sort_by_key(|run| run.ends_with('$'));
        let spell = |part: &str| match part {
            "$" => String::new(),
            "~" => "zzz ".repeat(turn % 4),
            part if part.starts_with('?') && turn % 2 == 1 => String::new(),
            part => {
                let words: Vec<&str> = part.trim_start_matches('?').split('|').collect();
                words[turn % words.len()].replace('*', "zzz") + " "
            }
        };
        runs.iter()
            .flat_map(|run| run.split(' '))
            .map(spell)
            .collect()
    }

    #[test]
    fn every_phrase_is_found_in_its_own_words() {
        for (told, phrase) in ALL.iter().flat_map(|all| all.all()) {
            for turn in 0..24 {
                let words = spell(phrase, turn);
                // A "no" stands at the beginning.
                let text = if matches!(told, Told::No) {
                    words
                } else {
                    format!("zzz {words}")
                };
                assert!(Heard::new(&text).has(told), "{told:?} {phrase}: {text}");
            }
        }
    }
}
