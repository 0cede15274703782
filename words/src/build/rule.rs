//! Which language counts how.

use crate::lookup;
use crate::plural::Category::{self, Few, Many, One, Other, Two, Zero};
use crate::plural::rules;

/// How some languages count.
#[derive(Debug)]
pub struct Rule {
    /// The function in [`rules`] that decides.
    pub name: &'static str,
    /// The same, to be called.
    pub of: fn(u64) -> Category,
    /// Every form that such a language has, that of fractions too.
    pub categories: &'static [Category],
    /// Those languages, as BCP 47 tags.
    pub languages: &'static [&'static str],
}

macro_rules! rules {
    ($($name:ident $categories:tt $languages:tt)+) => {
        /// Every rule that is known.
        pub static RULES: &[Rule] = &[$(
            Rule { name: stringify!($name), of: rules::$name, categories: &$categories, languages: &$languages },
        )+];
    };
}

rules! {
    none [Other] ["id", "ja", "ko", "lo", "ms", "my", "th", "zh"]
    one [One, Other] [
        "af", "az", "bg", "da", "de", "el", "en", "et", "eu", "fi", "hu", "ka", "kk", "ky",
        "ml", "mn", "nb", "ne", "nl", "nn", "no", "sq", "sv", "sw", "ta", "te", "tk", "tr", "ur",
        "uz",
    ]
    nought_one [One, Other] ["am", "bn", "fa", "gu", "hi", "hy", "kn", "pa", "zu"]
    french [One, Many, Other] ["fr", "pt"]
    romance [One, Many, Other] ["ca", "es", "gl", "it", "pt-PT"]
    east_slavic [One, Few, Many, Other] ["be", "ru", "uk"]
    south_slavic [One, Few, Other] ["bs", "hr", "sr"]
    macedonian [One, Other] ["is", "mk"]
    polish [One, Few, Many, Other] ["pl"]
    czech [One, Few, Many, Other] ["cs", "sk"]
    slovenian [One, Two, Few, Other] ["sl"]
    lithuanian [One, Few, Many, Other] ["lt"]
    latvian [Zero, One, Other] ["lv"]
    romanian [One, Few, Other] ["ro"]
    hebrew [One, Two, Other] ["he"]
    arabic [Zero, One, Two, Few, Many, Other] ["ar"]
}

/// How a language counts, if that is known.
pub(super) fn of(tag: &str) -> Option<&'static Rule> {
    let languages: Vec<_> = RULES
        .iter()
        .flat_map(|rule| rule.languages.iter().map(move |language| (*language, rule)))
        .collect();
    let tags: Vec<_> = languages.iter().map(|(tag, _)| *tag).collect();
    lookup(&tags, tag).map(|at| languages[at].1)
}

#[cfg(test)]
mod tests {
    use icu_locale_core::Locale;
    use icu_plurals::{PluralCategory, PluralRules};

    use super::*;

    fn ours(of: PluralCategory) -> Category {
        match of {
            PluralCategory::Zero => Zero,
            PluralCategory::One => One,
            PluralCategory::Two => Two,
            PluralCategory::Few => Few,
            PluralCategory::Many => Many,
            PluralCategory::Other => Other,
        }
    }

    #[test]
    fn every_rule_is_that_of_icu() {
        let mut wrong = Vec::new();
        for rule in RULES {
            for language in rule.languages {
                let locale: Locale = language.parse().unwrap();
                let icu = PluralRules::try_new_cardinal(locale.into()).unwrap();
                let mut categories: Vec<_> = icu.categories().map(ours).collect();
                categories.sort();
                let mut numbers = (0..2_000).chain([10_000, 1_000_000, 1_000_001, 3_000_000]);
                let differs = numbers.find(|n| (rule.of)(*n) != ours(icu.category_for(*n)));
                if categories != rule.categories || differs.is_some() {
                    wrong.push((language, categories, differs));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn a_region_counts_as_its_language_unless_it_has_a_rule() {
        assert_eq!(of("de-AT").unwrap().name, "one");
        assert_eq!(of("pt-BR").unwrap().name, "french");
        assert_eq!(of("pt-PT").unwrap().name, "romance");
        assert!(of("tlh").is_none());
    }
}
