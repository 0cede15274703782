//! Finding web addresses in a text. Everything else stays text.

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Just text.
    Text(&'a str),
    /// An address that may be opened: `http` or `https`, nothing else.
    Link(&'a str),
}

const SCHEMES: [&str; 2] = ["https://", "http://"];

/// Cuts a text into pieces; put together again they are the text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    let mut boundary = true;
    while let Some(rest) = text.get(at..) {
        let Some(letter) = rest.chars().next() else {
            break;
        };
        let length = if boundary { link_length(rest) } else { 0 };
        if length > 0 {
            pieces.extend(
                text.get(plain..at)
                    .filter(|text| !text.is_empty())
                    .map(Piece::Text),
            );
            pieces.extend(rest.get(..length).map(Piece::Link));
            at += length;
            plain = at;
            boundary = false;
        } else {
            boundary = !is_wordy(letter);
            at += letter.len_utf8();
        }
    }
    pieces.extend(
        text.get(plain..)
            .filter(|text| !text.is_empty())
            .map(Piece::Text),
    );
    pieces
}

/// How long the address is that the text starts with, in bytes; 0 if it starts with none.
fn link_length(text: &str) -> usize {
    let Some(scheme) = SCHEMES.into_iter().find(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    }) else {
        return 0;
    };
    let end = text
        .find(|letter: char| {
            letter.is_whitespace() || letter.is_control() || "<>\"«»`".contains(letter)
        })
        .unwrap_or(text.len());
    let whole = text.get(..end).unwrap_or_default();
    let trimmed = trim_end(whole);
    let host = trimmed
        .get(scheme.len()..)
        .and_then(|rest| rest.chars().next());
    if host.is_some_and(|first| is_wordy(first) || first == '[') {
        trimmed.len()
    } else {
        0
    }
}

/// Whether a character is part of a word. Beyond ASCII everything is taken for one: the tables that
/// know better weigh more than the whole search.
fn is_wordy(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || !letter.is_ascii()
}

/// Without the punctuation of the sentence around it; a closing bracket stays if the address opened
/// it.
fn trim_end(mut link: &str) -> &str {
    while let Some(last) = link.chars().next_back() {
        let sentence = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '”' | '…' | '*' => true,
            ')' => unopened(link, '(', ')'),
            ']' => unopened(link, '[', ']'),
            _ => false,
        };
        if !sentence {
            break;
        }
        link = link.strip_suffix(last).unwrap_or_default();
    }
    link
}

fn unopened(text: &str, open: char, close: char) -> bool {
    let count = |wanted| text.chars().filter(|letter| *letter == wanted).count();
    count(close) > count(open)
}

#[cfg(test)]
mod tests {
    use super::Piece::{Link, Text};
    use super::*;

    #[test]
    fn an_address_in_a_sentence_loses_the_sentences_punctuation() {
        assert_eq!(
            pieces("см. https://shop.example/a?b=1#c, потом (http://x.example/y)."),
            [
                Text("см. "),
                Link("https://shop.example/a?b=1#c"),
                Text(", потом ("),
                Link("http://x.example/y"),
                Text(")."),
            ]
        );
    }

    #[test]
    fn brackets_of_the_address_stay() {
        assert_eq!(
            pieces("https://x.example/F2_(error)"),
            [Link("https://x.example/F2_(error)")]
        );
    }

    #[test]
    fn nothing_but_http_is_a_link() {
        for text in [
            "javascript://alert(1)",
            "javascript:alert('https:')",
            "ftp://x.example",
            "data:text/html,x",
            "www.x.example",
            "https://",
            "https:// x",
            "xhttps://x.example",
            "<img src=x onerror=alert(1)>",
        ] {
            assert_eq!(pieces(text), [Text(text)], "{text}");
        }
    }

    #[test]
    fn markup_ends_an_address_and_stays_text() {
        assert_eq!(
            pieces("HTTPS://x.example\"><b>"),
            [Link("HTTPS://x.example"), Text("\"><b>")]
        );
    }

    #[test]
    fn the_pieces_are_the_text() {
        for text in [
            "",
            "é https://é.example й",
            "https://a.b https://c.d",
            "\u{202e}https://x.example\u{202c}",
        ] {
            let whole: String = pieces(text)
                .into_iter()
                .map(|piece| match piece {
                    Text(part) | Link(part) => part,
                })
                .collect();
            assert_eq!(whole, text);
        }
    }
}
