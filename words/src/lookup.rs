//! Which language somebody gets.

/// Which of the languages a BCP 47 tag asks for: the one of this tag, else of the tag with parts
/// left off at its end (RFC 4647, lookup). Both `-` and `_` part a tag.
pub fn lookup(languages: &[&str], asked: &str) -> Option<usize> {
    let mut asked = asked.replace('_', "-");
    while !asked.is_empty() {
        let found = languages
            .iter()
            .position(|tag| tag.eq_ignore_ascii_case(&asked));
        if found.is_some() {
            return found;
        }
        asked.truncate(asked.rfind('-').unwrap_or(0));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_we_have_no_words_for_is_still_its_language() {
        let languages = ["en", "ru", "pt-BR", "pt"];
        let found = |asked| lookup(&languages, asked).map(|at| languages[at]);
        assert_eq!(found("ru-RU"), Some("ru"));
        assert_eq!(found("RU_ru"), Some("ru"));
        assert_eq!(found("pt-br"), Some("pt-BR"));
        assert_eq!(found("pt-PT"), Some("pt"));
        assert_eq!(found("rue"), None);
        assert_eq!(found(""), None);
    }
}
