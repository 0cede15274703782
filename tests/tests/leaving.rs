//! Connections that the relay ends although nobody did wrong: clients too slow to keep up, and a
//! relay that stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use heard_client::native::Options;
use heard_client::{Config, Limits, Update};
use heard_protocol::Wire as _;
use heard_protocol::{
    AssignmentAct, Availability, Codec, ConversationAct, Cursor, LogEntry, MeAct, RelayFrame,
    Resume, Seq, Staff, StaffCommand, StaffCredential, StaffNotice, StaffRow, Status, Visitor,
    VisitorCommand, VisitorCredential,
};
use heard_tests::check::{History, check};
use heard_tests::real::wire::{says, visitor};
use heard_tests::real::{Desk, Party, Relay, SITE, Start, Voice, Wire};
use tokio::sync::watch;

const RESTARTING: u16 = 4000;
const SLOW_CONSUMER: u16 = 4001;
/// More than the system and the relay keep for a socket that is not read, in messages of [`LONG`]
/// bytes.
const MANY: usize = 1_200;
const LONG: usize = 15_000;

fn quick() -> Limits {
    Limits {
        backoff_base_ms: 20,
        backoff_cap_ms: 200,
        outbox: 10_000,
        ..Limits::default()
    }
}

/// An agent who takes and follows everything, and says whether the visitor is there.
fn agent(desk: &Desk, relay: &Relay) -> (Party<Staff>, watch::Receiver<bool>) {
    let credential = StaffCredential {
        token: Some(desk.token(0)),
    };
    let mut config = Config::new(credential);
    config.limits = quick();
    let me = desk.agents()[0];
    let (there, seen) = watch::channel(true);
    let reflex = move |voice: &Voice<Staff>, update: &Update<Staff>| match update {
        Update::Rows { rows, .. } => {
            for line in rows.iter().filter_map(StaffRow::conversation) {
                voice.client().follow(line.id);
                if matches!(line.status, Status::Offered { to, .. } if to == me) {
                    let accept = ConversationAct::Assignment(AssignmentAct::Accept);
                    voice.say(accept.within(line.id));
                }
            }
        }
        Update::Notice(StaffNotice::VisitorPresence { online, .. }) => {
            there.send_replace(*online);
        }
        _ => {}
    };
    let party = Party::start("agent", Options::new(relay.url(), config), reflex);
    party.voice().say(StaffCommand::Me(MeAct::SetAvailability {
        availability: Availability::Available,
    }));
    (party, seen)
}

/// The next entries a visitor is sent.
async fn entries(wire: &mut Wire) -> Result<Vec<(Seq, usize)>, u16> {
    loop {
        if let RelayFrame::Entries { entries, .. } = wire.next::<Visitor>().await? {
            let seen = entries.iter().map(|one| (one.seq, one.weight()));
            return Ok(seen.collect());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_let_go_and_resumes() {
    let desk = Desk::new(1).await;
    let file = desk.file();
    let relay = Relay::start(Start {
        data: &file,
        listen: None,
        env: &[
            ("HEARD_LIMITS__MESSAGES_PER_SECOND", "100000"),
            ("HEARD_LIMITS__BURST", "100000"),
            ("HEARD_LIMITS__OUTGOING_QUEUE", "64"),
        ],
    })
    .await;
    let (agent, mut there) = agent(&desk, &relay);
    let mut wire = Wire::open::<Visitor>(relay.address(), Codec::Postcard).await;
    let welcome = wire.welcome(visitor(None)).await;
    wire.send(&says(1, "tell me everything")).await;
    let mut shown = entries(&mut wire).await.expect("the connection holds");
    agent
        .until("the conversation is theirs", |seen| seen.entries >= 4)
        .await;
    let conversation = agent.look(|seen| seen.logs.keys().next().copied());
    let conversation = conversation.expect("they have just read it");

    for number in 0..MANY {
        let text = format!("{number}{}", ".".repeat(LONG));
        agent.voice().say(StaffCommand::In {
            conversation,
            act: ConversationAct::Send { text },
        });
    }
    // Whoever keeps the relay waiting is let go, and nobody else waits for them.
    there
        .wait_for(|there| !there)
        .await
        .expect("the agent is there");
    let code = loop {
        match entries(&mut wire).await {
            Ok(more) => shown.extend(more),
            Err(code) => break code,
        }
    };
    assert_eq!(code, SLOW_CONSUMER);
    assert!(shown.len() < MANY, "nothing was kept from them");
    agent
        .until("all is said", |seen| seen.answers.len() >= MANY + 2)
        .await;

    let mut wire = Wire::open::<Visitor>(relay.address(), Codec::Postcard).await;
    let mut hello = visitor(Some(welcome.body.token));
    let after = shown.last().map_or(Seq::START, |(seq, _)| *seq);
    hello.resume = Some(Resume {
        epoch: welcome.epoch,
        cursors: vec![Cursor {
            conversation,
            after,
        }],
    });
    let welcome = wire.welcome(hello).await;
    let (_, head) = welcome.body.conversation.expect("it is there");
    while shown.last().is_none_or(|(seq, _)| *seq < head) {
        shown.extend(entries(&mut wire).await.expect("the connection holds"));
    }
    let seqs = shown.iter().map(|(seq, _)| seq.0);
    assert!(seqs.eq(1..=head.0), "once and in order");
    let long = shown.iter().filter(|(_, bytes)| *bytes > LONG).count();
    assert_eq!(long, MANY);
    assert!(relay.stop().await.success(), "the relay stops in order");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_stops_says_so_and_everybody_goes_on_with_the_next() {
    const EACH: usize = 300;
    let desk = Desk::new(1).await;
    let file = desk.file();
    let start = |listen| Start {
        data: &file,
        listen,
        env: &[
            ("HEARD_LIMITS__MESSAGES_PER_SECOND", "100000"),
            ("HEARD_LIMITS__BURST", "100000"),
        ],
    };
    let relay = Relay::start(start(None)).await;
    let (agent, _) = agent(&desk, &relay);
    let acks = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&acks);
    let credential = VisitorCredential {
        site: SITE,
        token: None,
        locale: String::new(),
        page: None,
    };
    let mut config = Config::new(credential);
    config.limits = quick();
    let party = Party::start(
        "visitor",
        Options::new(relay.url(), config),
        move |_: &Voice<Visitor>, update: &Update<Visitor>| {
            if matches!(update, Update::Sent { .. }) {
                count.fetch_add(1, Ordering::SeqCst);
            }
        },
    );
    // Two who say nothing: one who was let in and one who was not.
    let mut quiet = Wire::open::<Visitor>(relay.address(), Codec::Json).await;
    quiet.welcome(visitor(None)).await;
    let mut ungreeted = Wire::open::<Staff>(relay.address(), Codec::Postcard).await;

    party.voice().say(VisitorCommand::Send {
        text: "hello".to_owned(),
    });
    // From here on nothing happens but what the visitor writes.
    agent
        .until("the conversation is theirs", |seen| {
            seen.entries == 4 && seen.answers.len() == 2
        })
        .await;
    for number in 1..EACH {
        let text = format!("message {number}");
        party.voice().say(VisitorCommand::Send { text });
    }
    party
        .until("some are taken", |seen| seen.answers.len() > EACH / 4)
        .await;
    relay.ask_to_stop();
    assert_eq!(quiet.code::<Visitor>().await, RESTARTING);
    assert_eq!(ungreeted.code::<Staff>().await, RESTARTING);
    let address = relay.address();
    assert!(relay.ended().await.success(), "the relay stops in order");
    let so_far = acks.load(Ordering::SeqCst);
    assert!(so_far < EACH, "all was over before the relay stopped");

    let relay = Relay::start(start(Some(address))).await;
    party
        .until("all are taken", |seen| seen.answers.len() == EACH)
        .await;
    let said = party.voice().clone();
    agent
        .until("all are read", |seen| {
            let read = seen.logs.values().flatten();
            read.filter(|entry| entry.command().is_some()).count() == said.said()
        })
        .await;
    let head = agent.look(|seen| {
        let public = seen.logs.values().flatten();
        public.filter(|entry| entry.public().is_some()).count()
    });
    party
        .until("all are shown", |seen| seen.entries >= head)
        .await;
    assert!(relay.stop().await.success(), "the relay stops in order");

    let (sender, to_visitor) = party.record(true);
    let (colleague, to_agent) = agent.record(true);
    let which: Vec<_> = to_agent.iter().map(|shown| shown.conversation).collect();
    let history = History {
        senders: vec![sender, colleague],
        visitors: to_visitor,
        staff: to_agent,
        logs: desk.logs(which).await,
    };
    assert_eq!(check(&history), []);
}
