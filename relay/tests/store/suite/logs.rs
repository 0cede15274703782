//! The log and the delivery contract.

use heard_protocol::{
    AssignmentNoted, Author, Availability, ConversationAct, ConversationId, Cursor, Epoch,
    PublicBody, RefusalCode, Resume, Seq, SiteId, StaffBody, StaffCommand, VisitorCommand,
};
use heard_protocol::{EntryBody, QueueReason};
use heard_relay::store::{Arrival, Fact, Request, SiteRecord};

use crate::bench::{ANNA, Bench, Home, NOW, SITE, asks, contact, does, follows, id, says};

pub(crate) async fn the_first_message_starts_a_conversation<H: Home>(bench: Bench<H>) {
    let conversation = bench.said(1, 1, "The fridge beeps").await;
    let staff = bench
        .store
        .read_staff(conversation, Seq::START, 10)
        .await
        .expect("a log");
    let message = PublicBody::Message {
        id: id(1),
        author: Author::Visitor,
        text: "The fridge beeps".to_owned(),
    };
    let bodies: Vec<_> = staff
        .entries
        .iter()
        .map(|entry| entry.body.clone())
        .collect();
    assert_eq!(
        bodies,
        [
            EntryBody::Public {
                position: Seq(1),
                body: message
            },
            EntryBody::Staff(StaffBody::Assignment(AssignmentNoted::Queued {
                reason: QueueReason::New
            })),
        ]
    );
    let view = bench.store.visitor_view(contact(1)).await.expect("a view");
    let head = view.conversation.expect("a conversation");
    assert_eq!(
        (head.conversation, head.staff, head.public),
        (conversation, Seq(2), Seq(1))
    );
    let overview = bench
        .store
        .overview(crate::bench::SITE, NOW)
        .await
        .expect("an overview");
    assert_eq!(overview.conversations.len(), 1);
    assert_eq!(overview.conversations[0].issue(), "The fridge beeps");
    assert_eq!(overview.conversations[0].locale(), "ru");
}

pub(crate) async fn a_retry_gets_the_same_receipt<H: Home>(bench: Bench<H>) {
    let first = bench.ok(says(1, 1, "hello", NOW)).await;
    bench.said(1, 2, "are you there").await;
    let again = bench.ok(says(1, 1, "hello", NOW.plus(60_000))).await;
    assert_eq!(first, again);
    let conversation = first.conversation.expect("a conversation");
    let log = bench
        .store
        .read_public(conversation, Seq::START, 10)
        .await
        .expect("a log");
    assert_eq!(log.entries.len(), 2);

    let note = StaffCommand::In {
        conversation,
        act: ConversationAct::Note {
            text: "calm".to_owned(),
        },
    };
    let first = bench.ok(does(ANNA, 5, note.clone())).await;
    assert_eq!(first, bench.ok(does(ANNA, 5, note)).await);
    // Across a restart as well.
    let bench = bench.restart().await;
    assert_eq!(again, bench.ok(says(1, 1, "hello", NOW)).await);
}

pub(crate) async fn nothing_overtakes_the_command_it_follows<H: Home>(bench: Bench<H>) {
    let held = RefusalCode::Unavailable;
    assert_eq!(
        bench.refused(follows(says(1, 2, "second", NOW), 1)).await,
        held
    );
    let first = bench.ok(says(1, 1, "first", NOW)).await;
    let conversation = first.conversation.expect("a conversation");
    let second = bench.ok(follows(says(1, 2, "second", NOW), 1)).await;
    assert!(first.seq < second.seq);
    // Whatever settles a command will do: a refusal for good, and what leaves no entry.
    assert_eq!(
        bench.refused(follows(says(1, 4, "fourth", NOW), 3)).await,
        held
    );
    bench.refused(says(1, 3, " ", NOW)).await;
    bench.ok(follows(says(1, 4, "fourth", NOW), 3)).await;
    let word = Request::availability(ANNA, id(5), Availability::Busy, NOW);
    let note = |text: &str| StaffCommand::In {
        conversation,
        act: ConversationAct::Note {
            text: text.to_owned(),
        },
    };
    assert_eq!(
        bench.refused(follows(does(ANNA, 6, note("a")), 5)).await,
        held
    );
    bench.ok(word).await;
    bench.ok(follows(does(ANNA, 6, note("a")), 5)).await;
    // Refused for now is not refused for good, and all of it holds after a restart.
    let bench = bench.restart().await;
    assert_eq!(
        second,
        bench.ok(follows(says(1, 2, "second", NOW), 1)).await
    );
    bench.ok(follows(says(1, 7, "fifth", NOW), 3)).await;
    bench.ok(follows(does(ANNA, 8, note("b")), 5)).await;
}

pub(crate) async fn an_id_belongs_to_its_sender<H: Home>(bench: Bench<H>) {
    let conversation = bench.said(1, 1, "hello").await;
    assert_eq!(
        bench.refused(says(2, 1, "hello", NOW)).await,
        RefusalCode::IdTaken
    );
    let note = StaffCommand::In {
        conversation,
        act: ConversationAct::Note {
            text: "calm".to_owned(),
        },
    };
    assert_eq!(
        bench.refused(does(ANNA, 1, note)).await,
        RefusalCode::IdTaken
    );
}

pub(crate) async fn positions_are_dense_on_both_faces<H: Home>(bench: Bench<H>) {
    let conversation = bench.said(1, 1, "one").await;
    for n in 2..30 {
        if n % 3 == 0 {
            bench.said(1, n, "more").await;
        } else {
            let note = StaffCommand::In {
                conversation,
                act: ConversationAct::Note {
                    text: "hm".to_owned(),
                },
            };
            bench.ok(does(ANNA, n, note)).await;
        }
    }
    let staff = bench
        .store
        .read_staff(conversation, Seq::START, 100)
        .await
        .expect("a log");
    let public = bench
        .store
        .read_public(conversation, Seq::START, 100)
        .await
        .expect("a log");
    for (at, entry) in (1..).zip(&staff.entries) {
        assert_eq!(entry.seq, Seq(at));
    }
    for (at, entry) in (1..).zip(&public.entries) {
        assert_eq!(entry.seq, Seq(at));
    }
    let faces: Vec<_> = staff
        .entries
        .iter()
        .filter_map(heard_protocol::StaffEntry::public)
        .collect();
    assert_eq!(faces, public.entries);
    assert_eq!((staff.head, public.head), (Seq(30), Seq(10)));
    // Reading after a cursor continues exactly there.
    let rest = bench
        .store
        .read_public(conversation, Seq(7), 2)
        .await
        .expect("a log");
    assert_eq!(rest.entries, public.entries[7..9]);
    let rest = bench
        .store
        .read_staff(conversation, Seq(28), 10)
        .await
        .expect("a log");
    assert_eq!(rest.entries, staff.entries[28..]);
}

pub(crate) async fn an_arrival_is_what_was_not_seen<H: Home>(bench: Bench<H>) {
    let conversation = bench.said(1, 1, "one").await;
    for n in 2..=5 {
        bench.said(1, n, "and more").await;
    }
    bench.said(2, 9, "somebody else").await;
    let store = &bench.store;
    let view = store.visitor_view(contact(1)).await.expect("a view");
    let log = store.read_public(conversation, Seq::START, 100).await;
    let log = log.expect("a log");
    let comes = async |epoch: Epoch, after: u64, conversation| {
        let cursor = Cursor {
            conversation,
            after: Seq(after),
        };
        let resume = Resume {
            epoch,
            cursors: vec![cursor],
        };
        let came = store.arrival(SITE, contact(1), Some(resume)).await;
        let came = came.expect("an arrival");
        assert_eq!(came.own, view.conversation);
        assert_eq!(
            came.site,
            store
                .site(SITE)
                .await
                .expect("a site")
                .map(SiteRecord::card)
        );
        came.unseen
            .map(|(from, slice)| (from, slice.entries, slice.head))
    };
    let rest = |from: u64| {
        let after = usize::try_from(from).expect("small");
        Some((Seq(from), log.entries[after..].to_vec(), Seq(5)))
    };
    let (here, elsewhere) = (store.epoch(), Epoch(store.epoch().0 ^ 1));
    assert_eq!(comes(here, 0, conversation).await, rest(0));
    assert_eq!(comes(here, 3, conversation).await, rest(3));
    assert_eq!(comes(here, 5, conversation).await, None, "all was seen");
    assert_eq!(comes(here, 99, conversation).await, None, "and more");
    assert_eq!(comes(elsewhere, 3, conversation).await, rest(0));
    let other = ConversationId::from_bits(77);
    assert_eq!(comes(here, 3, other).await, rest(0));
    let fresh = store.arrival(SITE, contact(1), None).await;
    let fresh = fresh.expect("an arrival").unseen.expect("all of it");
    assert_eq!(fresh.1, log);
    let nobody = store
        .arrival(SiteId::from_bits(99), contact(99), None)
        .await;
    assert_eq!(nobody.expect("an arrival"), Arrival::default());
}

pub(crate) async fn many_at_once_stay_in_order<H: Home>(bench: Bench<H>) {
    // More than a store may keep apart before it files them.
    const MESSAGES: usize = 1_500;
    let sends: Vec<_> = (0..MESSAGES as u128)
        .map(|n| {
            let store = std::sync::Arc::clone(&bench.store);
            tokio::spawn(async move { store.execute(says(n % 4, n + 1, "x", NOW)).await })
        })
        .collect();
    for send in sends {
        send.await.expect("no panic").expect("the store works");
    }
    let mut announced = std::collections::HashMap::<_, Vec<_>>::new();
    for fact in bench.notebook.take() {
        if let Fact::Entries {
            conversation,
            entries,
            ..
        } = fact
        {
            announced
                .entry(conversation)
                .or_default()
                .extend(entries.iter().cloned());
        }
    }
    assert_eq!(announced.len(), 4, "four visitors, four conversations");
    let mut messages = 0;
    for (conversation, heard) in announced {
        let mut read = Vec::new();
        while read.len() < heard.len() {
            let after = Seq(read.len() as u64);
            let slice = bench.store.read_staff(conversation, after, 64).await;
            let slice = slice.expect("a log").entries;
            assert!(!slice.is_empty(), "{after:?} is not the end");
            read.extend(slice);
        }
        assert_eq!(
            read, heard,
            "what was announced is what is there, in its order"
        );
        let public = bench
            .store
            .read_public(conversation, Seq::START, usize::MAX);
        let public: Vec<_> = public.await.expect("a log").entries;
        let positions: Vec<u64> = public.iter().map(|entry| entry.seq.0).collect();
        assert_eq!(positions, (1..=public.len() as u64).collect::<Vec<_>>());
        messages += heard
            .iter()
            .filter(|entry| entry.public().is_some())
            .count();
    }
    assert_eq!(messages, MESSAGES);
}

pub(crate) async fn nothing_is_announced_before_it_can_be_read<H: Home>(bench: Bench<H>) {
    for n in 1..50 {
        bench.said(1, n, "x").await;
        for fact in bench.notebook.take() {
            if let Fact::Entries {
                conversation, head, ..
            } = fact
            {
                let log = bench
                    .store
                    .read_staff(conversation, Seq::START, 1_000)
                    .await;
                assert!(log.expect("a log").head >= head);
            }
        }
    }
}

pub(crate) async fn bad_text_leaves_nothing_behind<H: Home>(bench: Bench<H>) {
    assert_eq!(
        bench.refused(says(1, 1, " \n ", NOW)).await,
        RefusalCode::TextEmpty
    );
    let long = "x".repeat(heard_protocol::limits::MAX_TEXT_BYTES + 1);
    assert_eq!(
        bench.refused(says(1, 2, &long, NOW)).await,
        RefusalCode::TextTooLong
    );
    let view = bench.store.visitor_view(contact(1)).await.expect("a view");
    assert_eq!(view.conversation, None);
    // A refusal is for good: a copy that was long under way must not be carried out after it. A
    // corrected message has an id of its own.
    assert_eq!(
        bench.refused(says(1, 1, "better", NOW)).await,
        RefusalCode::TextEmpty
    );
    bench.ok(says(1, 3, "better", NOW)).await;
}

pub(crate) async fn everything_survives_a_restart<H: Home>(bench: Bench<H>) {
    let conversation = bench.said(1, 1, "один").await;
    bench
        .ok(asks(
            1,
            2,
            VisitorCommand::Send {
                text: "👋 <b>два</b>\u{0}".to_owned(),
            },
            NOW,
        ))
        .await;
    let (epoch, key) = (bench.store.epoch(), bench.store.token_key());
    let before = bench
        .store
        .read_staff(conversation, Seq::START, 10)
        .await
        .expect("a log");
    let bench = bench.restart().await;
    let after = bench
        .store
        .read_staff(conversation, Seq::START, 10)
        .await
        .expect("a log");
    assert_eq!(before, after);
    assert_eq!((epoch, key), (bench.store.epoch(), bench.store.token_key()));
}
