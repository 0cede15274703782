//! Small made-up desks for the tests of this crate.

use heard_protocol::facet::Attributes;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, Author, Availability, Colleague, CommandId, ContactId,
    ConversationId, ConversationSummary, EntryBody, Marks, Mine, PublicBody, Seq, SiteCard, SiteId,
    StaffBody, StaffEntry, StaffRow, StaffWelcome, Status, UnixMillis,
};

use super::board::Board;

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
        status: Status::Waiting { since: at(0) },
        head: Seq(1),
        marks: Marks {
            public_head: Seq(1),
            ..Marks::default()
        },
        facets: Attributes {
            locale: "en".to_owned(),
            issue: "it beeps".to_owned(),
            last: ("it beeps".to_owned(), at(0)),
            ..Attributes::default()
        }
        .facets(),
    }
}

/// The desk of agent 1, Anna, with a colleague 2, Vera, and these conversations.
pub(crate) fn board(lines: impl IntoIterator<Item = ConversationSummary>) -> Board {
    let anna = colleague(1, "Anna");
    let mut board = Board::default();
    board.greet(StaffWelcome {
        me: anna.card.clone(),
        site: SiteCard {
            id: SiteId::from_bits(1),
            name: "Shop".to_owned(),
        },
    });
    let mine = Mine {
        availability: Availability::Available,
        capacity: 5,
        takes_calls: true,
        phone: String::new(),
        headset: false,
    };
    let rows = [anna, colleague(2, "Vera")].map(StaffRow::Colleague);
    let lines = lines.into_iter().map(line);
    let rows = rows.into_iter().chain([StaffRow::Mine(mine)]).chain(lines);
    board.rows(rows.collect(), true);
    board
}

/// A conversation's line as a row.
pub(crate) fn line(summary: ConversationSummary) -> StaffRow {
    StaffRow::Conversation(Box::new(summary))
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
