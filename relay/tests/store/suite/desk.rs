//! Offers, ownership, read marks.

use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentId, AssignmentAct, AssignmentNoted, ConversationAct, Cursor, RefusalCode, ResolutionAct,
    Seq, SiteId, StaffBody, StaffCommand, Status, UnixMillis,
};
use heard_relay::store::{Edit, Fact, Request};

use crate::bench::{ANNA, Bench, Home, NODE, NOW, OLEG, SITE, agent, contact, does, says, site};

async fn status<H: Home>(bench: &Bench<H>, id: heard_protocol::ConversationId) -> Status {
    bench
        .store
        .summary(id)
        .await
        .expect("a read")
        .expect("a conversation")
        .status
}

pub(crate) async fn an_offer_is_accepted_once<H: Home>(bench: Bench<H>) {
    bench.at_desk(ANNA, NOW).await;
    let conversation = bench.said(1, 1, "hello").await;
    bench.dispatch(NOW).await;
    assert!(matches!(
        status(&bench, conversation).await,
        Status::Offered { to: ANNA, .. }
    ));
    let accept = StaffCommand::In {
        conversation,
        act: ConversationAct::Assignment(AssignmentAct::Accept),
    };
    let taken = bench.refused(does(OLEG, 2, accept.clone())).await;
    assert_eq!(taken, RefusalCode::AlreadyTaken);
    bench.notebook.take();
    let receipt = bench.ok(does(ANNA, 3, accept.clone())).await;
    assert_eq!(
        receipt,
        bench.ok(does(ANNA, 3, accept)).await,
        "a retry changes nothing"
    );
    assert!(matches!(
        status(&bench, conversation).await,
        Status::Assigned { agent: ANNA, .. }
    ));
    let facts = bench.notebook.take();
    assert!(
        facts
            .iter()
            .any(|fact| matches!(fact, Fact::Taken { agent: ANNA, .. }))
    );
    let load = facts.iter().find_map(|fact| match fact {
        Fact::Colleague { colleague, .. } => Some(colleague.load),
        _ => None,
    });
    assert_eq!(load, Some(1));
}

pub(crate) async fn a_missed_offer_moves_on<H: Home>(bench: Bench<H>) {
    bench.at_desk(ANNA, NOW).await;
    let conversation = bench.said(1, 1, "hello").await;
    let wake = bench.dispatch(NOW).await.expect("the offer ends");
    bench.at_desk(OLEG, wake).await;
    bench.dispatch(wake).await;
    assert!(matches!(
        status(&bench, conversation).await,
        Status::Offered { to: OLEG, .. }
    ));
    let log = bench
        .store
        .read_staff(conversation, Seq::START, 10)
        .await
        .expect("a log");
    let missed = EntryBody::Staff(StaffBody::Assignment(AssignmentNoted::Missed {
        agent: ANNA,
    }));
    assert!(log.entries.iter().any(|entry| entry.body == missed));
}

pub(crate) async fn an_agent_gone_gives_back<H: Home>(bench: Bench<H>) {
    bench.at_desk(ANNA, NOW).await;
    let conversation = bench.said(1, 1, "hello").await;
    bench
        .ok(does(
            ANNA,
            2,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            },
        ))
        .await;
    bench
        .done(Request::Presence {
            agent: ANNA,
            node: NODE,
            online: false,
            now: NOW,
        })
        .await;
    let wake = bench.dispatch(NOW).await.expect("the grace period ends");
    assert!(matches!(
        status(&bench, conversation).await,
        Status::Assigned { .. }
    ));
    // Somebody newer waits; the one given back goes first.
    let newer = bench.ok(says(2, 3, "me too", UnixMillis(wake.0 - 1))).await;
    bench.at_desk(OLEG, wake).await;
    bench.dispatch(wake).await;
    assert!(matches!(
        status(&bench, conversation).await,
        Status::Offered { to: OLEG, .. }
    ));
    let newer = newer.conversation.expect("a conversation");
    assert!(matches!(
        status(&bench, newer).await,
        Status::Waiting { .. }
    ));
    let line = bench.store.queue(SITE).await.expect("a queue");
    let line = line.iter().map(|one| (one.contact, one.conversation));
    let expected = [(contact(1), conversation), (contact(2), newer)];
    assert!(line.eq(expected));
}

pub(crate) async fn a_transfer_needs_a_colleague_online<H: Home>(bench: Bench<H>) {
    bench.at_desk(ANNA, NOW).await;
    let conversation = bench.said(1, 1, "hello").await;
    bench
        .ok(does(
            ANNA,
            2,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            },
        ))
        .await;
    let transfer = |to| StaffCommand::In {
        conversation,
        act: ConversationAct::Assignment(AssignmentAct::Transfer {
            to,
            comment: "yours, I think".to_owned(),
        }),
    };
    let offline = bench.refused(does(ANNA, 3, transfer(OLEG))).await;
    assert_eq!(offline, RefusalCode::ColleagueOffline);
    let nobody = bench
        .refused(does(ANNA, 4, transfer(AgentId::from_bits(99))))
        .await;
    assert_eq!(nobody, RefusalCode::NotFound);
    bench.at_desk(OLEG, NOW).await;
    bench.ok(does(ANNA, 5, transfer(OLEG))).await;
    assert!(matches!(
        status(&bench, conversation).await,
        Status::Assigned { agent: OLEG, .. }
    ));
    let send = StaffCommand::In {
        conversation,
        act: ConversationAct::Send {
            text: "hi".to_owned(),
        },
    };
    assert_eq!(
        bench.refused(does(ANNA, 6, send)).await,
        RefusalCode::NotYours
    );
}

pub(crate) async fn resolved_reopens_or_starts_anew<H: Home>(bench: Bench<H>) {
    let conversation = bench.said(1, 1, "hello").await;
    bench
        .ok(does(
            ANNA,
            2,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            },
        ))
        .await;
    bench
        .ok(does(
            ANNA,
            3,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Resolution(ResolutionAct::Resolve),
            },
        ))
        .await;
    let soon = bench.ok(says(1, 4, "still beeps", NOW.plus(1))).await;
    assert_eq!(soon.conversation, Some(conversation));
    assert!(matches!(
        status(&bench, conversation).await,
        Status::Waiting { .. }
    ));
    bench
        .ok(does(
            ANNA,
            5,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            },
        ))
        .await;
    bench
        .ok(does(
            ANNA,
            6,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Resolution(ResolutionAct::Resolve),
            },
        ))
        .await;
    let later = NOW.plus(heard_desk::Policy::default().reopen_ms + 1);
    let anew = bench.ok(says(1, 7, "another thing", later)).await;
    assert_ne!(anew.conversation, Some(conversation));
    let view = bench.store.visitor_view(contact(1)).await.expect("a view");
    assert_eq!(
        view.conversation.map(|head| head.conversation),
        anew.conversation
    );
}

pub(crate) async fn another_sites_agent_sees_nothing<H: Home>(bench: Bench<H>) {
    let (other, eve) = (SiteId::from_bits(2), AgentId::from_bits(20));
    bench
        .done(Request::PutSite(site(other), Edit::default()))
        .await;
    bench
        .done(Request::PutAgent(agent(eve, "Eve", other), Edit::default()))
        .await;
    let conversation = bench.said(1, 1, "hello").await;
    for (n, command) in [
        StaffCommand::In {
            conversation,
            act: ConversationAct::Assignment(AssignmentAct::Accept),
        },
        StaffCommand::In {
            conversation,
            act: ConversationAct::Note {
                text: "psst".to_owned(),
            },
        },
    ]
    .into_iter()
    .enumerate()
    {
        let refused = bench.refused(does(eve, 100 + n as u128, command)).await;
        assert_eq!(refused, RefusalCode::NotFound);
    }
    let overview = bench.store.overview(other, NOW).await.expect("an overview");
    assert_eq!(
        (overview.conversations.len(), overview.colleagues.len()),
        (0, 1)
    );
    let upto = Cursor {
        conversation,
        after: Seq(1),
    };
    let refused = bench.refused(Request::StaffRead { agent: eve, upto }).await;
    assert_eq!(refused, RefusalCode::NotFound);
}

pub(crate) async fn read_marks_only_grow<H: Home>(bench: Bench<H>) {
    let conversation = bench.said(1, 1, "one").await;
    bench.said(1, 2, "two").await;
    bench.notebook.take();
    for (after, expected) in [(1, 1), (2, 2), (1, 2), (900, 2)] {
        let upto = Cursor {
            conversation,
            after: Seq(after),
        };
        bench.done(Request::StaffRead { agent: ANNA, upto }).await;
        let head = bench
            .store
            .head(conversation)
            .await
            .expect("a read")
            .expect("it is there");
        assert_eq!(
            (head.staff_read, head.visitor_read),
            (Seq(expected), Seq::START)
        );
    }
    assert_eq!(
        bench.notebook.take().len(),
        2,
        "a mark that does not move is not announced"
    );
    let upto = Cursor {
        conversation,
        after: Seq(1),
    };
    let refused = bench
        .refused(Request::VisitorRead {
            contact: contact(2),
            upto,
        })
        .await;
    assert_eq!(refused, RefusalCode::NotFound);
}
