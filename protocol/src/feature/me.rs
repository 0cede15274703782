//! What an agent says of themself.

use serde::{Deserialize, Serialize};

use crate::people::Availability;
use crate::wire::Wire;

/// What an agent can set for themself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum MeAct {
    /// Say whether one takes new conversations.
    SetAvailability {
        /// From now on.
        availability: Availability,
    },
    /// Say whether, and on which phone, one takes calls.
    SetPhone {
        /// Whether calls ring for them.
        takes: bool,
        /// Their phone as a `sip:` address, if the relay is to ring it; may be empty.
        address: String,
    },
    /// Say whether one has a headset on and can talk here and now.
    SetHeadset {
        /// It is on.
        on: bool,
    },
}

/// How an agent is set, for themself alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Mine {
    /// Whether they take new conversations, by their own word.
    pub availability: Availability,
    /// The most conversations they may own.
    pub capacity: u16,
    /// Whether calls ring for them.
    pub takes_calls: bool,
    /// Their phone as a `sip:` address; may be empty.
    pub phone: String,
    /// Whether they have a headset on.
    pub headset: bool,
}
