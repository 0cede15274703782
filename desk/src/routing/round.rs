//! What a look at a site leads to.

use heard_protocol::{AgentId, ConversationId, UnixMillis};

/// One step of a round, to be carried out on the conversation it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// [`Conversation::offer`](crate::Conversation::offer).
    Offer {
        /// Which.
        conversation: ConversationId,
        /// To whom.
        to: AgentId,
        /// Until when.
        until: UnixMillis,
    },
    /// [`Conversation::withdraw`](crate::Conversation::withdraw).
    Withdraw {
        /// Which.
        conversation: ConversationId,
        /// Whether the agent let it run out.
        missed: bool,
    },
    /// [`Conversation::give_back`](crate::Conversation::give_back).
    GiveBack {
        /// Which.
        conversation: ConversationId,
    },
}

/// What follows from a look at a site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Round {
    /// The steps, in order.
    pub moves: Vec<Move>,
    /// When time alone will change the answer, if it will.
    pub wake_at: Option<UnixMillis>,
}

impl Round {
    pub(super) fn wake(&mut self, at: UnixMillis) {
        self.wake_at = Some(self.wake_at.map_or(at, |earlier| earlier.min(at)));
    }
}
