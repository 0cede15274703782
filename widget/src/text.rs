//! Every word on the screen. The module carries none of them: the page fetches the file of the
//! visitor's language (`words/en.toml` and its like, `[widget]`, as `cargo xtask wasm` writes it).

pub use heard_words::fill;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

#[cfg(test)]
mod tests {
    use heard_words::build::Languages;

    use super::*;

    #[test]
    fn every_language_is_read_into_the_fields_it_was_written_from() {
        let languages = Languages::open().unwrap();
        for language in languages.all() {
            let file = languages.file("widget", language);
            let read = Strings::read(file.leak()).unwrap();
            let named = read
                .named()
                .map(|(name, words)| (name.to_owned(), words.to_owned()));
            assert_eq!(
                named.as_slice(),
                languages.sentences("widget", language),
                "{}",
                language.tag
            );
        }
    }

    #[test]
    fn a_file_for_other_fields_is_not_read() {
        let languages = Languages::open().unwrap();
        let file = languages.file("widget", &languages.all()[0]);
        assert!(Strings::read("").is_none());
        assert!(Strings::read(format!("{file}\nmore").leak()).is_none());
        assert!(Strings::read(format!("x{file}").leak()).is_none());
        let (short, _) = file.rsplit_once('\n').unwrap();
        assert!(Strings::read(short.to_owned().leak()).is_none());
    }

    #[test]
    fn the_machine_does_not_shout() {
        let languages = Languages::open().unwrap();
        for language in languages.all() {
            let file = languages.file("widget", language);
            assert!(!file.contains('!'), "{}", language.tag);
        }
    }

    #[test]
    fn russian_counts_people_in_three_forms() {
        let languages = Languages::open().unwrap();
        let mut all = languages.all().iter();
        let russian = all.find(|language| language.tag == "ru").unwrap();
        let ahead = Strings::read(languages.file("widget", russian).leak())
            .unwrap()
            .ahead;
        assert_eq!(ahead.of("one"), "человек перед вами");
        assert_eq!(ahead.of("few"), "человека перед вами");
        assert_eq!(ahead.of("many"), "человек перед вами");
        assert_eq!(ahead.of("two"), "человека перед вами");
    }
}
