//! Every word a person reads, in each language.

mod catalogue;
mod en;
mod plural;
mod ru;

pub(crate) use catalogue::Text;

/// A language the console speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lang {
    /// English.
    English,
    /// Russian.
    Russian,
}

impl Lang {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Russian];

    /// The words.
    pub(crate) const fn text(self) -> &'static Text {
        match self {
            Self::English => &en::ENGLISH,
            Self::Russian => &ru::RUSSIAN,
        }
    }

    /// A short code, for storage and for the page's `lang`.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Russian => "ru",
        }
    }

    /// The language of a BCP 47 tag, if the console speaks it.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        Self::ALL
            .into_iter()
            .find(|lang| lang.code().eq_ignore_ascii_case(primary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_with_a_region_is_still_the_language() {
        assert_eq!(Lang::from_tag("ru-RU"), Some(Lang::Russian));
        assert_eq!(Lang::from_tag("EN"), Some(Lang::English));
        assert_eq!(Lang::from_tag("tt"), None);
        assert_eq!(Lang::from_tag(""), None);
    }
}
