//! The rows of the lists that a client is shown.
//!
//! A row is a projection of what is stored, sent whole whenever it changes, and put in the place of
//! the row with the same id. After a greeting all rows come, cut into frames by their bytes.

use serde::{Deserialize, Serialize};

use crate::facet::Facet;
use crate::feature::callback::{CallbackSummary, CallbackView};
use crate::feature::me::Mine;
use crate::id::{AgentId, ContactId, ConversationId};
use crate::people::Colleague;
use crate::time::{Seq, UnixMillis};
use crate::wire::Wire;

/// A row of an agent's lists. Rows that a client is too old for are not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum StaffRow {
    /// A conversation that waits, is owned, or was resolved lately.
    Conversation(Box<ConversationSummary>),
    /// A member of the team, the agent themself included.
    Colleague(Colleague),
    /// A request to be called: open, or closed lately.
    Callback(Box<CallbackSummary>),
    /// How the agent is set. Sent to nobody else.
    Mine(Mine),
}

impl StaffRow {
    /// The line of a conversation, if it is one.
    pub fn conversation(&self) -> Option<&ConversationSummary> {
        match self {
            Self::Conversation(line) => Some(line),
            _ => None,
        }
    }

    /// The request to be called, if it is one.
    pub fn callback(&self) -> Option<&CallbackSummary> {
        match self {
            Self::Callback(request) => Some(request),
            _ => None,
        }
    }
}

/// A row of a visitor's lists. Rows that a client is too old for are not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum VisitorRow {
    /// A request of the visitor's to be called.
    Callback(Box<CallbackView>),
}

/// Where a conversation is in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// In the queue.
    Waiting {
        /// Since when the visitor waits.
        since: UnixMillis,
    },
    /// In the queue, and one agent is being asked.
    Offered {
        /// Since when the visitor waits.
        since: UnixMillis,
        /// The agent who is asked.
        to: AgentId,
        /// When the offer goes to the next one.
        until: UnixMillis,
    },
    /// An agent owns it.
    Assigned {
        /// The owner.
        agent: AgentId,
        /// Since when.
        since: UnixMillis,
    },
    /// Settled.
    Resolved {
        /// When.
        at: UnixMillis,
    },
}

/// The ends of a conversation's visitor's log and how far both sides have read in it, as positions
/// of that log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Wire)]
pub struct Marks {
    /// The end of the visitor's log.
    pub public_head: Seq,
    /// How far the visitor has read.
    pub visitor_read: Seq,
    /// How far staff have read.
    pub staff_read: Seq,
}

/// One line of an agent's list of conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct ConversationSummary {
    /// The conversation.
    pub id: ConversationId,
    /// The visitor it is with.
    pub contact: ContactId,
    /// Where it is in its life.
    pub status: Status,
    /// The end of the staff's log.
    pub head: Seq,
    /// The visitor's log.
    pub marks: Marks,
    /// What else is known of it, at most one of each kind. What is empty is left out.
    pub facets: Vec<Facet>,
}
