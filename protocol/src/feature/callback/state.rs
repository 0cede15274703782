//! Where a request to be called stands, as staff and as its visitor see it.

use serde::{Deserialize, Serialize};

use super::{CallbackForm, CallbackWhen, Disposition};
use crate::id::{AgentId, CallbackId, ConversationId};
use crate::time::UnixMillis;
use crate::wire::Wire;

/// Where a request to be called is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallbackState {
    /// Nobody has called yet.
    Open,
    /// An agent said what came of it.
    Closed {
        /// Who.
        by: AgentId,
        /// When.
        at: UnixMillis,
        /// What came of it.
        disposition: Disposition,
        /// Anything worth keeping.
        note: String,
    },
    /// It is due, and rings for an agent.
    Ringing {
        /// Who is asked.
        agent: AgentId,
        /// When it rings for the next one.
        until: UnixMillis,
    },
    /// An agent has taken it and is calling.
    Calling {
        /// Who.
        agent: AgentId,
        /// Since when.
        since: UnixMillis,
        /// How far the call has come.
        leg: CallLeg,
    },
    /// They were not reached, and will be tried again.
    Again {
        /// Not before when.
        at: UnixMillis,
        /// How often it was tried.
        tries: u8,
        /// What came of the last attempt.
        last: Disposition,
    },
    /// The visitor no longer wants it.
    Cancelled {
        /// Since when.
        at: UnixMillis,
    },
    /// Nobody could make the call in time.
    Expired {
        /// When it was given up.
        at: UnixMillis,
    },
    /// Something newer than the reader.
    Other,
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallLeg {
    /// The agent's phone rings.
    Agent,
    /// The visitor's phone rings.
    Visitor,
    /// They talk.
    Joined,
    /// Something newer than the reader.
    Other,
}

/// A request to be called, as the visitor sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct CallbackView {
    /// Which.
    pub id: CallbackId,
    /// The number, normalised.
    pub phone: String,
    /// When it was asked for.
    pub when: CallbackWhen,
    /// Where it is.
    pub progress: CallbackProgress,
    /// The path of a page about it on the relay, which works without the chat: whoever has it may
    /// move or cancel the call.
    pub path: String,
}

/// Where a request to be called is, as the visitor sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallbackProgress {
    /// It waits for its time, or for an agent.
    Waiting {
        /// Not before when.
        due: UnixMillis,
    },
    /// They were not reached, and will be tried again.
    Again {
        /// Not before when.
        at: UnixMillis,
        /// Why it was not a conversation.
        last: Disposition,
    },
    /// An agent is being asked.
    Ringing,
    /// The visitor's phone rings, or is about to.
    Calling,
    /// They talk.
    Talking,
    /// It is over.
    Closed {
        /// What came of it.
        disposition: Disposition,
    },
    /// The visitor no longer wants it.
    Cancelled,
    /// Nobody could make the call in time.
    Expired,
    /// Something newer than the reader.
    Other,
}

/// A time for a call, with places left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Slot {
    /// When it begins.
    pub at: UnixMillis,
    /// How many calls can still be booked for it.
    pub left: u16,
}

/// A request to be called, as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct CallbackSummary {
    /// Which.
    pub id: CallbackId,
    /// When it was asked for.
    pub requested_at: UnixMillis,
    /// The conversation it came out of, if there was one.
    pub conversation: Option<ConversationId>,
    /// What was asked for; the phone number is normalised.
    pub form: CallbackForm,
    /// Where it is.
    pub state: CallbackState,
}
