//! What a commit changed, for everybody who should hear of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use heard_protocol::{
    AgentId, CallbackId, CallbackSummary, Colleague, ContactId, ConversationId,
    ConversationSummary, Mine, Seq, SiteId, StaffEntry, UnixMillis,
};

/// One consequence of a commit. Facts are announced in commit order and only after the commit is on
/// disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// A log grew.
    Entries {
        /// Whose site.
        site: SiteId,
        /// Whose conversation.
        contact: ContactId,
        /// Which.
        conversation: ConversationId,
        /// The new entries, consecutive.
        entries: Arc<[StaffEntry]>,
        /// The end of the staff's log.
        head: Seq,
        /// The end of the visitor's log.
        public_head: Seq,
    },
    /// A conversation is new, or its line in the lists changed.
    Summary {
        /// Whose site.
        site: SiteId,
        /// The line as it is now.
        summary: Arc<ConversationSummary>,
    },
    /// Somebody read on.
    Reads {
        /// Whose conversation.
        contact: ContactId,
        /// Which.
        conversation: ConversationId,
        /// The visitor's mark, as a position of the visitor's log.
        visitor: Seq,
        /// The staff's mark, likewise.
        staff: Seq,
    },
    /// An agent came, left, or changed.
    Colleague {
        /// Whose site.
        site: SiteId,
        /// The agent as they are now.
        colleague: Colleague,
    },
    /// A request to be called is new or changed.
    Callback {
        /// Whose site.
        site: SiteId,
        /// Who asked.
        contact: ContactId,
        /// The request as it is now.
        callback: Arc<CallbackSummary>,
    },
    /// Something happened that a look at a site's calls should follow.
    Calls {
        /// Which site.
        site: SiteId,
    },
    /// An agent has taken a call that is to be dialled for them. It is dialled by the node that
    /// wrote this.
    Dial {
        /// On which site.
        site: SiteId,
        /// Which request.
        callback: CallbackId,
        /// The number it is ordered under.
        order: u16,
    },
    /// How an agent is set has changed. It is told to their own connections and no other.
    Mine {
        /// Whose site.
        site: SiteId,
        /// The agent.
        agent: AgentId,
        /// As it is now.
        mine: Mine,
    },
    /// An agent took a conversation out of the queue; the pace of these makes the wait estimate.
    Taken {
        /// Whose site.
        site: SiteId,
        /// Who took it.
        agent: AgentId,
        /// When.
        at: UnixMillis,
    },
    /// Something happened that a dispatch round should look at.
    Dispatch {
        /// Which site.
        site: SiteId,
    },
}

/// Whom a fact is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience {
    /// Whoever reads a conversation: its visitor's tabs, and the staff who follow it.
    Readers(ContactId, ConversationId),
    /// The staff of a site.
    Staff(SiteId),
    /// The staff of a site, and a visitor's tabs.
    Both(SiteId, ContactId),
    /// The duties of every node, and no connection.
    Duties,
}

impl Fact {
    /// Whom it is for.
    pub const fn audience(&self) -> Audience {
        match self {
            Self::Entries {
                contact,
                conversation,
                ..
            }
            | Self::Reads {
                contact,
                conversation,
                ..
            } => Audience::Readers(*contact, *conversation),
            Self::Summary { site, .. } | Self::Colleague { site, .. } | Self::Mine { site, .. } => {
                Audience::Staff(*site)
            }
            Self::Callback { site, contact, .. } => Audience::Both(*site, *contact),
            Self::Taken { .. } | Self::Dispatch { .. } | Self::Calls { .. } | Self::Dial { .. } => {
                Audience::Duties
            }
        }
    }
}

/// Tells everybody who waits for an answer of one commit.
pub type Answers = Box<dyn FnOnce() + Send>;

/// Who is told of facts. Called by the writer between two commits, so it must be quick and must not
/// wait.
pub trait Listener: Send + Sync + 'static {
    /// These facts are on disk. Whoever asked for them has not been answered yet.
    fn committed(&self, facts: Vec<Fact>);

    /// A commit may have changed what nobody was told of: whoever follows anything has to look into
    /// the store.
    fn unsure(&self) {}

    /// Answers those who asked, after [`committed`](Self::committed) and in the same order. A
    /// listener that tells others of the facts does both in one go, and where waking somebody costs
    /// least.
    fn answer(&self, answers: Answers) {
        answers();
    }
}
