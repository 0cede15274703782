//! What is said of a call once it is over: the outcome in a line, and the visitor's rating.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, VoiceId};
use crate::wire::Wire;

/// What a visitor can say of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum WrapUpAsk {
    /// Rate the last call of the conversation.
    Rate {
        /// 1 (bad) to 5 (good).
        stars: u8,
        /// A word about the call; may be empty.
        word: String,
    },
}

/// What an agent can say of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum WrapUpAct {
    /// Sum up in a line a voice call that one was on and that is over.
    Sum {
        /// The call.
        call: VoiceId,
        /// The outcome, which the visitor reads in the chat.
        summary: String,
    },
}

/// What both sides read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum WrapUpTold {
    /// The outcome of the last call, in a line.
    Summed {
        /// The agent who says so.
        agent: AgentId,
        /// Plain text.
        text: String,
    },
    /// The visitor rated the last call.
    Rated {
        /// 1 (bad) to 5 (good).
        stars: u8,
        /// A word about the call; may be empty.
        word: String,
    },
    /// Something newer than the reader.
    Other,
}
