//! What a conversation's log holds.
//!
//! The log has two faces. Staff read every entry as a [`StaffEntry`]; visitors read only those with
//! a [`PublicBody`], as [`PublicEntry`], counted separately. [`StaffEntry::public`] is the only
//! door from one to the other, and a [`StaffBody`] does not fit through it.

use serde::{Deserialize, Serialize};

use crate::command::{CallbackWhen, Disposition};
use crate::id::{AgentId, CallbackId, CommandId, VoiceId};
use crate::people::AgentCard;
use crate::talk::{TalkAnswer, TalkEvidence, TalkReason};
use crate::time::{Seq, UnixMillis};
use crate::voice::VoiceEnding;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The visitor whose conversation it is.
    Visitor,
    /// An agent; their card came earlier in the log, in [`PublicBody::AgentJoined`].
    Agent(AgentId),
}

/// A lasting thing that visitor and staff both see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// An agent took the conversation (the first, or after a transfer).
    AgentJoined {
        /// Who they are.
        agent: AgentCard,
    },
    /// The conversation went back to the queue and waits for another agent.
    Waiting,
    /// An agent considered the matter settled. Writing again reopens it.
    Resolved,
    /// It was settled, and it was not.
    Reopened,
    /// The visitor asked to be called.
    CallbackRequested {
        /// The request.
        callback: CallbackId,
    },
    /// What came of a request to be called.
    CallbackClosed {
        /// The request.
        callback: CallbackId,
        /// The outcome.
        disposition: Disposition,
    },
    /// The visitor would rather be called at another time.
    CallbackMoved {
        /// The request.
        callback: CallbackId,
        /// When instead.
        when: CallbackWhen,
    },
    /// The visitor no longer wants the call.
    CallbackCancelled {
        /// The request.
        callback: CallbackId,
    },
    /// Nobody could be found to make the call for so long that it would help nobody any more.
    CallbackExpired {
        /// The request.
        callback: CallbackId,
    },
    /// An agent is calling now.
    CallbackCalling {
        /// The request.
        callback: CallbackId,
        /// Who.
        agent: AgentCard,
    },
    /// They were called and not reached; it will be tried again.
    CallbackTried {
        /// The request.
        callback: CallbackId,
        /// Why it was not a conversation.
        disposition: Disposition,
        /// Not before when it is tried again.
        next: UnixMillis,
    },
    /// The outcome of the last call, in a line.
    CallSummed {
        /// Who says so.
        agent: AgentId,
        /// Plain text.
        text: String,
    },
    /// The visitor said how a call was.
    CallRated {
        /// 1 (bad) to 5 (good).
        stars: u8,
        /// A word about it; may be empty.
        word: String,
    },
    /// Writing is not working: the visitor is offered to talk. They answer or write on as they
    /// like.
    TalkOffered {
        /// Why.
        reason: TalkReason,
        /// In the agent's words, if they offered it; may be empty.
        why: String,
    },
    /// What the visitor said to that.
    TalkAnswered {
        /// For which reason it was offered.
        reason: TalkReason,
        /// What they want.
        answer: TalkAnswer,
    },
    /// The visitor wants to talk here and now; it rings for the agent who has the conversation.
    VoiceAsked {
        /// Which call.
        call: VoiceId,
        /// What it came to that for.
        reason: TalkReason,
    },
    /// An agent answered: the first, or one whom the conversation was handed over to.
    VoiceAnswered {
        /// Which call.
        call: VoiceId,
        /// Who; their card came earlier in the log.
        agent: AgentId,
    },
    /// The call is over.
    VoiceEnded {
        /// Which call.
        call: VoiceId,
        /// Why.
        why: VoiceEnding,
    },
}

/// Why a conversation went (back) into the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueReason {
    /// The visitor's first message.
    New,
    /// It had been resolved and the visitor wrote again.
    Reopened,
    /// Its agent was gone for longer than the grace period.
    AgentGone,
    /// Its agent put it back.
    Returned,
}

/// A lasting thing that only staff may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// It waits in the queue from here on.
    Queued {
        /// Why.
        reason: QueueReason,
    },
    /// An agent owns it from here on.
    Assigned {
        /// The new owner.
        agent: AgentId,
    },
    /// An agent handed it to a colleague.
    Transferred {
        /// The owner until now.
        from: AgentId,
        /// The owner from here on.
        to: AgentId,
        /// What the colleague should know; may be empty.
        comment: String,
    },
    /// An agent would not take it.
    Declined {
        /// Who.
        agent: AgentId,
        /// Why, in their words; may be empty.
        reason: String,
    },
    /// An offer ran out unanswered.
    OfferMissed {
        /// Who did not answer.
        agent: AgentId,
    },
    /// A call that is due rings for an agent.
    CallbackRung {
        /// The request.
        callback: CallbackId,
        /// For whom.
        agent: AgentId,
    },
    /// They did not take it in time.
    CallbackMissed {
        /// The request.
        callback: CallbackId,
        /// Who.
        agent: AgentId,
    },
    /// They turned it down.
    CallbackDeclined {
        /// The request.
        callback: CallbackId,
        /// Who.
        agent: AgentId,
    },
    /// They were gone while it was theirs; it waits for the next agent.
    CallbackReleased {
        /// The request.
        callback: CallbackId,
        /// Who.
        agent: AgentId,
    },
    /// There is a reason to talk rather than write.
    TroubleSeen {
        /// Which.
        reason: TalkReason,
        /// What it is based on.
        evidence: TalkEvidence,
    },
}

/// The body of an entry as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffEntry {
    /// Where it stands in the staff's log.
    pub seq: Seq,
    /// When the relay wrote it down.
    pub at: UnixMillis,
    /// What happened.
    pub body: EntryBody,
}

/// One entry as a visitor reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

    /// How many bytes of text a message or a note has; what frames are cut by.
    fn text_bytes(&self) -> usize;
}

impl LogEntry for PublicEntry {
    fn seq(&self) -> Seq {
        self.seq
    }

    fn command(&self) -> Option<CommandId> {
        self.body.command()
    }

    fn text_bytes(&self) -> usize {
        self.body.text_bytes()
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

    fn text_bytes(&self) -> usize {
        match &self.body {
            EntryBody::Public { body, .. } => body.text_bytes(),
            EntryBody::Staff(StaffBody::Note { text, .. }) => text.len(),
            EntryBody::Staff(_) => 0,
        }
    }
}

impl PublicBody {
    fn text_bytes(&self) -> usize {
        if let Self::Message { text, .. } = self {
            text.len()
        } else {
            0
        }
    }

    fn command(&self) -> Option<CommandId> {
        if let Self::Message { id, .. } = self {
            Some(*id)
        } else {
            None
        }
    }
}
