//! Words between nodes as they are written now. The version of the bus follows from the file they
//! are kept in.

use std::fmt::Write as _;
use std::{env, fs};

use heard_protocol::facet::Attributes;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, Availability, CallbackForm, CallbackId, CallbackState,
    CallbackSummary, CallbackWhen, Colleague, Consent, ContactId, ConversationId,
    ConversationSummary, EntryBody, Marks, Mine, Page, PublicBody, ResolutionTold, Seq, SiteId,
    StaffEntry, StaffNotice, Status, UnixMillis, VisitorNotice,
};

use super::word::{Parcel, Post, Word};
use crate::node::NodeId;
use crate::store::Fact;

const SITE: SiteId = SiteId::from_bits(1);
const CONTACT: ContactId = ContactId::from_bits(2);
const CONVERSATION: ConversationId = ConversationId::from_bits(3);
const AGENT: AgentId = AgentId::from_bits(4);
const CALLBACK: CallbackId = CallbackId::from_bits(5);
const AT: UnixMillis = UnixMillis(6);

fn entry() -> StaffEntry {
    StaffEntry {
        seq: Seq(7),
        at: AT,
        body: EntryBody::Public {
            position: Seq(8),
            body: PublicBody::Resolution(ResolutionTold::Resolved),
        },
    }
}

fn summary() -> ConversationSummary {
    ConversationSummary {
        id: CONVERSATION,
        contact: CONTACT,
        status: Status::Offered {
            since: AT,
            to: AGENT,
            until: AT,
        },
        head: Seq(9),
        marks: Marks {
            public_head: Seq(12),
            visitor_read: Seq(10),
            staff_read: Seq(11),
        },
        facets: Attributes {
            name: "Anna".to_owned(),
            locale: "ru".to_owned(),
            page: Some(Page {
                url: "https://shop.example".to_owned(),
                title: "Shop".to_owned(),
            }),
            issue: "issue".to_owned(),
            last: ("last".to_owned(), AT),
        }
        .facets(),
    }
}

fn callback() -> CallbackSummary {
    CallbackSummary {
        id: CALLBACK,
        requested_at: AT,
        conversation: Some(CONVERSATION),
        form: CallbackForm {
            phone: "+79123456789".to_owned(),
            name: "Anna".to_owned(),
            topic: "topic".to_owned(),
            when: CallbackWhen::Asap,
            consent: Consent {
                given: true,
                wording: "wording".to_owned(),
            },
        },
        state: CallbackState::Open,
    }
}

/// One of each. A new variant is missed by [`name`].
fn facts() -> Vec<Fact> {
    vec![
        Fact::Entries {
            site: SITE,
            contact: CONTACT,
            conversation: CONVERSATION,
            entries: vec![entry()].into(),
            head: Seq(13),
            public_head: Seq(14),
        },
        Fact::Summary {
            site: SITE,
            summary: summary().into(),
        },
        Fact::Reads {
            contact: CONTACT,
            conversation: CONVERSATION,
            visitor: Seq(15),
            staff: Seq(16),
        },
        Fact::Colleague {
            site: SITE,
            colleague: Colleague {
                card: AgentCard {
                    id: AGENT,
                    name: "Maria".to_owned(),
                    kind: AgentKind::Person,
                },
                availability: Availability::Busy,
                online: true,
                capacity: 17,
                load: 18,
            },
        },
        Fact::Callback {
            site: SITE,
            contact: CONTACT,
            callback: callback().into(),
        },
        Fact::Calls { site: SITE },
        Fact::Dial {
            site: SITE,
            callback: CALLBACK,
            order: 19,
        },
        Fact::Mine {
            site: SITE,
            agent: AGENT,
            mine: Mine {
                availability: Availability::Busy,
                capacity: 17,
                takes_calls: true,
                phone: "sip:maria@shop.example".to_owned(),
                headset: true,
            },
        },
        Fact::Taken {
            site: SITE,
            agent: AGENT,
            at: AT,
        },
        Fact::Dispatch { site: SITE },
    ]
}

const fn name(fact: &Fact) -> &'static str {
    match fact {
        Fact::Entries { .. } => "entries",
        Fact::Summary { .. } => "summary",
        Fact::Reads { .. } => "reads",
        Fact::Colleague { .. } => "colleague",
        Fact::Callback { .. } => "callback",
        Fact::Calls { .. } => "calls",
        Fact::Dial { .. } => "dial",
        Fact::Mine { .. } => "mine",
        Fact::Taken { .. } => "taken",
        Fact::Dispatch { .. } => "dispatch",
    }
}

fn words() -> Vec<(&'static str, Word)> {
    let facts = facts();
    let facts = facts.iter().map(|fact| {
        let parcel = Parcel::new(fact).expect("a fact can be written");
        (name(fact), Word::Facts(vec![parcel]))
    });
    let rest = [
        ("here", Word::Here),
        (
            "to visitor",
            Word::ToVisitor(CONTACT, VisitorNotice::Desk { open: true }),
        ),
        (
            "to followers",
            Word::ToFollowers(
                CONVERSATION,
                StaffNotice::VisitorTyping {
                    conversation: CONVERSATION,
                    for_ms: 20,
                },
            ),
        ),
        ("who has", Word::WhoHas(CONTACT, CONVERSATION)),
    ];
    facts.chain(rest).collect()
}

/// A line for each word: its name, and its bytes after the version.
fn written() -> String {
    let mut lines = String::new();
    for (name, word) in words() {
        let post = Post {
            from: NodeId::from_bits(21),
            number: 22,
            word,
        };
        let bytes = post.bytes().expect("a word can be written");
        let hex =
            bytes[super::word::VERSION.len()..]
                .iter()
                .fold(String::new(), |mut hex, byte| {
                    let _ = write!(hex, "{byte:02x}");
                    hex
                });
        let _ = writeln!(lines, "{name}: {hex}");
    }
    lines
}

#[test]
fn the_file_says_how_words_are_written() {
    let now = written();
    if env::var_os("HEARD_BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bus/words.golden");
        fs::write(path, &now).expect("the file is written");
    } else {
        assert_eq!(
            now,
            include_str!("words.golden"),
            "words between nodes are written otherwise than before: HEARD_BLESS=1 keeps them as they are now, and with them a new version"
        );
    }
}
