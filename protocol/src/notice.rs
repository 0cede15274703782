//! What is worth knowing now and may be lost: typing, places in the queue, voice calls finding
//! their way.
//!
//! A signal goes from a client to the relay, a notice from the relay to a client. None is in the
//! log. Whatever a notice says about state is said again in the next greeting, so a lost one leaves
//! nobody wrong for long.

use serde::{Deserialize, Serialize};

use crate::feature::callback::Slot;
use crate::id::{AgentId, ConversationId, VoiceId};
use crate::wire::Wire;

/// From a visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum VisitorSignal {
    /// The visitor is typing; true again every few seconds while it lasts.
    Typing,
    /// The visitor looks at what there is to a call: the answers are [`VisitorNotice::Slots`] and a
    /// row for each request of theirs that is open or ended lately, and the rows follow as they
    /// change.
    WatchCalls {
        /// Their time zone by its IANA name: times in their night are not offered. May be empty.
        zone: String,
    },
    /// How hard the message was to write that is sent next: what helps to notice somebody who would
    /// rather talk, and is used for nothing else. Which keys were pressed and what was written on
    /// the way is not told. It may be lost.
    Effort {
        /// For how long they typed, in milliseconds.
        typed_ms: u32,
        /// How many characters they deleted.
        deleted: u32,
    },
    /// The visitor's page shows whether the agent who owns their conversation can talk here and
    /// now: the answer is [`VisitorNotice::Headset`], and others follow as the agent says so.
    WatchHeadset,
    /// The visitor's page joins a voice call; the answer is [`VisitorNotice::Ice`].
    JoinVoice,
    /// From the visitor's page to the agent's.
    Voice {
        /// In which call.
        call: VoiceId,
        /// What; at most [`MAX_VOICE_BYTES`](crate::limits::MAX_VOICE_BYTES).
        text: String,
    },
}

/// From an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum StaffSignal {
    /// The agent is typing to the visitor; true again every few seconds while it lasts.
    Typing {
        /// Where.
        conversation: ConversationId,
    },
    /// Tells the visitor whether the agent, who has the conversation, can talk here and now.
    ShowHeadset {
        /// Where.
        conversation: ConversationId,
    },
    /// The agent's page joins a voice call; the answer is [`StaffNotice::Ice`].
    JoinVoice,
    /// From the agent's page to the visitor's.
    Voice {
        /// Where.
        conversation: ConversationId,
        /// In which call.
        call: VoiceId,
        /// What; at most [`MAX_VOICE_BYTES`](crate::limits::MAX_VOICE_BYTES).
        text: String,
    },
}

/// How long a wait is likely to be, from what has happened lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum WaitEstimate {
    /// Too little has happened to tell.
    Unknown,
    /// Nobody is available at all.
    NobodyHere,
    /// Between these many minutes.
    Minutes {
        /// At best.
        low: u16,
        /// At worst.
        high: u16,
    },
}

/// To a visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum VisitorNotice {
    /// An agent is typing.
    Typing {
        /// Who.
        agent: AgentId,
        /// How long to believe it, in milliseconds.
        for_ms: u16,
    },
    /// The visitor's place in the queue.
    Queue {
        /// How many are before them.
        ahead: u32,
        /// How long it is likely to take.
        wait: WaitEstimate,
    },
    /// Whether anybody is available to answer.
    Desk {
        /// Somebody is.
        open: bool,
    },
    /// This is the visitor's conversation from here on; another tab or an earlier message started
    /// it.
    Conversation {
        /// Which.
        id: ConversationId,
    },
    /// The times there are for a call, soonest first. A place can be gone by the time it is booked.
    Slots {
        /// Those with places left.
        slots: Vec<Slot>,
    },
    /// Whether the agent who has the conversation can talk here and now.
    Headset {
        /// They can.
        on: bool,
    },
    /// How the sound finds its way: an `RTCConfiguration` in JSON, to be handed to the browser as
    /// it is.
    Ice {
        /// With servers and, for a while, words to sign in to them.
        config: String,
    },
    /// From the agent's page.
    Voice {
        /// In which call.
        call: VoiceId,
        /// What.
        text: String,
    },
}

/// To an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum StaffNotice {
    /// The visitor is typing.
    VisitorTyping {
        /// Where.
        conversation: ConversationId,
        /// How long to believe it, in milliseconds.
        for_ms: u16,
    },
    /// A colleague is typing.
    AgentTyping {
        /// Where.
        conversation: ConversationId,
        /// Who.
        agent: AgentId,
        /// How long to believe it, in milliseconds.
        for_ms: u16,
    },
    /// Whether the visitor has the chat open now.
    VisitorPresence {
        /// Where.
        conversation: ConversationId,
        /// They have.
        online: bool,
    },
    /// How the sound finds its way: an `RTCConfiguration` in JSON, to be handed to the browser as
    /// it is.
    Ice {
        /// With servers and, for a while, words to sign in to them.
        config: String,
    },
    /// From a visitor's page.
    Voice {
        /// Where.
        conversation: ConversationId,
        /// In which call.
        call: VoiceId,
        /// What.
        text: String,
    },
}
