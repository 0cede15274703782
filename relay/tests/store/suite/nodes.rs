//! Two nodes on one store, for the stores that many nodes can share.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentId, AssignmentAct, AssignmentNoted, Availability, ConversationAct, ConversationId, Cursor,
    Receipt, RefusalCode, ResolutionAct, Seq, StaffBody, StaffCommand, StaffEntry, Status,
};
use heard_relay::store::{Answer, Fact, Listener, Request, Store};

use crate::bench::{
    ANNA, Bench, Home, NODE, NOW, Notebook, OLEG, SITE, contact, does, follows, id, says,
};

/// The bench's node, and another one.
struct Nodes {
    stores: [Arc<dyn Store>; 2],
    notebooks: [Arc<Notebook>; 2],
}

impl Nodes {
    async fn of<H: Home>(bench: &Bench<H>) -> Self {
        let notebook = Arc::new(Notebook::default());
        let listener = Arc::clone(&notebook) as Arc<dyn Listener>;
        let other = bench.home.open(listener).await;
        Self {
            stores: [Arc::clone(&bench.store), other],
            notebooks: [Arc::clone(&bench.notebook), notebook],
        }
    }

    /// Sends each node its request at once; the answers, in the nodes' order.
    async fn at_once(&self, requests: [Request; 2]) -> [Answer; 2] {
        let [one, other] = requests;
        let (one, other) = tokio::join!(self.stores[0].execute(one), self.stores[1].execute(other));
        [
            one.expect("the store works"),
            other.expect("the store works"),
        ]
    }

    /// What both heard, by conversation and in the order of its log.
    fn heard(&self) -> HashMap<ConversationId, Vec<StaffEntry>> {
        let mut heard = HashMap::<_, Vec<StaffEntry>>::new();
        for fact in self.notebooks.iter().flat_map(|one| one.take()) {
            if let Fact::Entries {
                conversation,
                entries,
                ..
            } = fact
            {
                let log = heard.entry(conversation).or_default();
                log.extend(entries.iter().cloned());
            }
        }
        for log in heard.values_mut() {
            log.sort_by_key(|entry| entry.seq);
        }
        heard
    }

    async fn log(&self, conversation: ConversationId) -> Vec<StaffEntry> {
        let log = self.stores[0].read_staff(conversation, Seq::START, 10_000);
        log.await.expect("a log").entries
    }
}

fn receipt(answer: &Answer) -> Receipt {
    match answer {
        Answer::Receipt(receipt) => *receipt,
        other => panic!("a receipt was due, not {other:?}"),
    }
}

pub(crate) async fn one_of_two_accepts_wins<H: Home>(bench: Bench<H>) {
    let nodes = Nodes::of(&bench).await;
    for n in 0..40 {
        let conversation = bench.said(n, 1_000 + n, "hello").await;
        let accept = StaffCommand::In {
            conversation,
            act: ConversationAct::Assignment(AssignmentAct::Accept),
        };
        let answers = nodes
            .at_once([
                does(ANNA, 2_000 + n, accept.clone()),
                does(OLEG, 3_000 + n, accept),
            ])
            .await;
        let winner = match &answers {
            [Answer::Receipt(_), Answer::Refused(late)] => {
                assert_eq!(late.code, RefusalCode::AlreadyTaken);
                ANNA
            }
            [Answer::Refused(late), Answer::Receipt(_)] => {
                assert_eq!(late.code, RefusalCode::AlreadyTaken);
                OLEG
            }
            other => panic!("one wins, the other does not: {other:?}"),
        };
        let summary = nodes.stores[1].summary(conversation).await.expect("a read");
        let status = summary.expect("a conversation").status;
        assert!(matches!(status, Status::Assigned { agent, .. } if agent == winner));
        assert_eq!(taken(&nodes.log(conversation).await), [winner]);
    }
}

/// Who took a conversation, one after another.
fn taken(log: &[StaffEntry]) -> Vec<AgentId> {
    let taken = log.iter().filter_map(|entry| match &entry.body {
        EntryBody::Staff(StaffBody::Assignment(AssignmentNoted::Assigned { agent })) => {
            Some(*agent)
        }
        _ => None,
    });
    taken.collect()
}

pub(crate) async fn a_command_sent_to_both_is_carried_out_once<H: Home>(bench: Bench<H>) {
    let nodes = Nodes::of(&bench).await;
    for n in 0..40 {
        // The visitor's very first message, and one more.
        for message in [1_000 + n, 2_000 + n] {
            let send = says(n, message, "hello", NOW);
            let answers = nodes.at_once([send.clone(), send]).await;
            assert_eq!(receipt(&answers[0]), receipt(&answers[1]));
        }
        let view = nodes.stores[1]
            .visitor_view(contact(n))
            .await
            .expect("a view");
        let head = view.conversation.expect("a conversation");
        assert_eq!((head.staff, head.public), (Seq(3), Seq(2)));
        // What leaves no entry, and what is refused for good.
        let word = Request::availability(ANNA, id(3_000 + n), Availability::Busy, NOW);
        let answers = nodes.at_once([word.clone(), word]).await;
        assert_eq!(receipt(&answers[0]), receipt(&answers[1]));
        let empty = says(n, 4_000 + n, " ", NOW);
        let answers = nodes.at_once([empty.clone(), empty]).await;
        assert_eq!(answers[0], answers[1]);
    }
    let heard = nodes.heard();
    assert_eq!(heard.len(), 40);
    for (conversation, entries) in heard {
        assert_eq!(
            nodes.log(conversation).await,
            entries,
            "told once, by one of them"
        );
    }
}

pub(crate) async fn two_first_messages_start_one_conversation<H: Home>(bench: Bench<H>) {
    let nodes = Nodes::of(&bench).await;
    for n in 0..40 {
        let answers = nodes
            .at_once([
                says(n, 1_000 + n, "from one tab", NOW),
                says(n, 2_000 + n, "from another", NOW),
            ])
            .await;
        let (one, other) = (receipt(&answers[0]), receipt(&answers[1]));
        assert_eq!(one.conversation, other.conversation);
        assert_ne!(one.seq, other.seq);
    }
}

pub(crate) async fn positions_are_dense_across_nodes<H: Home>(bench: Bench<H>) {
    let nodes = Nodes::of(&bench).await;
    let sends: Vec<_> = (0..400_u128)
        .map(|n| {
            let node = usize::from(n % 2 == 0);
            let sent = nodes.stores[node].execute(says(n % 5, n + 1, "x", NOW));
            tokio::spawn(sent)
        })
        .collect();
    for send in sends {
        receipt(&send.await.expect("no panic").expect("the store works"));
    }
    let heard = nodes.heard();
    assert_eq!(heard.len(), 5, "five visitors, five conversations");
    let mut messages = 0;
    for (conversation, entries) in heard {
        let log = nodes.log(conversation).await;
        for (at, entry) in (1..).zip(&log) {
            assert_eq!(entry.seq, Seq(at));
        }
        for (at, entry) in (1..).zip(log.iter().filter_map(StaffEntry::public)) {
            assert_eq!(entry.seq, Seq(at));
            messages += 1;
        }
        assert_eq!(log, entries);
    }
    assert_eq!(messages, 400);
}

pub(crate) async fn nothing_overtakes_by_way_of_the_other_node<H: Home>(bench: Bench<H>) {
    let nodes = Nodes::of(&bench).await;
    for n in 0..40 {
        let (first, second) = (1_000 + n, 2_000 + n);
        let later = follows(says(n, second, "second", NOW), first);
        let answers = nodes
            .at_once([says(n, first, "first", NOW), later.clone()])
            .await;
        let before = receipt(&answers[0]);
        let after = match &answers[1] {
            Answer::Refused(refusal) => {
                assert_eq!(refusal.code, RefusalCode::Unavailable);
                bench.ok(later).await
            }
            answer => receipt(answer),
        };
        assert!(before.seq < after.seq);
    }
}

pub(crate) async fn what_two_nodes_change_of_one_row_is_both_kept<H: Home>(bench: Bench<H>) {
    let nodes = Nodes::of(&bench).await;
    let conversation = bench.said(1, 1, "hello").await;
    for n in 2..60 {
        bench.said(1, n, "hello").await;
        let upto = Cursor {
            conversation,
            after: Seq(u64::try_from(n).expect("small")),
        };
        let visitor = Request::VisitorRead {
            contact: contact(1),
            upto,
        };
        nodes
            .at_once([visitor, Request::StaffRead { agent: ANNA, upto }])
            .await;
        let head = nodes.stores[0].head(conversation).await.expect("a read");
        let head = head.expect("it is there");
        assert_eq!(
            (head.visitor_read, head.staff_read),
            (upto.after, upto.after)
        );

        let (online, word) = if n % 2 == 0 {
            (true, Availability::Available)
        } else {
            (false, Availability::Busy)
        };
        let presence = Request::Presence {
            agent: ANNA,
            node: NODE,
            online,
            now: NOW,
        };
        nodes
            .at_once([
                presence,
                Request::availability(ANNA, id(1_000 + n), word, NOW),
            ])
            .await;
        let team = nodes.stores[1].colleagues(SITE).await.expect("a read");
        let anna = team.iter().find(|one| one.card.id == ANNA);
        let anna = anna.expect("she is there");
        assert_eq!((anna.online, anna.availability), (online, word));
    }
}

pub(crate) async fn rounds_at_once_overload_nobody<H: Home>(bench: Bench<H>) {
    let nodes = Nodes::of(&bench).await;
    bench.at_desk(ANNA, NOW).await;
    bench.at_desk(OLEG, NOW).await;
    let mut waiting = Vec::new();
    for n in 0..10 {
        waiting.push(bench.said(n, 1_000 + n, "hello").await);
    }
    let mut commands = 2_000;
    loop {
        let round = || Request::Dispatch {
            site: SITE,
            now: NOW,
        };
        let answers = nodes.at_once([round(), round()]).await;
        let offers = loads(&nodes).await.offers;
        let moved = answers
            .iter()
            .any(|answer| !matches!(answer, Answer::Round { moves: 0, .. }));
        if !moved && offers.is_empty() {
            break;
        }
        // Whoever was offered one takes it at the other node, while both run another round.
        let taking = offers.into_iter().map(|(agent, conversation)| {
            commands += 1;
            let accept = StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            };
            nodes.stores[1].execute(does(agent, commands, accept))
        });
        let taking = futures_util::future::join_all(taking);
        let (taken, _) = tokio::join!(taking, nodes.at_once([round(), round()]));
        for answer in taken {
            receipt(&answer.expect("the store works"));
        }
        loads(&nodes).await;
    }
    assert_eq!(
        loads(&nodes).await.owned,
        BTreeMap::from([(ANNA, 3), (OLEG, 3)])
    );
    for conversation in waiting {
        assert!(taken(&nodes.log(conversation).await).len() <= 1);
    }
}

pub(crate) async fn a_round_takes_nothing_from_who_accepts<H: Home>(bench: Bench<H>) {
    let nodes = Nodes::of(&bench).await;
    bench.at_desk(ANNA, NOW).await;
    // He is here, or a round would give back what he has; and he is offered nothing.
    bench
        .done(Request::Presence {
            agent: OLEG,
            node: NODE,
            online: true,
            now: NOW,
        })
        .await;
    for n in 0..60 {
        let conversation = bench.said(n, 1_000 + n, "hello").await;
        let round = Request::Dispatch {
            site: SITE,
            now: NOW,
        };
        let accept = does(
            OLEG,
            2_000 + n,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            },
        );
        let answers = nodes.at_once([round, accept]).await;
        let summary = nodes.stores[1].summary(conversation).await.expect("a read");
        let status = summary.expect("a conversation").status;
        let owner = match &answers[1] {
            Answer::Receipt(_) => {
                assert!(
                    matches!(status, Status::Assigned { agent: OLEG, .. }),
                    "{status:?}"
                );
                OLEG
            }
            Answer::Refused(late) => {
                assert_eq!(late.code, RefusalCode::AlreadyTaken);
                assert!(
                    matches!(status, Status::Offered { to: ANNA, .. }),
                    "{status:?}"
                );
                bench
                    .ok(does(
                        ANNA,
                        3_000 + n,
                        StaffCommand::In {
                            conversation,
                            act: ConversationAct::Assignment(AssignmentAct::Accept),
                        },
                    ))
                    .await;
                ANNA
            }
            other => panic!("neither taken nor refused: {other:?}"),
        };
        bench
            .ok(does(
                owner,
                4_000 + n,
                StaffCommand::In {
                    conversation,
                    act: ConversationAct::Resolution(ResolutionAct::Resolve),
                },
            ))
            .await;
    }
}

/// What everybody has, after a look at the bounds.
struct Loads {
    owned: BTreeMap<AgentId, u16>,
    offers: Vec<(AgentId, ConversationId)>,
}

async fn loads(nodes: &Nodes) -> Loads {
    let overview = nodes.stores[0]
        .overview(SITE, NOW)
        .await
        .expect("an overview");
    let mut owned = BTreeMap::<AgentId, u16>::new();
    let mut offers = BTreeMap::new();
    for one in overview.conversations {
        match one.status {
            Status::Assigned { agent, .. } => *owned.entry(agent).or_default() += 1,
            Status::Offered { to, .. } => {
                assert_eq!(offers.insert(to, one.id), None, "one offer at a time");
            }
            Status::Waiting { .. } | Status::Resolved { .. } => {}
        }
    }
    for colleague in overview.colleagues {
        let id = colleague.card.id;
        let load = owned.get(&id).copied().unwrap_or(0);
        assert_eq!(load, colleague.load);
        let offered = u16::from(offers.contains_key(&id));
        assert!(load + offered <= colleague.capacity, "{id} has too much");
    }
    Loads {
        owned,
        offers: offers.into_iter().collect(),
    }
}
