//! What can be read.

use std::sync::Arc;

use heard_desk::callback::CallPolicy;
use heard_protocol::{
    AgentCard, AgentId, Availability, CallbackSummary, Colleague, ContactId, ConversationId,
    ConversationSummary, Epoch, Mine, PublicEntry, Resume, Seq, SiteCard, SiteId, StaffRow,
    UnixMillis,
};
use serde::{Deserialize, Serialize};

/// A site as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteRecord {
    /// Which.
    pub id: SiteId,
    /// The shop's name.
    pub name: String,
    /// The origins whose pages may embed the widget (`https://shop.example`), lower case, without a
    /// trailing slash.
    #[serde(default)]
    pub origins: Vec<String>,
    /// How its desk works.
    #[serde(default)]
    pub policy: heard_desk::Policy,
    /// How it calls.
    #[serde(default)]
    pub calls: Arc<CallPolicy>,
}

impl SiteRecord {
    /// The site as its visitors see it.
    pub fn card(self) -> SiteCard {
        let Self { id, name, .. } = self;
        SiteCard { id, name }
    }
}

/// An agent as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRecord {
    /// Name and kind.
    pub card: AgentCard,
    /// The site they answer for.
    pub site: SiteId,
    /// Their sign-in name.
    pub email: String,
    /// The password's argon2id hash in PHC form; empty for an agent who has none and signs in by
    /// token alone.
    pub password_hash: String,
    /// The most conversations they may own.
    pub capacity: u16,
    /// Their own word.
    pub availability: Availability,
    /// Whether, and where, calls ring for them.
    pub phone: AgentPhone,
}

impl AgentRecord {
    /// How they are set, for themself.
    pub fn mine(&self) -> Mine {
        Mine {
            availability: self.availability,
            capacity: self.capacity,
            takes_calls: self.phone.takes,
            phone: self.phone.address.clone(),
            headset: self.phone.headset,
        }
    }
}

/// Whether, and where, calls ring for an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentPhone {
    /// Whether they take calls.
    pub takes: bool,
    /// Their phone as a `sip:` address; may be empty.
    pub address: String,
    /// Whether they have a headset on, and can talk in the browser.
    pub headset: bool,
}

impl Default for AgentPhone {
    fn default() -> Self {
        Self {
            takes: true,
            address: String::new(),
            headset: false,
        }
    }
}

/// An agent to create or change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAgent {
    /// Name and kind.
    pub card: AgentCard,
    /// The site they answer for.
    pub site: SiteId,
    /// Their sign-in name, unique without case.
    pub email: String,
    /// As [`AgentRecord::password_hash`].
    pub password_hash: String,
    /// The most conversations they may own.
    pub capacity: u16,
}

/// Whose a conversation is and where its logs end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Whose site.
    pub site: SiteId,
    /// Whose conversation.
    pub contact: ContactId,
    /// Which.
    pub conversation: ConversationId,
    /// The end of the staff's log.
    pub staff: Seq,
    /// The end of the visitor's log.
    pub public: Seq,
    /// How far the visitor has read, as a position of the visitor's log.
    pub visitor_read: Seq,
    /// How far staff have read, likewise.
    pub staff_read: Seq,
}

impl Head {
    /// Where a returning visitor's copy of the log ends, if that is short of the log's end.
    pub(super) fn unseen(&self, resume: Option<&Resume>, epoch: Epoch) -> Option<Seq> {
        let seen = resume.map_or(Seq::START, |resume| resume.seen(epoch, self.conversation));
        (seen < self.public).then_some(seen)
    }
}

/// Somebody who waits for an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Who.
    pub contact: ContactId,
    /// With which conversation.
    pub conversation: ConversationId,
    /// Since when.
    pub since: UnixMillis,
}

/// What a visitor sees when they come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VisitorView {
    /// The open conversation, or the last one.
    pub conversation: Option<Head>,
}

/// What is looked up for a visitor who comes (back).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrival {
    /// The site they are on; `None` if there is no such site.
    pub site: Option<SiteCard>,
    /// The open conversation, or the last one.
    pub own: Option<Head>,
    /// The first piece of it that they have not seen, and the position it comes after; `None` if
    /// they have seen everything.
    pub unseen: Option<Unseen<PublicEntry>>,
}

/// A piece of a log, and the position it comes after.
pub type Unseen<E> = (Seq, LogSlice<E>);

/// What an agent sees when they come back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overview {
    /// Every conversation that waits or is owned, and the latest resolved ones.
    pub conversations: Vec<ConversationSummary>,
    /// The team.
    pub colleagues: Vec<Colleague>,
    /// Every open request to be called, and the latest closed ones.
    pub callbacks: Vec<CallbackSummary>,
}

impl Overview {
    /// The agent's own line.
    pub fn colleague(&self, id: AgentId) -> Option<&Colleague> {
        self.colleagues.iter().find(|one| one.card.id == id)
    }

    /// All rows that an agent who is set like this is shown.
    pub fn rows(self, mine: Mine) -> Vec<StaffRow> {
        let conversations = self.conversations.into_iter();
        let callbacks = self.callbacks.into_iter();
        [StaffRow::Mine(mine)]
            .into_iter()
            .chain(self.colleagues.into_iter().map(StaffRow::Colleague))
            .chain(conversations.map(|row| StaffRow::Conversation(Box::new(row))))
            .chain(callbacks.map(|row| StaffRow::Callback(Box::new(row))))
            .collect()
    }
}

/// A piece of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSlice<E> {
    /// Consecutive entries.
    pub entries: Vec<E>,
    /// The end of the log.
    pub head: Seq,
}
