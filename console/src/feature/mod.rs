//! The features of the product as the console shows them, one module each: the lines that their
//! entries make between the bubbles.

mod assignment;
mod call_offer;
mod callback;
mod resolution;
mod voice;
mod wrap_up;

use heard_protocol::{AgentId, EntryBody, PublicBody, StaffBody, UnixMillis};

use leptos::prelude::*;

use crate::control::App;
use crate::model::board::Board;
use crate::text::Text;
use crate::view::words;

/// What a line between the bubbles says.
pub(crate) struct Told {
    /// The sentence.
    pub(crate) text: String,
    /// What somebody added in their own words; may be empty.
    pub(crate) quote: String,
}

impl From<String> for Told {
    fn from(text: String) -> Self {
        let quote = String::new();
        Self { text, quote }
    }
}

impl From<&str> for Told {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// What sentences are made with.
pub(crate) struct Say {
    app: App,
    text: &'static Text,
}

impl Say {
    pub(crate) const fn new(app: App, text: &'static Text) -> Self {
        Self { app, text }
    }

    fn name(&self, agent: AgentId) -> String {
        words::agent_name(self.app, agent, self.text)
    }

    fn is_me(&self, agent: AgentId) -> bool {
        self.app.board.with_untracked(Board::my_id) == Some(agent)
    }

    fn moment(&self, at: UnixMillis) -> String {
        words::stamp(at, self.text)
    }

    /// The line that an entry makes; none for words, and for what this page is too old to know.
    pub(crate) fn told(&self, body: &EntryBody) -> Option<Told> {
        match body {
            EntryBody::Public { body, .. } => match body {
                PublicBody::Message { .. } | PublicBody::Other => None,
                PublicBody::Assignment(told) => assignment::told(self, told),
                PublicBody::Resolution(told) => resolution::told(self, told),
                PublicBody::Callback(told) => callback::told(self, told),
                PublicBody::CallOffer(told) => call_offer::told(self, told),
                PublicBody::Voice(told) => voice::told(self, told),
                PublicBody::WrapUp(told) => wrap_up::told(self, told),
            },
            EntryBody::Staff(body) => match body {
                StaffBody::Note { .. } | StaffBody::Other => None,
                StaffBody::Assignment(noted) => assignment::noted(self, noted),
                StaffBody::Callback(noted) => callback::noted(self, noted),
                StaffBody::CallOffer(noted) => call_offer::noted(self, noted),
            },
        }
    }
}
