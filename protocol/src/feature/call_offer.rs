//! Offering the visitor a call when writing does not work.

use serde::{Deserialize, Serialize};

use crate::wire::Wire;

/// What a visitor can say to an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallOfferAsk {
    /// Answer an offer.
    Answer {
        /// The reason the offer gave.
        reason: CallReason,
        /// The answer.
        answer: CallAnswer,
    },
}

/// What an agent can do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallOfferAct {
    /// Offer the visitor of an owned conversation a call.
    Offer {
        /// A sentence for the visitor; may be empty.
        why: String,
    },
}

/// What both sides read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallOfferTold {
    /// The visitor is offered a call. They answer, or write on as they like.
    Offered {
        /// The reason.
        reason: CallReason,
        /// The agent's sentence for the visitor; empty if the offer is not an agent's.
        why: String,
    },
    /// The visitor answered an offer.
    Answered {
        /// The reason the offer gave.
        reason: CallReason,
        /// The answer.
        answer: CallAnswer,
    },
    /// Something newer than the reader.
    Other,
}

/// What staff alone read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallOfferNoted {
    /// The relay noticed a reason to call rather than write.
    TroubleSeen {
        /// The reason.
        reason: CallReason,
        /// What the reason is based on.
        evidence: CallEvidence,
    },
    /// Something newer than the reader.
    Other,
}

/// Why a call may be offered.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Wire,
)]
#[serde(rename_all = "snake_case")]
pub enum CallReason {
    /// The chat itself does not hold.
    Connection,
    /// Nobody answers.
    NobodyFree,
    /// The talk goes in circles.
    Circles,
    /// Writing is hard for the visitor.
    HardToWrite,
    /// The agent thinks a call is better.
    Agent,
    /// The visitor wants one.
    Visitor,
    /// Something newer than the reader.
    Other,
}

/// What a reason is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallEvidence {
    /// How many times the visitor asked the same thing.
    AskedAgain(u32),
    /// How many times the agent wrote the same thing.
    ToldAgain(u32),
    /// The visitor says that they do not understand, or are not understood.
    NotUnderstood,
    /// The visitor says that they have said or done this already.
    Already,
    /// What was advised did not help.
    NoHelp,
    /// The visitor is losing patience.
    Impatience,
    /// The length of a silence, in milliseconds.
    Silence(u64),
    /// How many messages the visitor has written without an end in sight.
    Long(u32),
    /// How many messages were hard to write, by the time they took or the text deleted.
    Laborious(u32),
    /// Visitor and agent write different languages.
    Languages,
    /// For how long nobody has answered, in milliseconds.
    Unanswered(u64),
    /// The visitor or the agent says so.
    Said,
    /// The likely wait for an answer, in milliseconds.
    Expected(u64),
    /// How many times the visitor's connection broke within ten minutes.
    Broken(u32),
    /// Something newer than the reader.
    Other,
}

/// What a visitor says to an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum CallAnswer {
    /// They would rather go on writing. No other offer follows.
    No,
    /// They want to be called.
    Phone,
    /// They want to talk here and now.
    Here,
    /// Something newer than the reader.
    Other,
}
