//! Who answers a conversation.

use heard_protocol::{AgentId, AssignmentTold, Author, PublicBody, ResolutionTold};

/// Where a conversation is in its life, as the visitor's face of the log tells it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing was said yet.
    #[default]
    Fresh,
    /// It waits for an agent.
    Waiting,
    /// An agent has it.
    With(AgentId),
    /// It is settled. A message of the visitor's takes it up again.
    Resolved,
}

impl Stage {
    /// Takes an entry in.
    pub fn follow(&mut self, body: &PublicBody) {
        match body {
            PublicBody::Message {
                author: Author::Agent(agent),
                ..
            } => *self = Self::With(*agent),
            PublicBody::Message {
                author: Author::Visitor,
                ..
            } if matches!(self, Self::Fresh | Self::Resolved) => *self = Self::Waiting,
            PublicBody::Assignment(AssignmentTold::Joined { agent }) => {
                *self = Self::With(agent.id);
            }
            PublicBody::Assignment(AssignmentTold::Waiting)
            | PublicBody::Resolution(ResolutionTold::Reopened) => *self = Self::Waiting,
            PublicBody::Resolution(ResolutionTold::Resolved) => *self = Self::Resolved,
            _ => {}
        }
    }
}
