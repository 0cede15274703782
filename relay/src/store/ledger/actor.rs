//! Whose command it is.

use heard_protocol::{AgentId, ContactId, Seq};

/// Who gave a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::store) enum Actor {
    Visitor(ContactId),
    Agent(AgentId),
}

impl Actor {
    pub(in crate::store) const fn bytes(self) -> [u8; 16] {
        match self {
            Self::Visitor(id) => id.to_bytes(),
            Self::Agent(id) => id.to_bytes(),
        }
    }

    /// The position of an entry in the log that this actor reads.
    pub(super) fn position(self, staff: Seq, public: Option<Seq>) -> Seq {
        match self {
            Self::Visitor(_) => public.unwrap_or_default(),
            Self::Agent(_) => staff,
        }
    }
}
