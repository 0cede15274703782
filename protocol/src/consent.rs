//! What people agree to when they ask to be called.
//!
//! The sentence is the same wherever it is shown, and every one that was ever shown stays here, so
//! that years later it can still be told what somebody agreed to, and in which version.

/// The sentence as it is shown now, in English.
pub const EN: &str = "You may call me on this number about my question.";
/// The same in Russian.
pub const RU: &str = "Можно позвонить мне на этот номер по моему вопросу.";

/// Every sentence that was ever shown, with its version and its language as a BCP 47 tag.
const ALL: [(u16, &str, &str); 4] = [
    (2, "en", EN),
    (2, "ru", RU),
    (1, "en", "You may call me about this question."),
    (1, "ru", "Можно позвонить мне по этому вопросу."),
];

/// The version and language of a sentence; `None` if it is not one of ours.
pub fn version(wording: &str) -> Option<(u16, &'static str)> {
    let found = ALL.iter().find(|(_, _, known)| *known == wording);
    found.map(|(version, language, _)| (*version, *language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_known_by_its_words() {
        assert_eq!(version(EN), Some((2, "en")));
        assert_eq!(
            version("You may call me about this question."),
            Some((1, "en"))
        );
        assert_eq!(version("You may do as you like."), None);
    }
}
