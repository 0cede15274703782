//! Why a call is offered, on what grounds, and what the visitor says to it.

use serde::{Deserialize, Serialize};

/// Why a call may be offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TalkReason {
    /// The chat itself does not hold.
    Connection,
    /// Nobody answers.
    NobodyFree,
    /// They go in circles.
    Circles,
    /// Writing is hard for the visitor.
    HardToWrite,
    /// The agent thinks so.
    Agent,
    /// The visitor wants to.
    Visitor,
}

/// What a reason is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TalkEvidence {
    /// The visitor asked the same thing so many times.
    AskedAgain(u32),
    /// The agent wrote the same thing so many times.
    ToldAgain(u32),
    /// The visitor says that they do not understand, or are not understood.
    NotUnderstood,
    /// The visitor says that they have said or done this already.
    Already,
    /// What was advised did not help.
    NoHelp,
    /// The visitor is losing patience.
    Impatience,
    /// A silence of so many milliseconds.
    Silence(u64),
    /// So many messages of the visitor's without an end in sight.
    Long(u32),
    /// So many messages were hard to write, by how long they took or how much of them was deleted.
    Laborious(u32),
    /// They write different languages.
    Languages,
    /// Nobody has answered for so many milliseconds.
    Unanswered(u64),
    /// One of them says so.
    Said,
    /// The wait for an answer is likely to be so many milliseconds at least.
    Expected(u64),
    /// The visitor's connection broke so many times within ten minutes.
    Broken(u32),
}

/// What the visitor says to an offer to talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TalkAnswer {
    /// They would rather go on writing. It is not offered again.
    No,
    /// They want to be called.
    Phone,
    /// They want to talk here and now.
    Here,
}
