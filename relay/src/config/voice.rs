//! How sound finds its way between two pages.

use serde::{Deserialize, Serialize};

use super::dialer::Hidden;

/// The servers that help. Without any, only pages on one network find each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VoiceSettings {
    /// Servers that tell a page how the world sees it (`stun:stun.example:3478`).
    pub stun: Vec<String>,
    /// Servers that pass the sound on where there is no other way
    /// (`turn:turn.example:3478?transport=udp`).
    pub turn: Vec<String>,
    /// What the TURN servers and the relay both know (coturn's `static-auth-secret`). With it the
    /// relay makes words to sign in that hold for a while.
    pub turn_secret: Hidden,
    /// For how long they hold, in seconds. A call that has begun goes on after that.
    pub turn_ttl_s: u32,
    /// Whether all sound goes through TURN, so that neither side learns the other's address.
    pub relay_only: bool,
}

impl Default for VoiceSettings {
    fn default() -> Self {
        Self {
            stun: Vec::new(),
            turn: Vec::new(),
            turn_secret: Hidden::default(),
            turn_ttl_s: 3_600,
            relay_only: false,
        }
    }
}
