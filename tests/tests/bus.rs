//! Two nodes in one process, on one database, with a bus between them that can be cut.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use heard_client::native::Options;
use heard_client::{Config as ClientConfig, Update};
use heard_desk::Policy;
use heard_desk::callback::CallPolicy;
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    Availability, CallOfferNoted, CallOfferTold, CallReason, Codec, ConversationAct, MeAct,
    PublicBody, PublicEntry, RelayFrame, Seq, Staff, StaffBody, StaffCommand, StaffCredential,
    StaffNotice, StaffSignal, Visitor, VisitorCommand, VisitorCredential, VisitorNotice,
    VisitorSignal, VoiceAct, VoiceAsk, VoiceId,
};
use heard_relay::bus::Local;
use heard_relay::clock::SystemClock;
use heard_relay::config::{Config, Data};
use heard_relay::entropy::OsEntropy;
use heard_relay::server::Relay;
use heard_relay::store::{Edit, Request};
use heard_test_postgres::Server;
use heard_tests::real::wire::{self, Wire, visitor};
use heard_tests::real::{Desk, Habits, Party, SITE, Seen};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// A node that is stopped when this is dropped.
struct Node {
    address: SocketAddr,
    _stop: oneshot::Sender<()>,
    _task: JoinHandle<()>,
}

impl Node {
    async fn start(data: &str, bus: &Arc<Local>) -> Self {
        let mut config = Config {
            data: Data::from(data.to_owned()),
            ..Config::default()
        };
        // Nobody looks into the store unasked while a test runs.
        config.limits.idle_ms = 600_000;
        let entropy = Arc::new(OsEntropy::open().expect("randomness"));
        let relay = Relay::open_on(config, Some(bus.line()), Arc::new(SystemClock), entropy).await;
        let relay = relay.expect("the relay opens");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            relay
                .serve(listener, async {
                    // Dropped is as good as told.
                    let _ = stopped.await;
                })
                .await;
        });
        Self {
            address,
            _stop: stop,
            _task: task,
        }
    }

    fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// What a monitor is told.
    async fn readiness(&self) -> String {
        let mut line = TcpStream::connect(self.address).await.expect("it listens");
        let ask = b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        line.write_all(ask).await.expect("it reads");
        let mut told = String::new();
        line.read_to_string(&mut told).await.expect("it answers");
        told
    }
}

/// The way of a visitor to a node, who was on none before.
fn newcomer(node: &Node) -> Options<Visitor> {
    let credential = VisitorCredential {
        site: SITE,
        token: None,
        locale: String::new(),
        page: None,
    };
    Options::new(node.url(), ClientConfig::new(credential))
}

fn says(visitor: &Party<Visitor>, text: &str) {
    let text = text.to_owned();
    visitor.voice().say(VisitorCommand::Send { text });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_on_one_node_is_heard_on_the_other() {
    let url = Server::shared().database();
    let data = Some(Data::from(url.clone()));
    let desk = Desk::with(data, 1, 10, Policy::default()).await;
    let bus = Arc::new(Local::default());
    let (one, other) = (Node::start(&url, &bus).await, Node::start(&url, &bus).await);

    let credential = StaffCredential {
        token: Some(desk.token(0)),
    };
    let mut habits = Habits::new(desk.agents()[0], || {});
    let (presence, present) = watch::channel(None);
    let agent = Party::<Staff>::start(
        "the agent",
        Options::new(other.url(), ClientConfig::new(credential)),
        move |voice, update| {
            habits.hear(voice, update);
            if let Update::Notice(StaffNotice::VisitorPresence { online, .. }) = update {
                presence.send_replace(Some(*online));
            }
        },
    );
    let availability = Availability::Available;
    agent
        .voice()
        .say(StaffCommand::Me(MeAct::SetAvailability { availability }));
    let visitor = Party::<Visitor>::start("the visitor", newcomer(&one), |_, _| {});
    visitor.until("greeted", |seen| seen.greetings > 0).await;
    says(&visitor, "hello 1");
    // Offered and taken over there; and whoever has the visitor says that they are here.
    let mut presence = present.clone();
    let here = presence.wait_for(|online| *online == Some(true)).await;
    drop(here.expect("the agent listens"));
    visitor.until("taken over", |seen| seen.entries >= 2).await;
    // The tenth is answered.
    says(&visitor, "an answer, please: 10");
    visitor.until("answered", |seen| seen.entries >= 4).await;

    assert!(one.readiness().await.ends_with("ready\n"));
    bus.cut();
    let told = one.readiness().await;
    assert!(
        told.contains("200 OK") && told.contains("degraded"),
        "{told}"
    );
    says(&visitor, "while the line is down 20");
    visitor.until("taken", |seen| seen.answers.len() >= 3).await;
    bus.mend();
    // Nothing more is said by anybody: the hole in the numbers is enough.
    visitor
        .until("answered again", |seen| seen.entries >= 6)
        .await;
}

const fn is_offer(entry: &PublicEntry) -> bool {
    matches!(
        entry.body,
        PublicBody::CallOffer(CallOfferTold::Offered {
            reason: CallReason::Circles,
            ..
        })
    )
}

/// The visitor speaks on one node and the agent on the other, each of which listens to what is
/// written there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_get_nowhere_by_way_of_two_nodes_are_offered_a_call_once() {
    let url = Server::shared().database();
    let data = Some(Data::from(url.clone()));
    let desk = Desk::with(data, 1, 10, Policy::default()).await;
    let bus = Arc::new(Local::default());
    let (one, other) = (Node::start(&url, &bus).await, Node::start(&url, &bus).await);
    let credential = StaffCredential {
        token: Some(desk.token(0)),
    };
    let mut habits = Habits::new(desk.agents()[0], || {});
    let options = Options::new(other.url(), ClientConfig::new(credential));
    let agent = Party::<Staff>::start("the agent", options, move |voice, update| {
        habits.hear(voice, update);
    });
    let availability = Availability::Available;
    agent
        .voice()
        .say(StaffCommand::Me(MeAct::SetAvailability { availability }));
    let visitor = Party::<Visitor>::start("the visitor", newcomer(&one), |_, _| {});
    visitor.until("greeted", |seen| seen.greetings > 0).await;

    says(&visitor, "How do I move my booking to another Saturday? 1");
    visitor.until("taken over", |seen| seen.entries >= 2).await;
    let conversation = visitor.look(|seen| seen.logs.keys().next().copied());
    let conversation = conversation.expect("a conversation");
    for (answer, question) in [
        (
            "You can find all rules in our help centre.",
            "But how can the booking be moved to another Saturday 2",
        ),
        (
            "Our cancellation rules are explained there.",
            "I want to move the booking to a different Saturday, how? 3",
        ),
    ] {
        let before = visitor.look(|seen| seen.entries);
        let text = answer.to_owned();
        agent.voice().say(StaffCommand::In {
            conversation,
            act: ConversationAct::Send { text },
        });
        visitor
            .until("answered", |seen| seen.entries > before)
            .await;
        says(&visitor, question);
        visitor
            .until("asked", |seen| seen.entries > before + 1)
            .await;
    }
    let offers = |log: &Vec<PublicEntry>| log.iter().filter(|one| is_offer(one)).count();
    let all = |logs: &BTreeMap<_, Vec<_>>| logs.values().map(offers).sum::<usize>();
    visitor.until("offered", |seen| all(&seen.logs) > 0).await;
    // Both go on, so each node has found it by now.
    let text = "Our cancellation rules are explained there, really.".to_owned();
    agent.voice().say(StaffCommand::In {
        conversation,
        act: ConversationAct::Send { text },
    });
    says(
        &visitor,
        "The booking has to be moved to another Saturday 4",
    );
    let said = |seen: &Seen<Visitor>| seen.answers.len() >= 4;
    visitor.until("said", said).await;
    visitor.until("all of it", |seen| seen.entries >= 9).await;
    let store = desk.store().await;
    let log = store.read_staff(conversation, Seq::START, 100);
    let log = log.await.expect("a log").entries;
    let seen = |body: &EntryBody| {
        matches!(
            body,
            EntryBody::Staff(StaffBody::CallOffer(CallOfferNoted::TroubleSeen {
                reason: CallReason::Circles,
                ..
            }))
        )
    };
    assert_eq!(log.iter().filter(|entry| seen(&entry.body)).count(), 1);
    assert_eq!(visitor.look(|seen| all(&seen.logs)), 1);
}

/// The visitor is on one node and the agent on the other. What their pages agree on passes over the
/// line between, either way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_pages_agree_on_a_call_by_way_of_two_nodes() {
    let url = Server::shared().database();
    let data = Some(Data::from(url.clone()));
    let desk = Desk::with(data, 1, 10, Policy::default()).await;
    let bus = Arc::new(Local::default());
    let (one, other) = (Node::start(&url, &bus).await, Node::start(&url, &bus).await);
    let credential = StaffCredential {
        token: Some(desk.token(0)),
    };
    let mut habits = Habits::new(desk.agents()[0], || {});
    let (to_agent, mut agent_hears) = watch::channel(None);
    let options = Options::new(other.url(), ClientConfig::new(credential));
    let agent = Party::<Staff>::start("the agent", options, move |voice, update| {
        habits.hear(voice, update);
        if let Update::Notice(StaffNotice::Voice { call, text, .. }) = update {
            to_agent.send_replace(Some((*call, text.clone())));
        }
    });
    let availability = Availability::Available;
    for command in [
        StaffCommand::Me(MeAct::SetAvailability { availability }),
        StaffCommand::Me(MeAct::SetHeadset { on: true }),
    ] {
        agent.voice().say(command);
    }
    let (to_visitor, mut visitor_hears) = watch::channel(None);
    let (headset, mut headset_seen) = watch::channel(false);
    let options = newcomer(&one);
    let visitor = Party::<Visitor>::start("the visitor", options, move |_, update| match update {
        Update::Notice(VisitorNotice::Voice { call, text }) => {
            to_visitor.send_replace(Some((*call, text.clone())));
        }
        Update::Notice(VisitorNotice::Headset { on }) => {
            headset.send_replace(*on);
        }
        _ => {}
    });
    visitor.until("greeted", |seen| seen.greetings > 0).await;
    says(&visitor, "hello 1");
    visitor.until("taken over", |seen| seen.entries >= 2).await;
    visitor.voice().client().signal(VisitorSignal::WatchHeadset);
    let on = headset_seen.wait_for(|on| *on).await;
    drop(on.expect("the visitor listens"));

    let reason = CallReason::Visitor;
    let id = visitor
        .voice()
        .say(VisitorCommand::Voice(VoiceAsk::Start { reason }));
    let call = VoiceId::from_bytes(id.to_bytes());
    visitor.until("called", |seen| seen.entries >= 3).await;
    let conversation = visitor.look(|seen| seen.logs.keys().next().copied());
    let conversation = conversation.expect("a conversation");
    agent.voice().say(StaffCommand::In {
        conversation,
        act: ConversationAct::Voice(VoiceAct::Answer { call }),
    });
    visitor.until("answered", |seen| seen.entries >= 4).await;

    let text = "from the shop".to_owned();
    let word = VisitorSignal::Voice { call, text };
    visitor.voice().client().signal(word);
    let heard = (call, "from the shop".to_owned());
    let told = agent_hears.wait_for(|told| told.as_ref() == Some(&heard));
    drop(told.await.expect("the agent listens"));
    let text = "from the desk".to_owned();
    agent.voice().client().signal(StaffSignal::Voice {
        conversation,
        call,
        text,
    });
    let heard = (call, "from the desk".to_owned());
    let told = visitor_hears.wait_for(|told| told.as_ref() == Some(&heard));
    drop(told.await.expect("the visitor listens"));
}

/// Everything a visitor is told in the log, until this.
async fn reads_until(wire: &mut Wire, wanted: impl Fn(&PublicBody) -> bool) -> Vec<PublicBody> {
    let mut read = Vec::new();
    while !read.last().is_some_and(&wanted) {
        let frame = wire.next::<Visitor>().await.expect("the line holds");
        if let RelayFrame::Entries { entries, .. } = frame {
            read.extend(entries.into_iter().map(|entry| entry.body));
        }
    }
    read
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_line_breaks_without_a_word_is_offered_a_call() {
    let url = Server::shared().database();
    let data = Some(Data::from(url.clone()));
    let desk = Desk::with(data, 1, 10, Policy::default()).await;
    let store = desk.store().await;
    let mut site = store.site(SITE).await.expect("a read").expect("a site");
    let mut calls = CallPolicy::clone(&site.calls);
    calls.trouble.breaks = 1;
    site.calls = Arc::new(calls);
    let put = store.execute(Request::PutSite(site, Edit::default())).await;
    put.expect("the store works");
    let node = Node::start(&url, &Arc::new(Local::default())).await;
    let open = || Wire::open::<Visitor>(node.address, Codec::Postcard);
    let is_said = |body: &PublicBody| matches!(body, PublicBody::Message { .. });

    let mut wire = open().await;
    let token = Some(wire.welcome(visitor(None)).await.body.token);
    wire.send(&wire::says(1, "hello")).await;
    reads_until(&mut wire, is_said).await;
    // A goodbye is not a break.
    wire.close().await;
    let mut wire = open().await;
    wire.welcome(visitor(token.clone())).await;
    wire.send(&wire::says(2, "hello again")).await;
    reads_until(&mut wire, is_said).await;
    drop(wire);
    let mut wire = open().await;
    wire.welcome(visitor(token)).await;
    let is_offered =
        |body: &PublicBody| matches!(body, PublicBody::CallOffer(CallOfferTold::Offered { .. }));
    let read = reads_until(&mut wire, is_offered).await;
    let said = read.iter().filter(|body| is_said(body)).count();
    assert_eq!(said, 2, "the offer came after both");
    let reason = CallReason::Connection;
    let why = String::new();
    assert_eq!(
        read.last(),
        Some(&PublicBody::CallOffer(CallOfferTold::Offered {
            reason,
            why
        }))
    );
}
