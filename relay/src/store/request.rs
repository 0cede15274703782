//! What can be written.

use std::sync::Arc;

use heard_desk::callback::DialEvent;
use heard_desk::{Skills, Stance};
use heard_protocol::{
    AgentId, Availability, CallEvidence, CallReason, CallbackId, CommandId, ContactId,
    ConversationId, Cursor, MeAct, Receipt, Refusal, SiteId, StaffCommand, UnixMillis,
    VisitorCommand,
};

use super::query::{NewAgent, SiteRecord};
use super::record::{Edit, Put, Version};
use crate::node::NodeId;

/// What a visitor's browser says about them; kept with the contact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VisitorProfile {
    /// Language as a BCP 47 tag; may be empty.
    pub locale: String,
    /// The page the widget is open on.
    pub page: Option<heard_protocol::Page>,
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// A visitor's command; answered by a receipt or a refusal.
    Visitor {
        /// On which site.
        site: SiteId,
        /// Who; they come to be with their first command.
        contact: ContactId,
        /// What their browser says.
        profile: Arc<VisitorProfile>,
        /// The id they picked.
        id: CommandId,
        /// Their command before this one: unless it is settled, this one is refused for now.
        after: Option<CommandId>,
        /// What they ask for.
        command: VisitorCommand,
        /// The moment.
        now: UnixMillis,
    },
    /// An agent's command; answered by a receipt or a refusal.
    Staff {
        /// Who.
        agent: AgentId,
        /// The id they picked.
        id: CommandId,
        /// Their command before this one: unless it is settled, this one is refused for now.
        after: Option<CommandId>,
        /// What they ask for.
        command: StaffCommand,
        /// The moment.
        now: UnixMillis,
    },
    /// A visitor has seen everything up to here.
    VisitorRead {
        /// Who.
        contact: ContactId,
        /// Where, as a position of the visitor's log.
        upto: Cursor,
    },
    /// An agent has seen everything up to here.
    StaffRead {
        /// Who.
        agent: AgentId,
        /// Where, as a position of the visitor's log.
        upto: Cursor,
    },
    /// An agent's first socket on a node opened, or their last one there closed.
    Presence {
        /// Who.
        agent: AgentId,
        /// Where.
        node: NodeId,
        /// Whether any is open there.
        online: bool,
        /// The moment.
        now: UnixMillis,
    },
    /// Run a dispatch round for a site; answered by [`Answer::Round`].
    Dispatch {
        /// Which.
        site: SiteId,
        /// The moment.
        now: UnixMillis,
    },
    /// Look at a site's calls: which ring for whom, which are given up; answered by
    /// [`Answer::Round`].
    Calls {
        /// Which.
        site: SiteId,
        /// The moment.
        now: UnixMillis,
    },
    /// In a conversation there is a reason to talk rather than write, or the visitor said whether
    /// they want to. What was seen before changes nothing.
    Trouble {
        /// Where.
        conversation: ConversationId,
        /// Which reasons, and what they are based on.
        seen: Vec<(CallReason, CallEvidence)>,
        /// What the visitor said of it in words, if they did.
        stance: Option<Stance>,
        /// The moment.
        now: UnixMillis,
    },
    /// Something is heard of a call that is dialled for an agent. Refused if it is not under way
    /// any more.
    Dialled {
        /// On which site.
        site: SiteId,
        /// Which request.
        callback: CallbackId,
        /// The number the call was ordered under.
        order: u16,
        /// What is heard.
        event: DialEvent,
        /// The moment.
        now: UnixMillis,
    },
    /// A node is alive; answered by [`Answer::Beat`].
    Beat {
        /// Which.
        node: NodeId,
    },
    /// A node is not: whoever had a socket on it has none there any more. Nothing happens if it has
    /// beaten since.
    NodeGone {
        /// Which.
        node: NodeId,
        /// Its number when it fell silent.
        beat: u64,
        /// The moment.
        now: UnixMillis,
    },
    /// Nobody is online: the process that knew has ended. Done once when a relay starts on a store
    /// of its own.
    EverybodyGone {
        /// The moment.
        now: UnixMillis,
    },
    /// Keep a session.
    SignIn {
        /// Whose.
        agent: AgentId,
        /// The SHA-256 of its token.
        token_hash: [u8; 32],
        /// Until when it holds.
        expires_at: UnixMillis,
    },
    /// Forget a session.
    SignOut {
        /// The SHA-256 of its token.
        token_hash: [u8; 32],
    },
    /// Create a site or change its settings.
    PutSite(SiteRecord, Edit),
    /// Create an agent or change everything but their id.
    PutAgent(NewAgent, Edit),
    /// An agent is good at this, and nothing else.
    PutSkills {
        /// Who.
        agent: AgentId,
        /// At what.
        skills: Skills,
        /// Who says so, and when.
        edit: Edit,
    },
    /// Write a record; answered by [`Answer::Kept`], or refused as a conflict if it was made of a
    /// version that is not the latest.
    Put(Put),
}

/// What became of a [`Request`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The command is on disk.
    Receipt(Receipt),
    /// The rules say no.
    Refused(Refusal),
    /// The round was run.
    Round {
        /// When time alone will change the answer, if it will.
        wake_at: Option<UnixMillis>,
        /// How many moves were made.
        moves: usize,
    },
    /// The beat counts.
    Beat {
        /// Whether the node was known; if not, so were none of its agents' sockets.
        known: bool,
    },
    /// The record is on disk, as this version.
    Kept(Version),
    /// It is written, and there is nothing to say about it.
    Done,
}

impl Request {
    /// An agent's own word, as a request.
    pub fn availability(agent: AgentId, id: CommandId, to: Availability, now: UnixMillis) -> Self {
        Self::Staff {
            agent,
            id,
            after: None,
            command: StaffCommand::Me(MeAct::SetAvailability { availability: to }),
            now,
        }
    }
}
