//! Whether every language says what English says.

use std::collections::BTreeSet;

use super::Languages;
use super::fault::Faults;
use super::language::Language;
use super::node::{Node, joined};
use super::sentence::{Gap, Sentence, is_name};

/// The most gaps of a sentence: the next control characters are a tab and the end of a line.
const MOST_GAPS: usize = 9;

impl Languages {
    pub(super) fn check(&self, faults: &mut Faults) {
        let english = self.english();
        if english.draft {
            faults.add(
                "en.toml",
                "English can't be a draft: it stands for what drafts lack",
            );
        }
        let version = english
            .consents
            .last_key_value()
            .map(|(version, _)| version);
        for language in self.all() {
            let mut check = Check {
                language,
                faults,
                file: language.file(),
            };
            let shown = language
                .consents
                .last_key_value()
                .map(|(version, _)| version);
            if shown != version && !(language.draft && shown.is_none()) {
                check.add("consent", "its last version is not that of English");
            }
            check.node("", &english.words, Some(&language.words));
        }
    }
}

struct Check<'a> {
    language: &'a Language,
    faults: &'a mut Faults,
    file: String,
}

impl Check<'_> {
    fn add(&mut self, name: &str, what: &str) {
        self.faults.add(&self.file, format!("{name}: {what}"));
    }

    fn node(&mut self, name: &str, english: &Node, ours: Option<&Node>) {
        let Some(ours) = ours else {
            if !self.language.draft {
                self.missing(name, english);
            }
            return;
        };
        match (english, ours) {
            (Node::One(english), Node::One(ours)) => self.gaps(name, &english.gaps(), ours),
            (Node::Counted { by, .. }, Node::Counted { by: our_by, forms }) => {
                if by != our_by {
                    self.add(name, "it agrees with another number than in English");
                }
                let wanted: BTreeSet<_> = self.language.rule.categories.iter().copied().collect();
                for category in &wanted {
                    if !forms.contains_key(category) {
                        self.add(name, &format!("no form for {:?}", category.name()));
                    }
                }
                let gaps = english.gaps();
                for (category, form) in forms {
                    let name = format!("{name}.{}", category.name());
                    if !wanted.contains(category) {
                        self.add(&name, "the language has no such form");
                    }
                    self.gaps(&name, &gaps, form);
                }
            }
            (Node::List(english), Node::List(ours)) => {
                if english.len() != ours.len() {
                    self.add(name, "not as many sentences as in English");
                }
                for sentence in ours {
                    self.gaps(name, &[], sentence);
                }
            }
            (Node::Group(english), Node::Group(ours)) => {
                for (key, node) in english {
                    self.node(&joined(name, key), node, ours.get(key));
                }
                for key in ours.keys().filter(|key| !english.contains_key(*key)) {
                    self.add(&joined(name, key), "English has no such sentence");
                }
                let names = english.keys().filter(|key| is_name(key)).count();
                if names != 0 && names != english.len() {
                    self.add(name, "some of its names are names, some are not");
                }
            }
            _ => self.add(name, "it is of another kind in English"),
        }
    }

    fn missing(&mut self, name: &str, english: &Node) {
        match english {
            Node::Group(group) => {
                for (key, node) in group {
                    self.missing(&joined(name, key), node);
                }
            }
            _ => self.add(name, "it is missing"),
        }
    }

    fn gaps(&mut self, name: &str, wanted: &[Gap], sentence: &Sentence) {
        let ours: BTreeSet<_> = sentence.gaps().into_iter().collect();
        if ours != wanted.iter().cloned().collect() {
            self.add(name, "its gaps are not those of English");
        }
        if ours.len() > MOST_GAPS {
            self.add(name, "it has too many gaps");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: &str = "
        [language]
        tag = \"en\"
        name = \"English\"
        direction = \"ltr\"
        [consent]
        1 = \"Yes.\"
        [widget]
        hello = \"Hello, {name}\"
        chats = { one = \"{#n} chat\", other = \"{#n} chats\" }
        [console.menu]
        on = \"on\"
    ";

    const RU: &str = "
        [language]
        tag = \"ru\"
        name = \"Русский\"
        direction = \"ltr\"
        [consent]
        1 = \"Да.\"
        [widget]
        hello = \"{name}, привет\"
        chats = { one = \"{#n} чат\", few = \"{#n} чата\", many = \"{#n} чатов\", other = \"{#n} чата\" }
        [console.menu]
        on = \"вкл.\"
    ";

    const DE: &str = "
        [language]
        tag = \"de\"
        name = \"Deutsch\"
        direction = \"ltr\"
        draft = true
        [widget]
        hello = \"Hallo {name}\"
    ";

    fn read(files: &[(&str, &str)]) -> Result<Languages, Faults> {
        let files: Vec<_> = files
            .iter()
            .map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned()))
            .collect();
        Languages::read(&files)
    }

    /// What is wrong with a Russian that was changed so.
    fn faults(was: &str, is: &str) -> String {
        assert!(RU.contains(was));
        let changed = RU.replacen(was, is, 1);
        read(&[("en", EN), ("ru", &changed)])
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn languages_that_say_the_same_are_fine() {
        let languages = read(&[("ru", RU), ("de", DE), ("en", EN)]).unwrap();
        let tags: Vec<_> = languages.all().iter().map(|it| &*it.tag).collect();
        assert_eq!(tags, ["en", "de", "ru"]);
    }

    #[test]
    fn the_files_of_this_product_are_fine() {
        let languages = Languages::open().unwrap();
        let whole: Vec<_> = languages
            .all()
            .iter()
            .filter(|it| !it.draft)
            .map(|it| &*it.tag)
            .collect();
        assert!(
            whole.starts_with(&["en"]) && whole.contains(&"ru"),
            "{whole:?}"
        );
    }

    #[test]
    fn a_sentence_that_is_missing_is_named() {
        assert_eq!(
            faults("on = \"вкл.\"", ""),
            "words/ru.toml: console.menu.on: it is missing"
        );
        assert_eq!(
            faults("hello = \"{name}, привет\"", ""),
            "words/ru.toml: widget.hello: it is missing"
        );
        assert_eq!(
            faults("[console.menu]\n        on = \"вкл.\"", ""),
            "words/ru.toml: console.menu.on: it is missing"
        );
    }

    #[test]
    fn a_draft_may_lack_sentences_and_nothing_else() {
        let wrong = DE.replace("hello = ", "helo = ");
        assert_eq!(
            read(&[("en", EN), ("de", &wrong)]).unwrap_err().to_string(),
            "words/de.toml: widget.helo: English has no such sentence"
        );
        let gapless = DE.replace("{name}", "du");
        assert_eq!(
            read(&[("en", EN), ("de", &gapless)])
                .unwrap_err()
                .to_string(),
            "words/de.toml: widget.hello: its gaps are not those of English"
        );
    }

    #[test]
    fn gaps_and_forms_are_those_of_the_language() {
        assert_eq!(
            faults("{name}, привет", "{nane}, привет"),
            "words/ru.toml: widget.hello: its gaps are not those of English"
        );
        assert_eq!(
            faults("few = \"{#n} чата\", ", ""),
            "words/ru.toml: widget.chats: no form for \"few\""
        );
        assert_eq!(
            faults("many = \"{#n} чатов\"", "many = \"чатов\""),
            "words/ru.toml: widget.chats.many: its gaps are not those of English"
        );
        assert_eq!(
            faults("one = ", "two = \"{#n} чата\", one = "),
            "words/ru.toml: widget.chats.two: the language has no such form"
        );
        assert_eq!(
            faults("chats = {", "chats = \"{#n}\"\n        more = {"),
            "words/ru.toml: widget.chats: it is of another kind in English\n\
             words/ru.toml: widget.more: English has no such sentence"
        );
    }

    #[test]
    fn consent_is_the_same_version_everywhere() {
        assert_eq!(
            faults("1 = \"Да.\"", "1 = \"Да.\"\n        2 = \"Да, да.\""),
            "words/ru.toml: consent: its last version is not that of English"
        );
    }

    #[test]
    fn a_head_says_what_it_must() {
        assert_eq!(
            faults("tag = \"ru\"", "tag = \"uk\""),
            "words/ru.toml: language.tag is not \"ru\", as the file is called"
        );
        assert_eq!(
            faults("direction = \"ltr\"", "direction = \"down\""),
            "words/ru.toml: language.direction is neither \"ltr\" nor \"rtl\""
        );
        assert_eq!(
            faults("name = ", "title = \"x\"\n        name = "),
            "words/ru.toml: language.title means nothing"
        );
    }

    #[test]
    fn what_a_draft_lacks_is_said_in_english() {
        let languages = read(&[("en", EN), ("de", DE)]).unwrap();
        let german = &languages.all()[1];
        assert_eq!(
            languages.sentences("widget", german),
            [
                ("chats.zero", ""),
                ("chats.one", "\0 chat"),
                ("chats.two", ""),
                ("chats.few", ""),
                ("chats.many", ""),
                ("chats.other", "\0 chats"),
                ("consent", "Yes."),
                ("hello", "Hallo \0"),
            ]
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
    }
}
