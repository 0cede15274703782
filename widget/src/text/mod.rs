//! Every word on the screen.

mod english;
mod russian;
mod strings;

pub use english::ENGLISH;
pub use russian::RUSSIAN;
pub use strings::{Plural, Strings};

/// The catalogue for a BCP 47 tag: Russian for Russian, English for everything else.
pub fn catalogue(lang: &str) -> &'static Strings {
    let language = lang.split(['-', '_']).next().unwrap_or_default();
    if language.eq_ignore_ascii_case("ru") {
        &RUSSIAN
    } else {
        &ENGLISH
    }
}

/// A phrase with its gaps filled: each `{}` by the next of `parts`.
pub fn fill(phrase: &str, parts: &[&str]) -> String {
    let mut parts = parts.iter();
    let mut filled = String::new();
    for (index, piece) in phrase.split("{}").enumerate() {
        if index > 0 {
            filled.push_str(parts.next().unwrap_or(&""));
        }
        filled.push_str(piece);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart_by_their_first_part() {
        assert!(std::ptr::eq(catalogue("ru-RU"), &raw const RUSSIAN));
        assert!(std::ptr::eq(catalogue("RU"), &raw const RUSSIAN));
        assert!(std::ptr::eq(catalogue("rue"), &raw const ENGLISH));
        assert!(std::ptr::eq(catalogue(""), &raw const ENGLISH));
    }

    #[test]
    fn gaps_are_filled_in_order() {
        assert_eq!(fill("{} of {}", &["1", "2"]), "1 of 2");
        assert_eq!(fill("no gap", &["1"]), "no gap");
        assert_eq!(fill("{} and {}", &["{}"]), "{} and ");
    }
}
