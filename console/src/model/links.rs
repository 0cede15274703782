//! Finds web addresses in plain text. Only `http` and `https` become links; everything else stays
//! inert text.

/// A stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Shown as it is.
    Text(&'a str),
    /// Shown as a link to itself.
    Link(&'a str),
}

/// Splits a text into links and the rest; joined together again the pieces are the text.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, link, after)) = next_link(rest) {
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Link(link));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Whether an address may stand in a link at all.
pub(crate) fn is_web(address: &str) -> bool {
    scheme_len(address).is_some()
}

fn next_link(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text.get(from..)?.find(['h', 'H'])?;
        let candidate = text.get(start..)?;
        let glued = text
            .get(..start)
            .and_then(|before| before.chars().next_back())
            .is_some_and(char::is_alphanumeric);
        if let (false, Some(scheme)) = (glued, scheme_len(candidate)) {
            let length = address_len(candidate);
            if length > scheme {
                let (link, after) = candidate.split_at(length);
                return Some((text.get(..start)?, link, after));
            }
        }
        from = start + 1;
    }
}

fn scheme_len(text: &str) -> Option<usize> {
    let starts = |scheme: &&&str| {
        text.get(..scheme.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    };
    ["https://", "http://"]
        .iter()
        .find(starts)
        .map(|scheme| scheme.len())
}

/// Where an address ends: at white space or a quote, without the punctuation of the sentence around
/// it.
fn address_len(text: &str) -> usize {
    let stop = |c: char| c.is_whitespace() || c.is_control() || "<>\"«»“”„`".contains(c);
    let mut address = text.split(stop).next().unwrap_or_default();
    while let Some(last) = address.chars().next_back() {
        let bracket = |open: char| address.matches(last).count() > address.matches(open).count();
        let outside = match last {
            ')' => bracket('('),
            ']' => bracket('['),
            '}' => bracket('{'),
            _ => ".,:;!?'…*_~".contains(last),
        };
        if !outside {
            break;
        }
        address = address.strip_suffix(last).unwrap_or_default();
    }
    address.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<&str> {
        let all = pieces(text);
        let joined: String = all
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) | Piece::Link(text) => *text,
            })
            .collect();
        assert_eq!(joined, text);
        all.into_iter()
            .filter_map(|piece| match piece {
                Piece::Link(link) => Some(link),
                Piece::Text(_) => None,
            })
            .collect()
    }

    #[test]
    fn addresses_end_where_the_sentence_goes_on() {
        assert_eq!(
            links("see https://a.example/x, and (http://b.example/y(z))."),
            ["https://a.example/x", "http://b.example/y(z)"]
        );
        assert_eq!(
            links("смотрите «https://пример.рф/а»!"),
            ["https://пример.рф/а"]
        );
        assert_eq!(links("HTTPS://A.example"), ["HTTPS://A.example"]);
    }

    #[test]
    fn everything_else_is_inert() {
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "xhttp://a.example",
            "https://",
            "http://…",
            "<img src=x onerror=alert(1)>",
            "ftp://a.example",
            "h",
            "",
        ] {
            assert_eq!(links(text), Vec::<&str>::new(), "{text}");
        }
        assert!(!is_web("javascript:alert(1)"));
        assert!(is_web("https://a.example"));
    }
}
