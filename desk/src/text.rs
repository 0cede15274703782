//! What may be said: any text that says something and fits.

use heard_protocol::RefusalCode;
use heard_protocol::limits::{MAX_SHORT_BYTES, MAX_TEXT_BYTES};

/// How many characters of a message stand for it in a list.
const PREVIEW_CHARS: usize = 120;

/// Checks a message's or note's text. It is kept exactly as it was written.
///
/// # Errors
/// [`RefusalCode::TextEmpty`] for white space alone, [`RefusalCode::TextTooLong`] over
/// [`MAX_TEXT_BYTES`].
pub fn check(text: &str) -> Result<(), RefusalCode> {
    if text.len() > MAX_TEXT_BYTES {
        Err(RefusalCode::TextTooLong)
    } else if text.trim().is_empty() {
        Err(RefusalCode::TextEmpty)
    } else {
        Ok(())
    }
}

/// Checks a short text that may be empty: a name, a reason, a comment.
///
/// # Errors
/// [`RefusalCode::TextTooLong`] over [`MAX_SHORT_BYTES`].
pub fn check_short(text: &str) -> Result<(), RefusalCode> {
    if text.len() > MAX_SHORT_BYTES {
        Err(RefusalCode::TextTooLong)
    } else {
        Ok(())
    }
}

/// The beginning of a text on one line, for lists.
pub fn preview(text: &str) -> String {
    let mut line = String::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let room = PREVIEW_CHARS.saturating_sub(line.chars().count());
        if word.chars().count() > room {
            line.extend(word.chars().take(room));
            line.push('…');
            return line;
        }
        line.push_str(word);
        if words.peek().is_some() {
            line.push(' ');
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_says_nothing() {
        assert_eq!(check(" \n\t\u{a0}"), Err(RefusalCode::TextEmpty));
        assert_eq!(check("?"), Ok(()));
    }

    #[test]
    fn the_limit_counts_bytes() {
        assert_eq!(check(&"я".repeat(8 * 1024)), Ok(()));
        assert_eq!(
            check(&"я".repeat(8 * 1024 + 1)),
            Err(RefusalCode::TextTooLong)
        );
    }

    #[test]
    fn a_preview_is_one_short_line() {
        assert_eq!(preview(" a\n b  c "), "a b c");
        let long = preview(&"слово ".repeat(100));
        assert!(long.chars().count() <= PREVIEW_CHARS + 1, "{long}");
        assert!(long.ends_with('…'));
    }
}
