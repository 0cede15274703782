//! Whether a message was hard to write.

use super::Said;

/// Typing for less than this says nothing, in milliseconds.
const TYPED_MS: u64 = 20_000;
/// Fewer characters than this in ten seconds is slow: most people type twenty to sixty.
const SLOW: u64 = 11;
/// More than this for one message is hard by itself, if it is also slow.
const VERY_LONG_MS: u64 = 90_000;
/// Deleting fewer characters than this says nothing.
const DELETED: u64 = 40;
/// So many are hard by themselves, if they are also more than was sent.
const VERY_MANY: u64 = 120;
/// A message shorter than this is in no language, in letters.
const LETTERS: usize = 8;
/// So many messages of each tell which letters they use.
const FOREIGN: u32 = 2;

/// How many hard messages this one counts for.
pub(super) fn labour(said: &Said<'_>) -> u32 {
    let sent = said.text.chars().count() as u64;
    let typed = said.typed_ms.unwrap_or(0);
    let deleted = u64::from(said.deleted.unwrap_or(0));
    let slow = typed >= TYPED_MS && sent * 10_000 < SLOW * typed;
    let lost = deleted >= DELETED && deleted * 10 >= sent * 7;
    let very = slow && typed >= VERY_LONG_MS || deleted >= VERY_MANY && deleted >= sent;
    match (slow || lost, very || slow && lost) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 2,
    }
}

/// The letters a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Cyrillic,
    Other,
}

/// The script of nearly all letters of a text, if it has enough of them.
pub(super) fn script(text: &str) -> Option<Script> {
    let (mut latin, mut cyrillic, mut other) = (0, 0, 0);
    for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
        match letter {
            'a'..='z' | 'A'..='Z' | 'À'..='ɏ' => latin += 1,
            'Ѐ'..='ӿ' => cyrillic += 1,
            _ => other += 1,
        }
    }
    let all: usize = latin + cyrillic + other;
    if all < LETTERS {
        return None;
    }
    [
        (latin, Script::Latin),
        (cyrillic, Script::Cyrillic),
        (other, Script::Other),
    ]
    .into_iter()
    .find(|(count, _)| count * 10 >= all * 8)
    .map(|(_, script)| script)
}

/// How many messages somebody wrote in which letters.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scripts {
    latin: u32,
    cyrillic: u32,
    other: u32,
}

impl Scripts {
    pub(super) fn add(&mut self, text: &str) {
        match script(text) {
            Some(Script::Latin) => self.latin += 1,
            Some(Script::Cyrillic) => self.cyrillic += 1,
            Some(Script::Other) => self.other += 1,
            None => {}
        }
    }

    /// Both have written enough to tell, and nothing in the same letters.
    pub(super) const fn are_foreign_to(self, other: Self) -> bool {
        self.latin + self.cyrillic + self.other >= FOREIGN
            && other.latin + other.cyrillic + other.other >= FOREIGN
            && (self.latin == 0 || other.latin == 0)
            && (self.cyrillic == 0 || other.cyrillic == 0)
            && (self.other == 0 || other.other == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trouble::Speaker;

    fn message(text: &str, typed_ms: u64, deleted: u32) -> Said<'_> {
        Said {
            by: Speaker::Visitor,
            at: 0,
            text,
            typed_ms: Some(typed_ms),
            deleted: Some(deleted),
        }
    }

    #[test]
    fn ordinary_typing_is_no_labour() {
        assert_eq!(labour(&message("where is my order, please?", 6_000, 4)), 0);
        assert_eq!(labour(&message("ok", 15_000, 30)), 0);
    }

    #[test]
    fn slow_typing_and_deleting_are() {
        assert_eq!(labour(&message("it does not go", 30_000, 0)), 1);
        assert_eq!(labour(&message("it does not go", 95_000, 0)), 2);
        assert_eq!(
            labour(&message("the thing in the hall does not go", 12_000, 60)),
            1
        );
        assert_eq!(labour(&message("it does not go", 40_000, 50)), 2);
    }

    #[test]
    fn scripts() {
        assert_eq!(script("Не могу войти в VPN"), Some(Script::Cyrillic));
        assert_eq!(script("I can't log in"), Some(Script::Latin));
        assert_eq!(script("ok :)"), None);
    }
}
