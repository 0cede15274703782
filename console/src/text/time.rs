//! How often, and how long.

use super::Text;
use crate::model::wait::Wait;

impl Text {
    /// How long something takes, short: `0:41`, `1 h 05 min`.
    pub(crate) fn wait(&self, wait: Wait) -> String {
        match wait {
            Wait::Short { minutes, seconds } => format!("{minutes}:{seconds:02}"),
            Wait::Hours { hours, minutes } => {
                (self.time.short_hours)(hours, &format!("{minutes:02}"))
            }
            Wait::Days(days) => (self.time.days)(days),
        }
    }

    /// How long something takes, as a screen reader should say it.
    pub(crate) fn wait_words(&self, wait: Wait) -> String {
        let words = &self.time;
        match wait {
            Wait::Short {
                minutes: 0,
                seconds,
            } => (words.seconds)(seconds),
            Wait::Short { minutes, .. } => (words.minutes)(minutes),
            Wait::Hours { hours, minutes } => {
                (words.hours_minutes)(&(words.hours)(hours), &(words.minutes)(minutes))
            }
            Wait::Days(days) => (words.days)(days),
        }
    }

    /// How often, in words.
    pub(super) fn times(&self, count: u32) -> String {
        match count {
            2 => self.time.twice.to_owned(),
            3 => self.time.three_times.to_owned(),
            4 => self.time.four_times.to_owned(),
            count => (self.time.times)(count.into()),
        }
    }

    /// A span in seconds, or in minutes where that is enough.
    pub(super) fn span(&self, ms: u64) -> String {
        match ms / 1_000 {
            seconds @ 0..90 => (self.time.short_seconds)(seconds),
            seconds => (self.time.short_minutes)(seconds / 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    #[test]
    fn a_wait_is_short_to_see_and_long_to_hear() {
        let (english, russian) = (Lang::En.text(), Lang::Ru.text());
        let wait = Wait::of(3_900_000);
        assert_eq!(english.wait(wait), "1 h 05 min");
        assert_eq!(english.wait_words(wait), "1 hour 5 minutes");
        assert_eq!(russian.wait_words(wait), "1 час 5 минут");
        assert_eq!(english.wait(Wait::of(41_000)), "0:41");
        assert_eq!(russian.wait_words(Wait::of(41_000)), "41 секунду");
        assert_eq!(russian.wait(Wait::Days(22)), "22 дня");
    }

    #[test]
    fn counted_words_agree_with_their_number() {
        let (english, russian) = (Lang::En.text(), Lang::Ru.text());
        assert_eq!((english.lists.load)(0, 1), "0 of 1 chat");
        assert_eq!((russian.lists.load)(3, 5), "3 из 5 чатов");
        assert_eq!((russian.lists.load)(3, 21), "3 из 21 чата");
        assert_eq!((russian.lists.left)(1), "осталась 1 секунда");
        assert_eq!((english.lists.unread)(1), "1 unread message");
    }

    #[test]
    fn the_entry_of_a_language_is_in_that_language() {
        let act = crate::model::act::Act::Speak;
        assert_eq!((Lang::Ru.text().act)(act(Lang::En)), "Language: English");
        assert_eq!((Lang::En.text().act)(act(Lang::Ru)), "Язык: русский");
    }
}
