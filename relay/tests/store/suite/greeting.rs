//! Greetings: what strangers write into a list never keeps an agent out.

use std::sync::Arc;

use heard_desk::callback::CallPolicy;
use heard_desk::pace::Rate;
use heard_protocol::limits::{MAX_RELAY_FRAME_BYTES, MAX_SHORT_BYTES, MAX_TOPIC_BYTES};
use heard_protocol::{
    AgentId, AgentKind, CallbackAsk, CallbackForm, CallbackWhen, ClientFrame, Codec, Consent,
    Facet, Hello, Page, RelayFrame, SiteCard, Staff, StaffCredential, StaffRow, StaffWelcome,
    Status, VERSION, VisitorCommand,
};
use heard_relay::socket::{Bounds, Effect, Greeting, Input, Peer, StaffIdentity};
use heard_relay::store::{Edit, Request, SiteRecord, VisitorProfile};

use crate::bench::{ANNA, Bench, Home, NOW, OLEG, SITE, agent, contact, id, site};

/// Visitors who wait, each with the largest texts there may be.
const WAITING: u128 = 120;
/// Requests to be called, likewise.
const REQUESTS: u128 = 140;

/// The largest short text, of a sign that JSON needs six bytes for.
fn largest() -> String {
    "\u{1}".repeat(MAX_SHORT_BYTES)
}

fn asks(from: u128, command: VisitorCommand) -> Request {
    let page = Page {
        url: largest(),
        title: largest(),
    };
    Request::Visitor {
        site: SITE,
        contact: contact(from),
        profile: Arc::new(VisitorProfile {
            locale: largest(),
            page: Some(page),
        }),
        id: id(from),
        after: None,
        command,
        now: NOW,
    }
}

fn form(n: u128) -> CallbackForm {
    CallbackForm {
        phone: format!("+7912{n:07}"),
        name: largest(),
        topic: "\u{1}".repeat(MAX_TOPIC_BYTES),
        when: CallbackWhen::Soon { zone: largest() },
        consent: Consent {
            given: true,
            wording: format!("a{}", "\u{1}".repeat(MAX_SHORT_BYTES - 1)),
        },
    }
}

/// The frames that let an agent in.
async fn greeted<H: Home>(bench: &Bench<H>, who: AgentId) -> Vec<RelayFrame<Staff>> {
    let record = bench.store.agent(who).await.expect("the store works");
    let record = record.expect("there is such an agent");
    let mine = record.mine();
    let overview = bench.store.overview(SITE, NOW).await;
    let greeting = Greeting {
        identity: StaffIdentity {
            site: SITE,
            agent: who,
        },
        welcome: StaffWelcome {
            me: record.card,
            site: SiteCard {
                id: SITE,
                name: largest(),
            },
        },
        rows: overview.expect("the store works").rows(mine),
        own: None,
        unseen: None,
        epoch: bench.store.epoch(),
    };
    let bounds = Bounds {
        hello_ms: 1_000,
        idle_ms: 1_000,
        check_ms: 1_000,
        rate: Rate::default(),
    };
    let mut peer = Peer::<Staff>::new(bounds, NOW);
    let mut out = Vec::new();
    let hello = Hello {
        version: VERSION,
        credential: StaffCredential { token: None },
        resume: None,
    };
    peer.handle(Input::Frame(ClientFrame::Hello(hello)), NOW, &mut out);
    peer.handle(Input::Greeted(Ok(Box::new(greeting))), NOW, &mut out);
    let sent = out.into_iter().filter_map(|effect| match effect {
        Effect::Send(frame) => Some(frame),
        _ => None,
    });
    sent.collect()
}

pub(crate) async fn lists_full_of_the_largest_texts_let_everybody_in<H: Home>(bench: Bench<H>) {
    let calls = CallPolicy {
        most_open: 1_000,
        ..CallPolicy::default()
    };
    let full = SiteRecord {
        calls: Arc::new(calls),
        ..site(SITE)
    };
    bench.done(Request::PutSite(full, Edit::default())).await;
    let mut robin = agent(OLEG, &largest(), SITE);
    robin.card.kind = AgentKind::Bot;
    bench.done(Request::PutAgent(robin, Edit::default())).await;
    for n in 1..=WAITING {
        let text = "\u{1}".repeat(16 * 1024 - 1) + "a";
        bench.ok(asks(n, VisitorCommand::Send { text })).await;
    }
    for n in WAITING + 1..=WAITING + REQUESTS {
        let request = VisitorCommand::Callback(CallbackAsk::Request(form(n)));
        bench.ok(asks(n, request)).await;
    }
    for who in [ANNA, OLEG] {
        let frames = greeted(&bench, who).await;
        let (mut conversations, mut requests, mut done) = (0, 0, 0);
        for frame in &frames {
            for codec in Codec::ALL {
                let bytes = codec.encode(frame).expect("it can be written").len();
                assert!(bytes <= MAX_RELAY_FRAME_BYTES, "{codec:?}: {bytes}");
            }
            if let RelayFrame::Rows { rows, done: last } = frame {
                done += usize::from(*last);
                let lines = rows.iter().filter_map(StaffRow::conversation);
                let full = Facet::Locale(largest());
                conversations += lines
                    .filter(|line| matches!(line.status, Status::Waiting { .. }))
                    .filter(|line| line.facets.contains(&full))
                    .count();
                requests += rows.iter().filter_map(StaffRow::callback).count();
            }
        }
        assert_eq!((conversations, requests), (120, 140));
        assert_eq!(done, 1, "the lists are complete once");
        assert!(matches!(
            frames.last(),
            Some(RelayFrame::Rows { done: true, .. })
        ));
    }
}
