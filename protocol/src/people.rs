//! Who is in a conversation, as others may see them.

use serde::{Deserialize, Serialize};

use crate::id::AgentId;
use crate::wire::Wire;

/// Whether an agent is a person. A bot is always shown as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum AgentKind {
    /// A human being.
    Person,
    /// A program.
    Bot,
    /// Something newer than the reader, who shows it as a program: nothing poses as a person.
    Other,
}

/// An agent's public face.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct AgentCard {
    /// Who.
    pub id: AgentId,
    /// The name visitors and colleagues see.
    pub name: String,
    /// Person or bot.
    pub kind: AgentKind,
}

/// Whether an agent takes new conversations, by their own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Gets offers while there is capacity left.
    Available,
    /// At the desk, finishing what is open; no new offers.
    Busy,
    /// Not at the desk; no new offers.
    Away,
    /// Something newer than the reader: no new offers.
    Other,
}

/// An agent as the rest of the team sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Colleague {
    /// Name and kind.
    pub card: AgentCard,
    /// Whether any of their sockets is open now (or was within the grace period).
    pub online: bool,
    /// Their own word.
    pub availability: Availability,
    /// Conversations they own now.
    pub load: u16,
    /// The most they may own.
    pub capacity: u16,
}

/// The page a visitor has the widget open on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Page {
    /// Address without its fragment.
    pub url: String,
    /// Title, possibly empty.
    pub title: String,
}
