//! Offering to talk: what is kept of it, and that it is offered once.

use std::sync::Arc;

use heard_desk::Stance;
use heard_desk::callback::CallPolicy;
use heard_desk::trouble::Limits;
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AssignmentAct, CallAnswer, CallEvidence, CallOfferAct, CallOfferAsk, CallOfferNoted,
    CallOfferTold, CallReason, CallbackAsk, CallbackForm, CallbackId, CallbackWhen, Consent,
    ConversationAct, ConversationId, PublicBody, RefusalCode, ResolutionAct, Seq, StaffBody,
    StaffCommand, UnixMillis, VisitorCommand,
};
use heard_relay::store::{Edit, Listener, Request, SiteRecord, Store};

use crate::bench::{ANNA, Bench, Home, NOW, Notebook, OLEG, SITE, asks, does, id, says, site};

const LATER: UnixMillis = NOW.plus(60_000);

fn trouble(conversation: ConversationId, reason: CallReason) -> Request {
    Request::Trouble {
        conversation,
        seen: vec![(reason, CallEvidence::AskedAgain(3))],
        stance: None,
        now: NOW,
    }
}

fn answers(command: u128, reason: CallReason, answer: CallAnswer) -> Request {
    asks(
        1,
        command,
        VisitorCommand::CallOffer(CallOfferAsk::Answer { reason, answer }),
        NOW,
    )
}

fn offers(command: u128, conversation: ConversationId) -> Request {
    let why = " I can show you. ".to_owned();
    does(
        ANNA,
        command,
        StaffCommand::In {
            conversation,
            act: ConversationAct::CallOffer(CallOfferAct::Offer { why }),
        },
    )
}

/// What the log says of talking: `seen …`, `offered …`, `said …`.
async fn talk<H: Home>(bench: &Bench<H>, conversation: ConversationId) -> Vec<String> {
    let log = bench.store.read_staff(conversation, Seq::START, 100).await;
    let line = |body: &EntryBody| match body {
        EntryBody::Staff(StaffBody::CallOffer(CallOfferNoted::TroubleSeen { reason, .. })) => {
            Some(format!("seen {reason:?}"))
        }
        EntryBody::Public { body, .. } => match body {
            PublicBody::CallOffer(CallOfferTold::Offered { reason, why }) => {
                Some(format!("offered {reason:?} {why}").trim().to_owned())
            }
            PublicBody::CallOffer(CallOfferTold::Answered { answer, .. }) => {
                Some(format!("said {answer:?}"))
            }
            _ => None,
        },
        EntryBody::Staff(_) => None,
    };
    let entries = log.expect("a log").entries;
    entries
        .iter()
        .filter_map(|entry| line(&entry.body))
        .collect()
}

pub(crate) async fn it_is_offered_once_and_never_after_a_no<H: Home>(bench: Bench<H>) {
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
    for _ in 0..2 {
        bench.done(trouble(conversation, CallReason::Circles)).await;
    }
    let mut expected = vec!["seen Circles", "offered Circles"];
    assert_eq!(talk(&bench, conversation).await, expected);
    // The visitor reads it, and what it is based on is not theirs to read.
    let read = bench.store.read_public(conversation, Seq::START, 10).await;
    let read = read.expect("a log").entries;
    assert!(matches!(
        read.last().map(|entry| &entry.body),
        Some(PublicBody::CallOffer(CallOfferTold::Offered { .. }))
    ));
    let never = answers(3, CallReason::Agent, CallAnswer::No);
    assert_eq!(bench.refused(never).await, RefusalCode::WrongState);
    let no = answers(4, CallReason::Circles, CallAnswer::No);
    let receipt = bench.ok(no.clone()).await;
    let bench = bench.restart().await;
    assert_eq!(receipt, bench.ok(no).await, "a retry changes nothing");
    let other_tab = answers(5, CallReason::Circles, CallAnswer::No);
    assert_eq!(bench.refused(other_tab).await, RefusalCode::WrongState);
    expected.push("said No");
    assert_eq!(talk(&bench, conversation).await, expected);
    bench
        .done(trouble(conversation, CallReason::HardToWrite))
        .await;
    assert_eq!(
        bench.refused(offers(6, conversation)).await,
        RefusalCode::WrongState
    );
    expected.push("seen HardToWrite");
    assert_eq!(talk(&bench, conversation).await, expected);
    // They think better of it, in words.
    let wish = |at| Request::Trouble {
        conversation,
        seen: vec![(CallReason::Visitor, CallEvidence::Said)],
        stance: Some(Stance { wants: true, at }),
        now: LATER,
    };
    bench.done(wish(NOW)).await;
    expected.push("seen Visitor");
    assert_eq!(
        talk(&bench, conversation).await,
        expected,
        "said before the no"
    );
    bench.done(wish(LATER)).await;
    bench
        .ok(answers(7, CallReason::Visitor, CallAnswer::Here))
        .await;
    expected.extend(["offered Visitor", "said Here"]);
    assert_eq!(talk(&bench, conversation).await, expected);
    bench
        .ok(does(
            ANNA,
            8,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Resolution(ResolutionAct::Resolve),
            },
        ))
        .await;
    bench
        .done(trouble(conversation, CallReason::Connection))
        .await;
    assert_eq!(talk(&bench, conversation).await, expected, "it is settled");
}

pub(crate) async fn an_agent_offers_in_their_own_words<H: Home>(bench: Bench<H>) {
    let conversation = bench.said(1, 1, "hello").await;
    assert_eq!(
        bench.refused(offers(2, conversation)).await,
        RefusalCode::WrongState,
        "nobody has it"
    );
    bench
        .ok(does(
            OLEG,
            3,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            },
        ))
        .await;
    assert_eq!(
        bench.refused(offers(4, conversation)).await,
        RefusalCode::NotYours
    );
    let to = ANNA;
    bench.at_desk(ANNA, NOW).await;
    let comment = String::new();
    bench
        .ok(does(
            OLEG,
            5,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Transfer { to, comment }),
            },
        ))
        .await;
    let offer = offers(6, conversation);
    let receipt = bench.ok(offer.clone()).await;
    assert_eq!(receipt, bench.ok(offer).await, "a retry changes nothing");
    assert_eq!(
        bench.refused(offers(7, conversation)).await,
        RefusalCode::WrongState
    );
    let once = ["offered Agent I can show you."];
    assert_eq!(talk(&bench, conversation).await, once);
}

pub(crate) async fn who_is_to_be_called_is_offered_nothing<H: Home>(bench: Bench<H>) {
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
    bench.done(trouble(conversation, CallReason::Circles)).await;
    let form = CallbackForm {
        phone: "+79123456789".to_owned(),
        name: String::new(),
        topic: String::new(),
        when: CallbackWhen::Asap,
        consent: Consent {
            given: true,
            wording: heard_desk::consent::shown("en").to_owned(),
        },
    };
    let booked = bench
        .ok(asks(
            1,
            3,
            VisitorCommand::Callback(CallbackAsk::Request(form)),
            NOW,
        ))
        .await;
    assert_eq!(booked.conversation, Some(conversation));
    bench
        .done(trouble(conversation, CallReason::HardToWrite))
        .await;
    assert_eq!(
        bench.refused(offers(4, conversation)).await,
        RefusalCode::WrongState
    );
    let cancel = VisitorCommand::Callback(CallbackAsk::Cancel {
        callback: CallbackId::from_bytes(id(3).to_bytes()),
    });
    bench.ok(asks(1, 5, cancel, NOW)).await;
    bench.ok(offers(6, conversation)).await;
    assert_eq!(
        talk(&bench, conversation).await,
        [
            "seen Circles",
            "offered Circles",
            "seen HardToWrite",
            "offered Agent I can show you."
        ]
    );
}

pub(crate) async fn a_site_has_thresholds_of_its_own<H: Home>(bench: Bench<H>) {
    let trouble = Limits {
        wait_ms: 5_000,
        circles: 9,
        ..Limits::default()
    };
    let calls = Arc::new(CallPolicy {
        trouble,
        ..CallPolicy::default()
    });
    let record = SiteRecord {
        calls,
        ..site(SITE)
    };
    bench.done(Request::PutSite(record, Edit::default())).await;
    let bench = bench.restart().await;
    let kept = bench.store.site(SITE).await.expect("a read");
    assert_eq!(kept.expect("a site").calls.trouble, trouble);
}

pub(crate) async fn two_nodes_that_notice_it_offer_it_once<H: Home>(bench: Bench<H>) {
    let listener = Arc::new(Notebook::default()) as Arc<dyn Listener>;
    let other = bench.home.open(listener).await;
    let conversation = bench.said(1, 1, "hello").await;
    let stores: [Arc<dyn Store>; 2] = [Arc::clone(&bench.store), other];
    let tasks: Vec<_> = (0..20_u128)
        .map(|n| {
            let store = Arc::clone(&stores[usize::from(n % 2 == 0)]);
            tokio::spawn(async move {
                let seen = store.execute(trouble(conversation, CallReason::Circles));
                let said = store.execute(says(1, 100 + n, "how do I move it", NOW));
                seen.await.expect("the store works");
                said.await.expect("the store works");
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    let once = ["seen Circles", "offered Circles"];
    assert_eq!(talk(&bench, conversation).await, once);
}
