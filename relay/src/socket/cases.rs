//! What a connection does with what comes at an awkward moment.

use std::sync::Arc;

use heard_desk::pace::Rate;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, Availability, ClientFrame, CloseCode, Colleague, Epoch, Hello,
    RelayFrame, SiteCard, SiteId, Staff, StaffCredential, StaffRow, StaffWelcome, UnixMillis,
    VERSION, Wire as _,
};

use super::peer::MAX_SINCE_BYTES;
use super::{Bounds, Effect, Greeting, Input, Peer, StaffIdentity};
use crate::hub::Mail;
use crate::store::Fact;

const NOW: UnixMillis = UnixMillis(1_000);
const SITE: SiteId = SiteId::from_bits(1);

fn card() -> AgentCard {
    AgentCard {
        id: AgentId::from_bits(7),
        name: "Anna".to_owned(),
        kind: AgentKind::Person,
    }
}

/// A list row, told from others by its load.
fn row(load: u16) -> Colleague {
    Colleague {
        card: card(),
        online: true,
        availability: Availability::Available,
        load,
        capacity: 4,
    }
}

/// An agent's connection that was let in.
fn live() -> Peer<Staff> {
    let bounds = Bounds {
        hello_ms: 1_000,
        idle_ms: 1_000,
        check_ms: 1_000,
        rate: Rate::default(),
    };
    let mut peer = Peer::new(bounds, NOW);
    let mut out = Vec::new();
    let hello = Hello {
        version: VERSION,
        credential: StaffCredential { token: None },
        resume: None,
    };
    peer.handle(Input::Frame(ClientFrame::Hello(hello)), NOW, &mut out);
    let greeting = Greeting {
        identity: StaffIdentity {
            site: SITE,
            agent: card().id,
        },
        welcome: StaffWelcome {
            me: card(),
            site: SiteCard {
                id: SITE,
                name: String::new(),
            },
        },
        rows: Vec::new(),
        own: None,
        unseen: None,
        epoch: Epoch(1),
    };
    peer.handle(Input::Greeted(Ok(Box::new(greeting))), NOW, &mut out);
    peer
}

/// The loads of the rows that are sent, and how often the lists are to be read.
fn done(peer: &mut Peer<Staff>, input: Input<Staff>) -> (Vec<u16>, usize) {
    let mut out = Vec::new();
    peer.handle(input, NOW, &mut out);
    let reads = out.iter().filter(|one| matches!(one, Effect::Lists));
    let reads = reads.count();
    let rows = out.into_iter().flat_map(|effect| match effect {
        Effect::Send(RelayFrame::Rows { rows, .. }) => rows,
        _ => Vec::new(),
    });
    let sent = rows.filter_map(|row| match row {
        StaffRow::Colleague(row) => Some(row.load),
        _ => None,
    });
    (sent.collect(), reads)
}

fn told(load: u16) -> Input<Staff> {
    let colleague = row(load);
    Input::Mail(Mail::Fact(Arc::new(Fact::Colleague {
        site: SITE,
        colleague,
    })))
}

#[test]
fn a_row_told_while_the_lists_are_read_is_the_last_that_is_seen() {
    let mut peer = live();
    assert_eq!(done(&mut peer, Input::Mail(Mail::CatchUp)), (vec![], 1));
    assert_eq!(done(&mut peer, told(2)), (vec![2], 0), "at once");
    let older = Input::Lists(vec![StaffRow::Colleague(row(1))]);
    assert_eq!(done(&mut peer, older), (vec![1, 2], 0));
    assert_eq!(done(&mut peer, told(3)), (vec![3], 0));
    let read = Input::Lists(vec![StaffRow::Colleague(row(3))]);
    assert_eq!(done(&mut peer, read), (vec![3], 0), "nothing is kept");
}

#[test]
fn what_may_be_missed_while_the_lists_are_read_has_them_read_again() {
    let mut peer = live();
    assert_eq!(done(&mut peer, Input::Mail(Mail::CatchUp)).1, 1);
    for _ in 0..3 {
        assert_eq!(done(&mut peer, Input::Mail(Mail::CatchUp)).1, 0);
    }
    assert_eq!(done(&mut peer, Input::Lists(Vec::new())).1, 1);
    assert_eq!(done(&mut peer, Input::Lists(Vec::new())).1, 0);
}

#[test]
fn rows_told_while_the_lists_are_read_are_bounded_in_bytes() {
    let mut peer = live();
    let weight = StaffRow::Colleague(row(1)).weight();
    let room = MAX_SINCE_BYTES / weight;
    for _ in 0..room {
        assert_eq!(done(&mut peer, told(1)).0.len(), 1, "nothing is being read");
    }
    assert_eq!(done(&mut peer, Input::Mail(Mail::CatchUp)).1, 1);
    for _ in 0..room {
        assert_eq!(done(&mut peer, told(1)).0.len(), 1, "there is room");
    }
    let mut out = Vec::new();
    peer.handle(told(1), NOW, &mut out);
    assert!(matches!(out[..], [Effect::Close(CloseCode::Internal)]));
}
