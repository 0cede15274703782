//! Writing HTML.

use core::fmt::{self, Display, Write};

use crate::text::Lang;

/// Text as it must stand in HTML, between tags or in a quoted attribute.
pub(super) struct Esc<'a>(pub(super) &'a str);

impl Display for Esc<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// Light or dark, if the address asks for one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// What the address asks for; anything else leaves it to the browser.
    pub(super) fn asked(word: Option<&str>) -> Option<Self> {
        match word {
            Some("light") => Some(Self::Light),
            Some("dark") => Some(Self::Dark),
            _ => None,
        }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A whole document. `head` and `body` are HTML, the title is text.
pub(super) fn document(
    lang: Lang,
    theme: Option<Theme>,
    title: &str,
    head: &str,
    body: &str,
) -> String {
    let theme = theme
        .map(|theme| format!(" data-theme=\"{}\"", theme.word()))
        .unwrap_or_default();
    // `interactive-widget`: on Android the keyboard makes the page smaller instead of covering it.
    format!(
        "<!doctype html><html lang=\"{}\" dir=\"{}\"{theme}><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1,viewport-fit=cover,\
         interactive-widget=resizes-content\"><title>{}</title><link rel=\"icon\" href=\"data:,\">\
         {head}</head><body>{body}</body></html>\n",
        lang.tag(),
        lang.direction(),
        Esc(title),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_escapes_from_an_attribute_or_a_text() {
        assert_eq!(Esc("a<b>&\"c'").to_string(), "a&lt;b&gt;&amp;&quot;c&#39;");
        assert_eq!(Esc("Чайник № 3").to_string(), "Чайник № 3");
    }

    #[test]
    fn a_title_is_text() {
        let page = document(Lang::En, None, "</title><script>", "", "");
        assert!(!page.contains("<script>"), "{page}");
        let dark = document(Lang::Ru, Theme::asked(Some("dark")), "", "", "");
        assert!(
            dark.starts_with("<!doctype html><html lang=\"ru\" dir=\"ltr\" data-theme=\"dark\">")
        );
        assert_eq!(Theme::asked(Some("\" onload=")), None);
    }
}
