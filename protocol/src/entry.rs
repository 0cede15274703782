//! What a conversation's log holds.
//!
//! The log has two faces. Staff read every entry as a [`StaffEntry`]; visitors read only those with
//! a [`PublicBody`], as [`PublicEntry`], counted separately. [`StaffEntry::public`] is the only
//! door from one to the other, and a [`StaffBody`] does not fit through it.

use serde::{Deserialize, Serialize};

use crate::feature::assignment::{AssignmentNoted, AssignmentTold};
use crate::feature::call_offer::{CallOfferNoted, CallOfferTold};
use crate::feature::callback::{CallbackNoted, CallbackTold};
use crate::feature::resolution::ResolutionTold;
use crate::feature::voice::VoiceTold;
use crate::feature::wrap_up::WrapUpTold;
use crate::id::{AgentId, CommandId};
use crate::time::{Seq, UnixMillis};
use crate::wire::Wire;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The visitor whose conversation it is.
    Visitor,
    /// An agent; their card came earlier in the log, in [`AssignmentTold::Joined`].
    Agent(AgentId),
    /// Somebody newer than the reader.
    Other,
}

/// A lasting thing that visitor and staff both see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum PublicBody {
    /// Somebody wrote.
    Message {
        /// The id the sender picked.
        id: CommandId,
        /// Who wrote.
        author: Author,
        /// Plain text; anything that looks like markup is just text.
        text: String,
    },
    /// Who answers.
    Assignment(AssignmentTold),
    /// Whether the matter is settled.
    Resolution(ResolutionTold),
    /// A request to be called.
    Callback(CallbackTold),
    /// An offer of a call.
    CallOffer(CallOfferTold),
    /// A voice call from page to page.
    Voice(VoiceTold),
    /// What was said of a call once it was over.
    WrapUp(WrapUpTold),
    /// Something newer than the reader. Its position counts.
    Other,
}

/// A lasting thing that only staff may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum StaffBody {
    /// A note between colleagues.
    Note {
        /// The id the sender picked.
        id: CommandId,
        /// Who wrote.
        author: AgentId,
        /// Plain text.
        text: String,
    },
    /// Who answers.
    Assignment(AssignmentNoted),
    /// A request to be called.
    Callback(CallbackNoted),
    /// An offer of a call.
    CallOffer(CallOfferNoted),
    /// Something newer than the reader. Its position counts.
    Other,
}

/// The body of an entry as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum EntryBody {
    /// Seen by both sides, at this position of the visitor's log.
    Public {
        /// Where it stands in the visitor's log.
        position: Seq,
        /// What happened.
        body: PublicBody,
    },
    /// Seen by staff alone.
    Staff(StaffBody),
}

/// One entry as staff read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct StaffEntry {
    /// Where it stands in the staff's log.
    pub seq: Seq,
    /// When the relay wrote it down.
    pub at: UnixMillis,
    /// What happened.
    pub body: EntryBody,
}

/// One entry as a visitor reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct PublicEntry {
    /// Where it stands in the visitor's log.
    pub seq: Seq,
    /// When the relay wrote it down.
    pub at: UnixMillis,
    /// What happened.
    pub body: PublicBody,
}

impl StaffEntry {
    /// The entry as the visitor may see it, if they may at all.
    pub fn public(&self) -> Option<PublicEntry> {
        match &self.body {
            EntryBody::Public { position, body } => Some(PublicEntry {
                seq: *position,
                at: self.at,
                body: body.clone(),
            }),
            EntryBody::Staff(_) => None,
        }
    }
}

/// What every reader needs of an entry, whichever face of the log it reads.
pub trait LogEntry {
    /// Where it stands in this reader's log.
    fn seq(&self) -> Seq;

    /// The command that wrote it, if the entry is a message or a note.
    fn command(&self) -> Option<CommandId>;
}

impl LogEntry for PublicEntry {
    fn seq(&self) -> Seq {
        self.seq
    }

    fn command(&self) -> Option<CommandId> {
        self.body.command()
    }
}

impl LogEntry for StaffEntry {
    fn seq(&self) -> Seq {
        self.seq
    }

    fn command(&self) -> Option<CommandId> {
        match &self.body {
            EntryBody::Public { body, .. } => body.command(),
            EntryBody::Staff(StaffBody::Note { id, .. }) => Some(*id),
            EntryBody::Staff(_) => None,
        }
    }
}

impl PublicBody {
    fn command(&self) -> Option<CommandId> {
        if let Self::Message { id, .. } = self {
            Some(*id)
        } else {
            None
        }
    }
}
