//! Calls: places, rounds, attempts, what is heard of them.

use std::collections::HashMap;
use std::sync::Arc;

use heard_desk::callback::policy::Need;
use heard_desk::callback::{CallPolicy, Callback, DialEvent, Dialer, Stage};
use heard_protocol::{
    AgentId, AssignmentAct, CallLeg, CallReason, CallbackAct, CallbackAsk, CallbackForm,
    CallbackId, CallbackNoted, CallbackProgress, CallbackTold, CallbackWhen, Consent,
    ConversationAct, ConversationId, Disposition, MeAct, PublicBody, RefusalCode, ResolutionAct,
    Seq, StaffBody, StaffCommand, Status, UnixMillis, VisitorCommand, VoiceAct, VoiceAsk, VoiceId,
};
use heard_relay::store::{
    Answer, Edit, Fact, Listener, Request, SiteRecord, Store, VisitorProfile,
};

use crate::bench::{ANNA, Bench, Home, NODE, NOW, Notebook, OLEG, SITE, asks, does, id, site};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
/// So many slots have places in these cases, ...
const SLOTS: u64 = 10;
/// ... so many each.
const PLACES: u16 = 5;

/// A site that can be called for around the clock.
fn open(dialer: Dialer) -> SiteRecord {
    let mut calls = CallPolicy {
        per_slot: PLACES,
        dialer,
        ..CallPolicy::default()
    };
    calls.hours[0].from = 0;
    calls.hours[0].to = 24 * 60;
    (calls.quiet_from, calls.quiet_to) = (0, 0);
    SiteRecord {
        calls: Arc::new(calls),
        ..site(SITE)
    }
}

fn number(n: u128) -> String {
    format!("+7912{n:07}")
}

fn books(from: u128, command: u128, when: CallbackWhen) -> Request {
    let form = CallbackForm {
        phone: number(from),
        name: String::new(),
        topic: "the kettle".to_owned(),
        when,
        consent: Consent {
            given: true,
            wording: heard_desk::consent::shown("en").to_owned(),
        },
    };
    asks(
        from,
        command,
        VisitorCommand::Callback(CallbackAsk::Request(form)),
        NOW,
    )
}

fn at(slot: u64) -> CallbackWhen {
    CallbackWhen::At {
        at: NOW.plus(HOUR + slot * 30 * MINUTE),
        zone: "Europe/Moscow".to_owned(),
    }
}

fn call(command: u128) -> CallbackId {
    CallbackId::from_bytes(id(command).to_bytes())
}

async fn found<H: Home>(bench: &Bench<H>, command: u128) -> Callback {
    let found = bench.store.callback(call(command)).await.expect("a read");
    found.expect("a request")
}

/// Looks at the calls until nothing moves.
async fn look<H: Home>(bench: &Bench<H>, now: UnixMillis) -> Option<UnixMillis> {
    loop {
        match bench.answer(Request::Calls { site: SITE, now }).await {
            Answer::Round { moves: 0, wake_at } => return wake_at,
            Answer::Round { .. } => {}
            other => panic!("a round was due, not {other:?}"),
        }
    }
}

/// Five hundred who want fifty places, by way of these stores.
async fn crowd(stores: &[Arc<dyn Store>]) {
    let slots = u128::from(SLOTS);
    let tasks: Vec<_> = (0..500_u128)
        .map(|n| {
            let index = usize::try_from(n).expect("small") % stores.len();
            let store = Arc::clone(&stores[index]);
            let slot = u64::try_from(n % slots).expect("small");
            tokio::spawn(async move { store.execute(books(n, 1_000 + n, at(slot))).await })
        })
        .collect();
    let mut booked = 0;
    for task in tasks {
        match task.await.expect("no panic").expect("the store works") {
            Answer::Receipt(_) => booked += 1,
            Answer::Refused(refusal) => assert_eq!(refusal.code, RefusalCode::SlotTaken),
            other => panic!("neither booked nor refused: {other:?}"),
        }
    }
    assert_eq!(booked, SLOTS * u64::from(PLACES));
    let open = stores[0].open_calls(SITE).await.expect("a read");
    let mut taken = HashMap::<_, u16>::new();
    for one in &open {
        *taken.entry(one.life.slot.expect("a slot")).or_default() += 1;
    }
    assert_eq!(taken.len() as u64, SLOTS);
    assert!(taken.values().all(|count| *count == PLACES), "{taken:?}");
}

pub(crate) async fn places_are_never_booked_twice<H: Home>(bench: Bench<H>) {
    bench
        .done(Request::PutSite(open(Dialer::Link), Edit::default()))
        .await;
    crowd(&[Arc::clone(&bench.store)]).await;
}

pub(crate) async fn nor_by_way_of_two_nodes<H: Home>(bench: Bench<H>) {
    bench
        .done(Request::PutSite(open(Dialer::Link), Edit::default()))
        .await;
    let listener = Arc::new(Notebook::default()) as Arc<dyn Listener>;
    let other = bench.home.open(listener).await;
    crowd(&[Arc::clone(&bench.store), other]).await;
}

pub(crate) async fn a_call_rings_is_taken_and_tried_again<H: Home>(bench: Bench<H>) {
    bench
        .done(Request::PutSite(open(Dialer::Link), Edit::default()))
        .await;
    bench.at_desk(ANNA, NOW).await;
    let booked = bench.ok(books(1, 1, CallbackWhen::Asap)).await;
    let conversation = booked.conversation.expect("every call has a conversation");
    assert_eq!(booked.seq, Seq(1));
    let wake = look(&bench, NOW).await;
    assert_eq!(wake, Some(NOW.plus(25_000)), "it rings for so long");
    let taken = bench
        .refused(does(
            OLEG,
            2,
            StaffCommand::Callback {
                callback: call(1),
                act: CallbackAct::Take,
            },
        ))
        .await;
    assert_eq!(taken, RefusalCode::AlreadyTaken);
    let take = does(
        ANNA,
        3,
        StaffCommand::Callback {
            callback: call(1),
            act: CallbackAct::Take,
        },
    );
    let receipt = bench.ok(take.clone()).await;
    assert_eq!(receipt, bench.ok(take).await, "a retry changes nothing");
    let busy = StaffCommand::Callback {
        callback: call(1),
        act: CallbackAct::Report {
            disposition: Disposition::Busy,
            summary: String::new(),
        },
    };
    let receipt = bench.ok(does(ANNA, 4, busy.clone())).await;
    assert_eq!(receipt, bench.ok(does(ANNA, 4, busy)).await);
    let again = NOW.plus(5 * MINUTE);
    assert_eq!(look(&bench, NOW).await, Some(again));
    assert_eq!(
        found(&bench, 1).await.progress(),
        CallbackProgress::Again {
            at: again,
            last: Disposition::Busy
        }
    );
    look(&bench, again).await;
    let bench = bench.restart().await;
    let kept = found(&bench, 1).await;
    assert_eq!(kept.life.agent(), Some(ANNA), "it rings on after a restart");
    assert_eq!(kept.life.tries.len(), 1);
    // Everybody is gone: it waits, and rings for whoever comes.
    bench.done(Request::EverybodyGone { now: again }).await;
    look(&bench, again).await;
    assert_eq!(found(&bench, 1).await.life.stage, Stage::Waiting);
    let log = bench.store.read_staff(conversation, Seq::START, 50).await;
    let log = log.expect("a log").entries;
    let rung = |body: &StaffBody| {
        matches!(
            body,
            StaffBody::Callback(CallbackNoted::Rung { agent: ANNA, .. })
        )
    };
    let bodies = log.iter().filter_map(|entry| match &entry.body {
        heard_protocol::entry::EntryBody::Staff(body) => Some(body),
        heard_protocol::entry::EntryBody::Public { .. } => None,
    });
    assert_eq!(bodies.filter(|body| rung(body)).count(), 2);
    let tried = log.iter().filter_map(heard_protocol::StaffEntry::public);
    let tried = tried
        .filter(|entry| matches!(entry.body, PublicBody::Callback(CallbackTold::Tried { .. })));
    assert_eq!(tried.count(), 1);
}

pub(crate) async fn a_visitor_moves_and_cancels_their_own<H: Home>(bench: Bench<H>) {
    bench
        .done(Request::PutSite(open(Dialer::Link), Edit::default()))
        .await;
    bench.ok(books(1, 1, at(0))).await;
    bench.notebook.take();
    let moved = |from, command, slot| {
        let callback = call(1);
        let when = at(slot);
        asks(
            from,
            command,
            VisitorCommand::Callback(CallbackAsk::Move { callback, when }),
            NOW,
        )
    };
    let foreign = bench.refused(moved(2, 2, 3)).await;
    assert_eq!(foreign, RefusalCode::NotFound);
    let receipt = bench.ok(moved(1, 3, 3)).await;
    assert_eq!(receipt, bench.ok(moved(1, 3, 3)).await);
    let slot = found(&bench, 1).await.life.slot;
    assert_eq!(slot, Some(NOW.plus(HOUR + 90 * MINUTE)));
    let told = bench.notebook.take();
    let told = told
        .iter()
        .filter(|fact| matches!(fact, Fact::Callback { .. }));
    assert_eq!(told.count(), 1);
    let cancel = VisitorCommand::Callback(CallbackAsk::Cancel { callback: call(1) });
    let receipt = bench.ok(asks(1, 4, cancel.clone(), NOW)).await;
    assert_eq!(receipt, bench.ok(asks(1, 4, cancel.clone(), NOW)).await);
    let late = bench.refused(asks(1, 5, cancel, NOW)).await;
    assert_eq!(late, RefusalCode::WrongState);
    let own = bench.store.calls_of(crate::bench::contact(1)).await;
    let own = own.expect("a read");
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].progress(), CallbackProgress::Cancelled);
    // The place is free again, and so is the number.
    bench.ok(books(1, 6, at(3))).await;
    let all = bench.store.calls_between(SITE, NOW, NOW.plus(1)).await;
    assert_eq!(all.expect("a read").len(), 2);
}

pub(crate) async fn what_is_heard_of_a_call_counts_once<H: Home>(bench: Bench<H>) {
    bench
        .done(Request::PutSite(open(Dialer::Webhook), Edit::default()))
        .await;
    bench.at_desk(ANNA, NOW).await;
    bench.ok(books(1, 1, CallbackWhen::Asap)).await;
    bench
        .ok(does(
            ANNA,
            2,
            StaffCommand::Callback {
                callback: call(1),
                act: CallbackAct::Take,
            },
        ))
        .await;
    let ordered = bench
        .notebook
        .take()
        .into_iter()
        .find_map(|fact| match fact {
            Fact::Dial { order, .. } => Some(order),
            _ => None,
        });
    assert_eq!(ordered, Some(1));
    let heard = |order, event| Request::Dialled {
        site: SITE,
        callback: call(1),
        order,
        event,
        now: NOW.plus(1_000),
    };
    let joined = DialEvent::Leg(CallLeg::Joined);
    let stale = bench.refused(heard(7, joined)).await;
    assert_eq!(stale, RefusalCode::WrongState);
    bench.done(heard(1, joined)).await;
    let twice = bench.refused(heard(1, joined)).await;
    assert_eq!(twice, RefusalCode::WrongState);
    let ended = DialEvent::Ended {
        disposition: Disposition::Answered,
        talked_ms: 60_000,
    };
    bench.done(heard(1, ended)).await;
    let twice = bench.refused(heard(1, ended)).await;
    assert_eq!(twice, RefusalCode::WrongState);
    let sum = StaffCommand::Callback {
        callback: call(1),
        act: CallbackAct::Report {
            disposition: Disposition::Answered,
            summary: "It was the cable.".to_owned(),
        },
    };
    bench.ok(does(ANNA, 3, sum)).await;
    let call = found(&bench, 1).await;
    assert_eq!(call.life.tries.len(), 1);
    assert_eq!(call.life.tries[0].talked_ms, 60_000);
}

pub(crate) async fn a_dialer_that_never_answers_has_failed<H: Home>(bench: Bench<H>) {
    bench
        .done(Request::PutSite(open(Dialer::Webhook), Edit::default()))
        .await;
    bench.at_desk(ANNA, NOW).await;
    bench.ok(books(1, 1, CallbackWhen::Asap)).await;
    bench
        .ok(does(
            ANNA,
            2,
            StaffCommand::Callback {
                callback: call(1),
                act: CallbackAct::Take,
            },
        ))
        .await;
    let late = look(&bench, NOW).await.expect("it is waited for");
    assert_eq!(late, NOW.plus(120_000));
    look(&bench, late).await;
    let call = found(&bench, 1).await;
    assert_eq!(call.life.tries[0].disposition, Disposition::Technical);
    assert_eq!(call.life.stage, Stage::Waiting);
}

pub(crate) async fn an_agent_says_whether_calls_ring_for_them<H: Home>(bench: Bench<H>) {
    bench
        .done(Request::PutSite(open(Dialer::Link), Edit::default()))
        .await;
    bench.at_desk(ANNA, NOW).await;
    let set = |takes, address: &str| {
        StaffCommand::Me(MeAct::SetPhone {
            takes,
            address: address.to_owned(),
        })
    };
    let wrong = bench.refused(does(ANNA, 1, set(true, "call me"))).await;
    assert_eq!(wrong, RefusalCode::Invalid);
    bench
        .ok(does(ANNA, 2, set(false, "sip:anna@phones.example")))
        .await;
    bench.ok(books(1, 3, CallbackWhen::Asap)).await;
    look(&bench, NOW).await;
    assert_eq!(found(&bench, 3).await.life.stage, Stage::Waiting);
    bench
        .ok(does(ANNA, 4, set(true, "sip:anna@phones.example")))
        .await;
    look(&bench, NOW).await;
    assert_eq!(found(&bench, 3).await.life.agent(), Some(ANNA));
    // Nobody is asked who is not there.
    bench
        .done(Request::Presence {
            agent: ANNA,
            node: NODE,
            online: false,
            now: NOW,
        })
        .await;
    look(&bench, NOW).await;
    assert_eq!(found(&bench, 3).await.life.stage, Stage::Waiting);
    let bench = bench.restart().await;
    let anna = bench
        .store
        .agent(ANNA)
        .await
        .expect("a read")
        .expect("Anna");
    assert_eq!(anna.phone.address, "sip:anna@phones.example");
}

/// Whom the one who waits is offered to now.
async fn offered<H: Home>(bench: &Bench<H>, conversation: ConversationId) -> Option<AgentId> {
    bench.dispatch(NOW).await;
    let found = bench.store.summary(conversation).await.expect("a read");
    match found.expect("a conversation").status {
        Status::Offered { to, .. } => Some(to),
        _ => None,
    }
}

pub(crate) async fn whoever_is_on_a_call_is_offered_no_conversation<H: Home>(bench: Bench<H>) {
    bench
        .done(Request::PutSite(open(Dialer::Link), Edit::default()))
        .await;
    bench.at_desk(ANNA, NOW).await;
    bench.ok(books(1, 1, CallbackWhen::Asap)).await;
    let callback = call(1);
    // An offer that is on its way is withdrawn.
    let waits = bench.said(2, 2, "hello").await;
    assert_eq!(offered(&bench, waits).await, Some(ANNA));
    bench
        .ok(does(
            ANNA,
            3,
            StaffCommand::Callback {
                callback,
                act: CallbackAct::Take,
            },
        ))
        .await;
    assert_eq!(offered(&bench, waits).await, None);
    let bench = bench.restart().await;
    bench.at_desk(ANNA, NOW).await;
    assert_eq!(offered(&bench, waits).await, None, "after a new start");
    let report = StaffCommand::Callback {
        callback,
        act: CallbackAct::Report {
            disposition: Disposition::Answered,
            summary: String::new(),
        },
    };
    bench.ok(does(ANNA, 4, report)).await;
    assert_eq!(offered(&bench, waits).await, Some(ANNA));

    // In the browser it is the same, and no phone rings meanwhile.
    let conversation = waits;
    for (command, what) in [
        (
            5,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            },
        ),
        (6, StaffCommand::Me(MeAct::SetHeadset { on: true })),
    ] {
        bench.ok(does(ANNA, command, what)).await;
    }
    let reason = CallReason::Visitor;
    let starts = VisitorCommand::Voice(VoiceAsk::Start { reason });
    bench.ok(asks(2, 7, starts, NOW)).await;
    let voice = VoiceId::from_bytes(id(7).to_bytes());
    let answer = StaffCommand::In {
        conversation,
        act: ConversationAct::Voice(VoiceAct::Answer { call: voice }),
    };
    bench.ok(does(ANNA, 8, answer)).await;
    let next = bench.said(3, 9, "hello too").await;
    bench.ok(books(4, 10, CallbackWhen::Asap)).await;
    look(&bench, NOW).await;
    assert_eq!(offered(&bench, next).await, None);
    assert_eq!(found(&bench, 10).await.life.stage, Stage::Waiting);
    let resolve = StaffCommand::In {
        conversation,
        act: ConversationAct::Resolution(ResolutionAct::Resolve),
    };
    bench.ok(does(ANNA, 11, resolve)).await;
    look(&bench, NOW).await;
    assert_eq!(offered(&bench, next).await, Some(ANNA));
    let rings = found(&bench, 10).await.life.stage;
    assert!(matches!(rings, Stage::Ringing { agent: ANNA, .. }));
}

pub(crate) async fn a_call_rings_for_one_who_has_what_it_takes<H: Home>(bench: Bench<H>) {
    let mut site = open(Dialer::Link);
    let mut calls = CallPolicy::clone(&site.calls);
    calls.needs = vec![Need {
        language: "ru".to_owned(),
        page: String::new(),
        skill: "ru".to_owned(),
        level: 3,
    }];
    let patience = u64::from(calls.patience_minutes) * MINUTE;
    site.calls = Arc::new(calls);
    bench.done(Request::PutSite(site, Edit::default())).await;
    bench.at_desk(ANNA, NOW).await;
    bench.at_desk(OLEG, NOW).await;
    let skills = |level: &str| [level.parse().expect("a level")].into_iter().collect();
    for (agent, level) in [(ANNA, "ru=2"), (OLEG, "ru=3")] {
        let skills = skills(level);
        bench
            .done(Request::PutSkills {
                agent,
                skills,
                edit: Edit::default(),
            })
            .await;
    }
    let bench = bench.restart().await;
    bench.at_desk(ANNA, NOW).await;
    bench.at_desk(OLEG, NOW).await;
    let in_russian = |from, command| {
        let mut request = books(from, command, CallbackWhen::Asap);
        if let Request::Visitor { profile, .. } = &mut request {
            *profile = Arc::new(VisitorProfile {
                locale: "ru-RU".to_owned(),
                page: None,
            });
        }
        request
    };
    for n in [1, 2] {
        bench.ok(in_russian(n, n)).await;
    }
    look(&bench, NOW).await;
    let rings_for = |callback: Callback| match callback.life.stage {
        Stage::Ringing { agent, .. } => Some(agent),
        _ => None,
    };
    assert_eq!(rings_for(found(&bench, 1).await), Some(OLEG));
    // He has one already, she has less than it takes: it waits, but not for ever.
    assert_eq!(rings_for(found(&bench, 2).await), None);
    let callback = call(1);
    bench
        .ok(does(
            OLEG,
            3,
            StaffCommand::Callback {
                callback,
                act: CallbackAct::Take,
            },
        ))
        .await;
    look(&bench, NOW.plus(patience)).await;
    assert_eq!(rings_for(found(&bench, 2).await), Some(ANNA));
}
