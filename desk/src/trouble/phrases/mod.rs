//! What people say when writing does not work, by language. Patterns are as in `words.rs`; every catalogue is tried on every message, since
//! languages mix.

mod en;
mod ru;

use std::sync::LazyLock;

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

const ALL: [&Phrases; 2] = [&en::PHRASES, &ru::PHRASES];

/// A message, ready to be looked through.
pub(super) struct Heard(Vec<Vec<String>>);

impl Heard {
    pub(super) fn new(text: &str) -> Self {
        Self(words::sentences(text))
    }

    pub(super) fn sentences(&self) -> &[Vec<String>] {
        &self.0
    }

    fn has(&self, which: impl Fn(&Phrases) -> &'static [&'static str]) -> bool {
        let sentences = self.0.iter();
        sentences
            .clone()
            .any(|sentence| ALL.iter().any(|all| words::any(which(all), sentence)))
    }

    /// A sentence has the one and not the others.
    fn has_without(
        &self,
        which: impl Fn(&Phrases) -> &'static [&'static str],
        without: impl Fn(&Phrases) -> [&'static [&'static str]; 3],
    ) -> bool {
        self.0.iter().any(|sentence| {
            ALL.iter().any(|all| words::any(which(all), sentence))
                && !ALL
                    .iter()
                    .any(|all| without(all).iter().any(|no| words::any(no, sentence)))
        })
    }

    pub(super) fn wishes(&self) -> bool {
        self.has_without(|all| all.wish, |all| [all.elsewhere, all.past, all.no_call])
    }

    pub(super) fn offers(&self) -> bool {
        self.has_without(|all| all.offer, |all| [all.elsewhere, &[], &[]])
    }

    /// Refuses to talk: in so many words, or by a "no" to an offer.
    pub(super) fn refuses(&self, offered: bool) -> bool {
        let begins = |sentence: &Vec<String>| {
            ALL.iter()
                .any(|all| all.no.iter().any(|no| words::find(no, sentence) == Some(0)))
        };
        self.has(|all| all.no_call) || offered && self.0.first().is_some_and(begins)
    }

    pub(super) fn asks_number(&self) -> bool {
        self.has(|all| all.number)
    }

    /// Gives a phone number unasked.
    pub(super) fn gives_number(&self) -> bool {
        self.0.iter().any(|sentence| {
            let digits = sentence
                .iter()
                .filter(|word| word.bytes().all(|one| one.is_ascii_digit()));
            let digits: usize = digits.map(String::len).sum();
            (PHONE_DIGITS..=15).contains(&digits)
                && ALL.iter().any(|all| words::any(all.number, sentence))
        })
    }

    pub(super) fn is_hard(&self) -> bool {
        self.has(|all| all.hard)
    }

    pub(super) fn lacks_language(&self) -> bool {
        self.has(|all| all.language)
    }

    pub(super) fn is_broken(&self) -> bool {
        self.has(|all| all.broken)
    }

    pub(super) fn hiccups(&self) -> bool {
        self.has(|all| all.hiccup)
    }

    pub(super) fn is_lost(&self) -> bool {
        self.has(|all| all.not_understood)
    }

    pub(super) fn has_already(&self) -> bool {
        self.has(|all| all.already)
    }

    pub(super) fn was_not_helped(&self) -> bool {
        self.has(|all| all.no_help)
    }

    pub(super) fn is_impatient(&self) -> bool {
        self.has(|all| all.impatience)
    }

    pub(super) fn nudges(&self) -> bool {
        self.has(|all| all.nudge)
    }

    pub(super) fn is_settled(&self) -> bool {
        self.has(|all| all.settled)
    }
}

/// The words of all languages that say nothing about a subject.
pub(super) fn idle() -> &'static [&'static str] {
    static IDLE: LazyLock<Vec<&'static str>> =
        LazyLock::new(|| ALL.iter().flat_map(|all| all.idle).copied().collect());
    &IDLE
}
