//! What differs between a visitor's connection and an agent's.

use std::sync::Arc;

use heard_protocol::{
    AgentId, ContactId, ConversationId, Cursor, Envelope, RelayFrame, Role, Seq, SiteId, Staff,
    StaffEntry, StaffRow, UnixMillis, Visitor, VisitorNotice, VisitorRow,
};

use crate::hub::Mail;
use crate::store::{Fact, Head, Request, VisitorProfile};

/// A role as the relay serves it.
pub trait Side: Role {
    /// Whether there is a log that this side follows unasked.
    const HAS_OWN_LOG: bool;
    /// Whether this side is shown lists.
    const HAS_LISTS: bool;

    /// Who is on the other end, once the greeting was accepted.
    type Identity: Clone + std::fmt::Debug + Send + Sync + 'static;

    /// An entry as this side may see it, if it may at all.
    fn face(entry: &StaffEntry) -> Option<Self::Entry>;

    /// Where this side's log ends, given where both do.
    fn end(staff: Seq, public: Seq) -> Seq;

    /// Whether this client may read that conversation.
    fn may_read(identity: &Self::Identity, head: &Head) -> bool;

    /// Whether this side reads a conversation it did not ask for, when it grows.
    fn reads_unasked(identity: &Self::Identity, contact: ContactId) -> bool;

    /// A command as a write.
    fn request(identity: &Self::Identity, asked: Envelope<Self>, now: UnixMillis) -> Request;

    /// A read mark as a write.
    fn read_mark(identity: &Self::Identity, upto: Cursor) -> Request;

    /// A list row that changed, as this client is told of it.
    fn row(identity: &Self::Identity, fact: &Fact) -> Option<Self::Row>;

    /// What to tell a client whose conversation is new to this connection.
    fn adopted(conversation: ConversationId) -> Option<Self::Notice>;

    /// What there is in the mail beside facts, if it is for this side.
    fn passing(mail: Mail) -> Option<RelayFrame<Self>>;
}

/// A visitor who was let in.
#[derive(Debug, Clone)]
pub struct VisitorIdentity {
    /// On which site.
    pub site: SiteId,
    /// Who.
    pub contact: ContactId,
    /// What their browser says.
    pub profile: Arc<VisitorProfile>,
}

/// An agent who was let in.
#[derive(Debug, Clone)]
pub struct StaffIdentity {
    /// On which site.
    pub site: SiteId,
    /// Who.
    pub agent: AgentId,
}

impl Side for Visitor {
    const HAS_OWN_LOG: bool = true;
    const HAS_LISTS: bool = false;

    // Shared, so that the state of an idle connection stays small.
    type Identity = Arc<VisitorIdentity>;

    fn face(entry: &StaffEntry) -> Option<Self::Entry> {
        entry.public()
    }

    fn end(_staff: Seq, public: Seq) -> Seq {
        public
    }

    fn may_read(identity: &Self::Identity, head: &Head) -> bool {
        head.contact == identity.contact && head.site == identity.site
    }

    fn reads_unasked(identity: &Self::Identity, contact: ContactId) -> bool {
        identity.contact == contact
    }

    fn request(identity: &Self::Identity, asked: Envelope<Self>, now: UnixMillis) -> Request {
        Request::Visitor {
            site: identity.site,
            contact: identity.contact,
            profile: Arc::clone(&identity.profile),
            id: asked.id,
            after: asked.after,
            command: asked.command,
            now,
        }
    }

    fn read_mark(identity: &Self::Identity, upto: Cursor) -> Request {
        Request::VisitorRead {
            contact: identity.contact,
            upto,
        }
    }

    fn row(_: &Self::Identity, fact: &Fact) -> Option<Self::Row> {
        match fact {
            // The path of its page is only told to those who ask: a shared link is a secret, and
            // this goes to every tab.
            Fact::Callback { callback, .. } => {
                let view = heard_desk::callback::view(callback, String::new());
                Some(VisitorRow::Callback(Box::new(view)))
            }
            _ => None,
        }
    }

    fn adopted(conversation: ConversationId) -> Option<Self::Notice> {
        Some(VisitorNotice::Conversation { id: conversation })
    }

    fn passing(mail: Mail) -> Option<RelayFrame<Self>> {
        match mail {
            Mail::ToVisitor(notice) => Some(RelayFrame::Notice(notice)),
            Mail::VisitorRow(row) => Some(RelayFrame::Rows {
                rows: vec![row],
                done: false,
            }),
            Mail::ToStaff(_) | Mail::Fact(_) | Mail::CatchUp => None,
        }
    }
}

impl Side for Staff {
    const HAS_OWN_LOG: bool = false;
    const HAS_LISTS: bool = true;

    type Identity = StaffIdentity;

    fn face(entry: &StaffEntry) -> Option<Self::Entry> {
        Some(entry.clone())
    }

    fn end(staff: Seq, _public: Seq) -> Seq {
        staff
    }

    fn may_read(identity: &Self::Identity, head: &Head) -> bool {
        head.site == identity.site
    }

    fn reads_unasked(_identity: &Self::Identity, _contact: ContactId) -> bool {
        false
    }

    fn request(identity: &Self::Identity, asked: Envelope<Self>, now: UnixMillis) -> Request {
        Request::Staff {
            agent: identity.agent,
            id: asked.id,
            after: asked.after,
            command: asked.command,
            now,
        }
    }

    fn read_mark(identity: &Self::Identity, upto: Cursor) -> Request {
        Request::StaffRead {
            agent: identity.agent,
            upto,
        }
    }

    fn row(identity: &Self::Identity, fact: &Fact) -> Option<Self::Row> {
        match fact {
            Fact::Summary { summary, .. } => {
                Some(StaffRow::Conversation(Box::new((**summary).clone())))
            }
            Fact::Colleague { colleague, .. } => Some(StaffRow::Colleague(colleague.clone())),
            Fact::Callback { callback, .. } => {
                Some(StaffRow::Callback(Box::new((**callback).clone())))
            }
            Fact::Mine { agent, mine, .. } if *agent == identity.agent => {
                Some(StaffRow::Mine(mine.clone()))
            }
            Fact::Mine { .. }
            | Fact::Entries { .. }
            | Fact::Reads { .. }
            | Fact::Taken { .. }
            | Fact::Dispatch { .. }
            | Fact::Calls { .. }
            | Fact::Dial { .. } => None,
        }
    }

    fn adopted(_conversation: ConversationId) -> Option<Self::Notice> {
        None
    }

    fn passing(mail: Mail) -> Option<RelayFrame<Self>> {
        match mail {
            Mail::ToStaff(notice) => Some(RelayFrame::Notice(notice)),
            Mail::ToVisitor(_) | Mail::VisitorRow(_) | Mail::Fact(_) | Mail::CatchUp => None,
        }
    }
}
