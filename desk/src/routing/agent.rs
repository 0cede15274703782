//! An agent as routing sees them.

use heard_protocol::{AgentId, Availability, ConversationId, UnixMillis};

/// An agent as routing sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Who.
    pub id: AgentId,
    /// Their own word.
    pub availability: Availability,
    /// Since when none of their sockets has been open; `None` while one is.
    pub gone_since: Option<UnixMillis>,
    /// Whether they are on a call, by phone or from page to page.
    pub on_call: bool,
    /// The most conversations they may own.
    pub capacity: u16,
    /// The conversations they own.
    pub owned: Vec<ConversationId>,
    /// When a conversation last came to them or left them.
    pub idle_since: UnixMillis,
}

impl Agent {
    /// Whether new conversations can be offered to them, capacity aside.
    pub fn takes_offers(&self) -> bool {
        self.gone_since.is_none() && !self.on_call && self.availability == Availability::Available
    }

    /// Whether one more conversation fits.
    pub(super) fn has_room(&self) -> bool {
        self.owned.len() < usize::from(self.capacity)
    }
}
