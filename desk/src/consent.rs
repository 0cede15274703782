//! What people agree to when they ask to be called.
//!
//! The sentence is the same wherever it is shown, and every one that was ever shown stays in the
//! languages' files (`[consent]` of `words/en.toml` and its like), so that years later it can still
//! be told what somebody agreed to, and in which version.

// Every sentence that was ever shown, with its version and its language as a BCP 47 tag; of each
// language the newest first.
include!(concat!(env!("OUT_DIR"), "/consent.rs"));

/// The version and language of a sentence; `None` if it is not one of ours.
pub fn version(wording: &str) -> Option<(u16, &'static str)> {
    let found = ALL.iter().find(|(_, _, known)| *known == wording);
    found.map(|(version, language, _)| (*version, *language))
}

/// The sentence as it is shown now, in the language of a BCP 47 tag; in English if it has none.
pub fn shown(language: &str) -> &'static str {
    let in_language = ALL.iter().find(|(_, known, _)| *known == language);
    in_language.unwrap_or(&ALL[0]).2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_known_by_its_words() {
        assert_eq!(version(shown("en")), Some((2, "en")));
        assert_eq!(version(shown("ru")), Some((2, "ru")));
        assert_eq!(
            version("You may call me about this question."),
            Some((1, "en"))
        );
        assert_eq!(
            version("Можно позвонить мне по этому вопросу."),
            Some((1, "ru"))
        );
        assert_eq!(version("You may do as you like."), None);
    }

    #[test]
    fn a_language_without_a_sentence_of_its_own_shows_the_english_one() {
        assert_eq!(shown("tlh"), shown("en"));
    }
}
