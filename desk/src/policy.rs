//! What a site can set about how its desk works.

use serde::{Deserialize, Serialize};

/// A site's settings for the rules. All durations are in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// How long an offer stays with one agent.
    pub offer_ms: u64,
    /// How long an agent may be disconnected before their conversations go back to the queue.
    pub grace_ms: u64,
    /// For how long after a resolution the visitor's next message reopens the same conversation
    /// rather than start another.
    pub reopen_ms: u64,
    /// How far ahead a callback may be asked for.
    pub callback_ahead_ms: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            offer_ms: 30_000,
            grace_ms: 60_000,
            reopen_ms: 72 * 3_600_000,
            callback_ahead_ms: 14 * 24 * 3_600_000,
        }
    }
}
