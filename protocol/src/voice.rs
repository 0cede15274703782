//! Talking here and now: a call between the visitor's page and the agent's.
//!
//! That there is a call is in the log. How the two pages find a way for the sound to go is said in
//! passing, in words of the pages' own ([`MAX_VOICE_BYTES`](crate::limits::MAX_VOICE_BYTES)), which
//! the relay carries and does not read: the sound goes from browser to browser, or through the
//! operator's TURN server.

use serde::{Deserialize, Serialize};

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoiceEnding {
    /// The visitor hung up, or called no longer.
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
}
