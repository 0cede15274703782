//! What look-ups find.

use std::sync::Arc;

use heard_desk::Conversation;
use heard_protocol::{CommandId, ConversationId, Seq, SiteId, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::store::VisitorProfile;

/// A command and the bytes of its sender's id.
pub(in crate::store) type Key = (CommandId, [u8; 16]);

/// A conversation: its state, and where its logs end.
#[derive(Debug, Clone)]
pub(in crate::store) struct Known {
    pub(in crate::store) site: SiteId,
    pub(in crate::store) state: Conversation,
    pub(in crate::store) about: Arc<About>,
    pub(in crate::store) head: Seq,
    pub(in crate::store) public: Seq,
    pub(in crate::store) visitor_read: Seq,
    pub(in crate::store) staff_read: Seq,
}

/// What is known about a conversation that no rule decides by. A new field needs no column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::store) struct About {
    /// The beginning of the first message, or a call's topic.
    pub(in crate::store) issue: String,
}

/// A contact.
#[derive(Debug, Clone)]
pub(in crate::store) struct KnownContact {
    pub(in crate::store) site: SiteId,
    pub(in crate::store) name: Arc<str>,
    pub(in crate::store) profile: Arc<VisitorProfile>,
    pub(in crate::store) latest: Option<ConversationId>,
}

/// The entry a command wrote.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Trace {
    /// The bytes of the sender's id.
    pub(in crate::store) actor: [u8; 16],
    pub(in crate::store) conversation: ConversationId,
    pub(in crate::store) seq: Seq,
    pub(in crate::store) public: Option<Seq>,
    pub(in crate::store) at: UnixMillis,
}
