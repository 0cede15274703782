//! Small made-up desks for the tests of this crate.

use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, Author, Availability, Colleague, CommandId, ContactId,
    ConversationId, ConversationSummary, PublicBody, Seq, SiteCard, SiteId, StaffBody, StaffEntry,
    StaffWelcome, Status, UnixMillis,
};

pub(crate) fn at(seconds: u64) -> UnixMillis {
    UnixMillis(1_700_000_000_000 + seconds * 1_000)
}

pub(crate) fn agent(n: u128) -> AgentId {
    AgentId::from_bits(n)
}

pub(crate) fn conversation(n: u128) -> ConversationId {
    ConversationId::from_bits(n)
}

pub(crate) fn command(n: u128) -> CommandId {
    CommandId::from_bits(n)
}

pub(crate) fn colleague(n: u128, name: &str) -> Colleague {
    let card = AgentCard {
        id: agent(n),
        name: name.to_owned(),
        kind: AgentKind::Person,
    };
    Colleague {
        card,
        online: true,
        availability: Availability::Available,
        load: 0,
        capacity: 5,
    }
}

/// A line that waits since second 0.
pub(crate) fn summary(n: u128) -> ConversationSummary {
    ConversationSummary {
        id: conversation(n),
        contact: ContactId::from_bits(n),
        name: String::new(),
        locale: "en".to_owned(),
        page: None,
        status: Status::Waiting { since: at(0) },
        issue: "it beeps".to_owned(),
        last_text: "it beeps".to_owned(),
        last_at: at(0),
        head: Seq(1),
        visitor_read: Seq(0),
        staff_read: Seq(0),
        public_head: Seq(1),
    }
}

/// The desk of agent 1, Anna, with a colleague 2, Vera, and nothing to do.
pub(crate) fn welcome() -> StaffWelcome {
    let anna = colleague(1, "Anna");
    StaffWelcome {
        me: anna.card.clone(),
        site: SiteCard {
            id: SiteId::from_bits(1),
            name: "Shop".to_owned(),
        },
        availability: Availability::Available,
        capacity: 5,
        conversations: vec![],
        colleagues: vec![anna, colleague(2, "Vera")],
        callbacks: vec![],
    }
}

pub(crate) fn public(seq: u64, position: u64, seconds: u64, body: PublicBody) -> StaffEntry {
    let body = EntryBody::Public {
        position: Seq(position),
        body,
    };
    StaffEntry {
        seq: Seq(seq),
        at: at(seconds),
        body,
    }
}

pub(crate) fn staff(seq: u64, seconds: u64, body: StaffBody) -> StaffEntry {
    StaffEntry {
        seq: Seq(seq),
        at: at(seconds),
        body: EntryBody::Staff(body),
    }
}

/// A message; its command id is its position.
pub(crate) fn said(
    seq: u64,
    position: u64,
    seconds: u64,
    author: Author,
    text: &str,
) -> StaffEntry {
    let id = command(u128::from(position));
    public(
        seq,
        position,
        seconds,
        PublicBody::Message {
            id,
            author,
            text: text.to_owned(),
        },
    )
}
