//! A voice call between the visitor's page and the agent's, here and now.
//!
//! The log says that there is a call. How the two pages find a way for the sound is said in
//! passing, in words of the pages' own of at most
//! [`MAX_VOICE_BYTES`](crate::limits::MAX_VOICE_BYTES), which the relay carries and does not read:
//! the sound goes from browser to browser, or through the operator's TURN server.

use serde::{Deserialize, Serialize};

use crate::feature::call_offer::CallReason;
use crate::id::{AgentId, VoiceId};
use crate::wire::Wire;

/// What a visitor can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum VoiceAsk {
    /// Call the agent who owns the conversation and has a headset on. The call takes the bits of
    /// the command.
    Start {
        /// The reason of the offer it answers, or the visitor's wish.
        reason: CallReason,
    },
    /// Hang up, or stop calling.
    End {
        /// The call.
        call: VoiceId,
        /// Why.
        why: VoiceEnding,
    },
}

/// What an agent can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum VoiceAct {
    /// Answer the call of a visitor whose conversation one owns.
    Answer {
        /// The call.
        call: VoiceId,
    },
    /// Hang up, or turn down a call that rings.
    End {
        /// The call.
        call: VoiceId,
        /// Why.
        why: VoiceEnding,
    },
}

/// What both sides read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum VoiceTold {
    /// The visitor calls; it rings for the agent who owns the conversation.
    Asked {
        /// The call.
        call: VoiceId,
        /// Why the visitor calls.
        reason: CallReason,
    },
    /// An agent answered: the first, or one the conversation was handed over to.
    Answered {
        /// The call.
        call: VoiceId,
        /// The agent; their card came earlier in the log.
        agent: AgentId,
    },
    /// The call is over.
    Ended {
        /// The call.
        call: VoiceId,
        /// Why.
        why: VoiceEnding,
    },
    /// Something newer than the reader.
    Other,
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum VoiceEnding {
    /// The visitor hung up, or stopped calling.
    Visitor,
    /// The agent hung up, or settled or gave back the conversation.
    Agent,
    /// Nobody answered in time.
    NoAnswer,
    /// The agent it rang for can't talk now.
    Declined,
    /// The sound found no way, or no longer does.
    Lost,
    /// There is no microphone, or it may not be used.
    NoMicrophone,
    /// Something newer than the reader.
    Other,
}

impl VoiceEnding {
    /// The word that the pages' script knows it by: the variant's name in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Agent => "agent",
            Self::NoAnswer => "no_answer",
            Self::Declined => "declined",
            Self::Lost => "lost",
            Self::NoMicrophone => "no_microphone",
            Self::Other => "other",
        }
    }

    /// The ending of this word.
    pub fn of_word(word: &str) -> Self {
        match word {
            "visitor" => Self::Visitor,
            "agent" => Self::Agent,
            "no_answer" => Self::NoAnswer,
            "declined" => Self::Declined,
            "lost" => Self::Lost,
            "no_microphone" => Self::NoMicrophone,
            _ => Self::Other,
        }
    }
}
