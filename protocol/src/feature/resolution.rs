//! Whether the matter of a conversation is settled.

use serde::{Deserialize, Serialize};

use crate::wire::Wire;

/// What an agent can do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum ResolutionAct {
    /// Consider the matter of an owned conversation settled.
    Resolve,
    /// Take a resolved conversation up again, as its owner.
    Reopen,
}

/// What both sides read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum ResolutionTold {
    /// An agent considered the matter settled. A message of the visitor's reopens it.
    Resolved,
    /// A resolved conversation was reopened.
    Reopened,
    /// Something newer than the reader.
    Other,
}
