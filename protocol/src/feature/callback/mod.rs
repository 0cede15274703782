//! Calling a visitor back by phone: asked for, moved, made, and what became of it.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, CallbackId};
use crate::people::AgentCard;
use crate::time::UnixMillis;
use crate::wire::Wire;

mod state;

pub use state::{CallLeg, CallbackProgress, CallbackState, CallbackSummary, CallbackView, Slot};

/// What a visitor can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallbackAsk {
    /// Ask to be called.
    Request(CallbackForm),
    /// Have the call at another time. Only as long as nobody is being rung for it.
    Move {
        /// The request.
        callback: CallbackId,
        /// The new time.
        when: CallbackWhen,
    },
    /// Do without the call.
    Cancel {
        /// The request.
        callback: CallbackId,
    },
}

/// What an agent can do about a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallbackAct {
    /// Close the request with an outcome.
    Close {
        /// The outcome.
        disposition: Disposition,
        /// Anything worth keeping; may be empty. Seen by staff alone.
        note: String,
    },
    /// Make the call: the one that rings, or any that is open and rings nobody else.
    Take,
    /// Turn a ringing call down; it rings for the next agent.
    Decline,
    /// Report the outcome of the attempt one is making. Whether it is tried again follows from the
    /// site's rules.
    Report {
        /// The outcome.
        disposition: Disposition,
        /// The outcome in a line, which the visitor reads in the chat; may be empty.
        summary: String,
    },
}

/// What both sides read of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallbackTold {
    /// The visitor asked to be called.
    Requested {
        /// The request.
        callback: CallbackId,
    },
    /// The request is closed.
    Closed {
        /// The request.
        callback: CallbackId,
        /// The outcome.
        disposition: Disposition,
    },
    /// The visitor would rather be called at another time.
    Moved {
        /// The request.
        callback: CallbackId,
        /// The new time.
        when: CallbackWhen,
    },
    /// The visitor no longer wants the call.
    Cancelled {
        /// The request.
        callback: CallbackId,
    },
    /// Nobody could make the call for so long that it would help nobody any more.
    Expired {
        /// The request.
        callback: CallbackId,
    },
    /// An agent is calling now.
    Calling {
        /// The request.
        callback: CallbackId,
        /// The agent.
        agent: AgentCard,
    },
    /// The visitor was called and not reached; it will be tried again.
    Tried {
        /// The request.
        callback: CallbackId,
        /// Why it was not a conversation.
        disposition: Disposition,
        /// The earliest moment of the next attempt.
        next: UnixMillis,
    },
    /// Something newer than the reader.
    Other,
}

/// What staff alone read of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallbackNoted {
    /// A call that is due rings for an agent.
    Rung {
        /// The request.
        callback: CallbackId,
        /// The agent.
        agent: AgentId,
    },
    /// The agent did not take it in time.
    Missed {
        /// The request.
        callback: CallbackId,
        /// The agent.
        agent: AgentId,
    },
    /// The agent turned it down.
    Declined {
        /// The request.
        callback: CallbackId,
        /// The agent.
        agent: AgentId,
    },
    /// The agent was gone while it was theirs; it waits for the next one.
    Released {
        /// The request.
        callback: CallbackId,
        /// The agent.
        agent: AgentId,
    },
    /// Something newer than the reader.
    Other,
}

/// When to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallbackWhen {
    /// As soon as somebody is free.
    Asap,
    /// At about this moment.
    At {
        /// The moment.
        at: UnixMillis,
        /// The visitor's time zone by its IANA name, so that the agent can say the time as the
        /// visitor would; may be empty.
        zone: String,
    },
    /// As soon as somebody is free, but not at night.
    Soon {
        /// The visitor's time zone by its IANA name: it says when their night is.
        zone: String,
    },
}

/// The visitor's agreement to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Consent {
    /// Whether the (never pre-ticked) box was ticked.
    pub given: bool,
    /// The exact words that were on the screen.
    pub wording: String,
}

/// A request to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct CallbackForm {
    /// The number as typed.
    pub phone: String,
    /// What to call the person; may be empty.
    pub name: String,
    /// The matter; may be empty.
    pub topic: String,
    /// The time wanted.
    pub when: CallbackWhen,
    /// The visitor's agreement.
    pub consent: Consent,
}

/// The outcome of a call. The terms are the field's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// They talked.
    Answered,
    /// The line was busy.
    Busy,
    /// Nobody picked up.
    NoAnswer,
    /// A machine picked up.
    Voicemail,
    /// Somebody else's number.
    WrongNumber,
    /// They no longer want the call.
    Refused,
    /// The call could not be made.
    Technical,
    /// Something newer than the reader.
    Other,
}
