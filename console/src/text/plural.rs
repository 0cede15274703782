//! The forms a counted word takes.

/// English: one, and everything else.
pub(super) const fn english<'a>(count: u64, one: &'a str, other: &'a str) -> &'a str {
    if count == 1 { one } else { other }
}

/// Russian: 1, 21, 31…; 2–4, 22–24…; everything else.
pub(super) const fn russian<'a>(count: u64, one: &'a str, few: &'a str, many: &'a str) -> &'a str {
    match (count % 10, count % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_words_agree_with_their_number() {
        let word = |count| russian(count, "чат", "чата", "чатов");
        assert_eq!(
            [1, 2, 5, 11, 12, 14, 21, 22, 25, 101, 111, 0].map(word),
            [
                "чат",
                "чата",
                "чатов",
                "чатов",
                "чатов",
                "чатов",
                "чат",
                "чата",
                "чатов",
                "чат",
                "чатов",
                "чатов"
            ]
        );
        assert_eq!(
            [0, 1, 2].map(|count| english(count, "chat", "chats")),
            ["chats", "chat", "chats"]
        );
    }
}
