//! The attributes of a conversation that a line of the lists shows.

use serde::{Deserialize, Serialize};

use crate::people::Page;
use crate::row::ConversationSummary;
use crate::time::UnixMillis;
use crate::wire::Wire;

/// One attribute. A new attribute is a new variant at the end; an older client does without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// What the visitor is called.
    Name(String),
    /// The visitor's language, as a BCP 47 tag.
    Locale(String),
    /// The page the visitor wrote from.
    Page(Page),
    /// The matter: the visitor's first words, shortened.
    Issue(String),
    /// The last message.
    Last {
        /// Its words, shortened.
        text: String,
        /// When it was written.
        at: UnixMillis,
    },
}

/// What is known of a conversation, attribute by attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    /// As [`Facet::Name`]; may be empty.
    pub name: String,
    /// As [`Facet::Locale`]; may be empty.
    pub locale: String,
    /// As [`Facet::Page`].
    pub page: Option<Page>,
    /// As [`Facet::Issue`]; may be empty.
    pub issue: String,
    /// The text of [`Facet::Last`] and its moment; empty if nobody has written.
    pub last: (String, UnixMillis),
}

impl Attributes {
    /// The attributes that there are, without the empty ones.
    pub fn facets(self) -> Vec<Facet> {
        let (text, at) = self.last;
        let last = Facet::Last { text, at };
        let text =
            |text: String, facet: fn(String) -> Facet| (!text.is_empty()).then(|| facet(text));
        [
            text(self.name, Facet::Name),
            text(self.locale, Facet::Locale),
            self.page.map(Facet::Page),
            text(self.issue, Facet::Issue),
            (at != UnixMillis(0)).then_some(last),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $variant:ident;)+) => {$(
        $(#[$doc])*
        pub fn $name(&self) -> &str {
            let found = self.facets.iter().find_map(|facet| match facet {
                Facet::$variant(text) => Some(text.as_str()),
                _ => None,
            });
            found.unwrap_or_default()
        }
    )+};
}

impl ConversationSummary {
    texts! {
        /// What the visitor is called; empty while nobody knows.
        name = Name;
        /// The visitor's language, as a BCP 47 tag; may be empty.
        locale = Locale;
        /// The matter: the visitor's first words, shortened; may be empty.
        issue = Issue;
    }

    /// The page the visitor wrote from.
    pub fn page(&self) -> Option<&Page> {
        self.facets.iter().find_map(|facet| match facet {
            Facet::Page(page) => Some(page),
            _ => None,
        })
    }

    /// The words of the last message, shortened; empty if there is none.
    pub fn last_text(&self) -> &str {
        self.last().map_or("", |(text, _)| text)
    }

    /// When the last message was written; the beginning of time if there is none.
    pub fn last_at(&self) -> UnixMillis {
        self.last().map_or(UnixMillis(0), |(_, at)| at)
    }

    fn last(&self) -> Option<(&str, UnixMillis)> {
        self.facets.iter().find_map(|facet| match facet {
            Facet::Last { text, at } => Some((text.as_str(), *at)),
            _ => None,
        })
    }
}
