//! Who answers a conversation: the queue, offers to agents, and the agent who owns it.

use serde::{Deserialize, Serialize};

use crate::id::AgentId;
use crate::people::AgentCard;
use crate::wire::Wire;

/// What an agent can do about who answers a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentAct {
    /// Take the conversation: the one offered, or any that waits and is not offered to somebody
    /// else.
    Accept,
    /// Turn an offer down; it goes to the next agent.
    Decline {
        /// The agent's own words; may be empty.
        reason: String,
    },
    /// Hand an owned conversation to a colleague who is online.
    Transfer {
        /// The colleague.
        to: AgentId,
        /// What the colleague should know; may be empty.
        comment: String,
    },
    /// Put an owned conversation back to the front of the queue.
    Return,
}

/// What both sides read of who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentTold {
    /// An agent took the conversation: the first, or one it was handed to.
    Joined {
        /// The agent.
        agent: AgentCard,
    },
    /// The conversation went back to the queue and waits for another agent.
    Waiting,
    /// Something newer than the reader.
    Other,
}

/// What staff alone read of who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentNoted {
    /// The conversation waits in the queue from here on.
    Queued {
        /// Why it waits.
        reason: QueueReason,
    },
    /// An agent owns the conversation from here on.
    Assigned {
        /// The new owner.
        agent: AgentId,
    },
    /// An agent handed the conversation to a colleague.
    Transferred {
        /// The owner until now.
        from: AgentId,
        /// The owner from here on.
        to: AgentId,
        /// What the colleague should know; may be empty.
        comment: String,
    },
    /// An agent turned an offer down.
    Declined {
        /// The agent.
        agent: AgentId,
        /// The agent's own words; may be empty.
        reason: String,
    },
    /// An offer ran out unanswered.
    Missed {
        /// The agent who did not answer.
        agent: AgentId,
    },
    /// Something newer than the reader.
    Other,
}

/// Why a conversation went (back) into the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum QueueReason {
    /// The visitor's first message.
    New,
    /// The visitor wrote again after it had been resolved.
    Reopened,
    /// Its agent was gone for longer than the grace period.
    AgentGone,
    /// Its agent put it back.
    Returned,
    /// Something newer than the reader.
    Other,
}
