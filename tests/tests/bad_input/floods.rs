//! Clients that say too much, or take too little.

use heard_protocol::{
    CallbackAsk, CallbackForm, CallbackWhen, ClientFrame, Codec, CommandId, Consent, Cursor,
    Envelope, LogEntry, RefusalCode, RelayFrame, Resume, Seq, Visitor, VisitorCommand,
};

use crate::scene::Scene;
use heard_tests::real::wire::{Wire, says, visitor};

const FLOODING: u16 = 4004;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_messages_a_second_are_refused_in_order_and_then_cut_off() {
    let scene = Scene::new(&[]).await;
    for codec in Codec::ALL {
        let mut wire = Wire::open::<Visitor>(scene.relay.address(), codec).await;
        let token = wire.welcome(visitor(None)).await.body.token;
        let base = 1_000_000 * (1 + u128::from(codec == Codec::Json));
        for number in 0..1_000 {
            wire.send(&says(base + number, number.to_string())).await;
        }
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        let code = loop {
            match wire.next::<Visitor>().await {
                Ok(RelayFrame::Ack { id, .. }) => taken.push(id),
                Ok(RelayFrame::Refused { id, refusal }) => {
                    assert_eq!(refusal.code, RefusalCode::TooFast);
                    assert!(refusal.retry_after_ms > 0);
                    refused.push(id);
                }
                Ok(_) => {}
                Err(code) => break code,
            }
        };
        assert_eq!(code, FLOODING);
        // A burst was let through, and nothing after the first that was refused.
        let first_refused = *refused.first().expect("most of them");
        let through: Vec<_> = (base..base + 1_000)
            .map(CommandId::from_bits)
            .take_while(|id| *id < first_refused)
            .collect();
        assert!((1..=60).contains(&through.len()), "{}", through.len());
        assert!(refused.is_sorted(), "{refused:?}");
        // The end may come before an answer does.
        assert!(through.starts_with(&taken), "{taken:?}");
        wire.close().await;

        // What was let through is written, in order and once, and nothing else is.
        let mut wire = Wire::open::<Visitor>(scene.relay.address(), codec).await;
        wire.welcome(visitor(Some(token))).await;
        let mut log = Vec::new();
        while log.len() < through.len() {
            let frame = wire.next::<Visitor>().await;
            if let RelayFrame::Entries { entries, .. } = frame.expect("the connection holds") {
                log.extend(entries.iter().filter_map(LogEntry::command));
            }
        }
        assert_eq!(log, through);
        let rest = wire.until_pong::<Visitor>().await;
        let more = |frame: &RelayFrame<Visitor>| matches!(frame, RelayFrame::Entries { .. });
        assert!(!rest.iter().any(more), "{rest:?}");
        wire.close().await;
        scene.all_is_well().await;
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chatter_without_end_is_cut_off() {
    let scene = Scene::new(&[]).await;
    let conversation = scene.theirs();
    let follow = ClientFrame::<Visitor>::Follow(Cursor {
        conversation,
        after: Seq::START,
    });
    for frame in [ClientFrame::<Visitor>::Ping, follow] {
        let mut wire = Wire::open::<Visitor>(scene.relay.address(), Codec::Postcard).await;
        wire.welcome(visitor(None)).await;
        for _ in 0..20_000 {
            wire.send(&frame).await;
        }
        assert_eq!(wire.code::<Visitor>().await, FLOODING, "{frame:?}");
        scene.all_is_well().await;
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_cursors_than_there_may_be_are_cut_off() {
    let scene = Scene::new(&[]).await;
    let mut wire = Wire::open::<Visitor>(scene.relay.address(), Codec::Postcard).await;
    let epoch = wire.welcome(visitor(None)).await.epoch;
    let mut wire = Wire::open::<Visitor>(scene.relay.address(), Codec::Postcard).await;
    let mut hello = visitor(None);
    let cursor = |bits| Cursor {
        conversation: heard_protocol::ConversationId::from_bits(bits),
        after: Seq(1),
    };
    hello.resume = Some(Resume {
        epoch,
        cursors: (0..=heard_protocol::limits::MAX_CURSORS as u128)
            .map(cursor)
            .collect(),
    });
    wire.send(&ClientFrame::Hello(hello)).await;
    assert_eq!(wire.code::<Visitor>().await, 4300);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_caller_cannot_book_calls_without_end() {
    let scene = Scene::new(&[
        ("HEARD_LIMITS__CALLBACK_BURST", "3"),
        ("HEARD_LIMITS__CALLBACK_PER_MINUTE", "1"),
    ])
    .await;
    // Whoever opens a socket for each is the same caller, and so is each new visitor.
    let mut answers = Vec::new();
    for number in 0..6_u128 {
        let mut wire = Wire::open::<Visitor>(scene.relay.address(), Codec::Postcard).await;
        wire.welcome(visitor(None)).await;
        let form = CallbackForm {
            phone: format!("+7912345670{number}"),
            name: String::new(),
            topic: String::new(),
            when: CallbackWhen::Asap,
            consent: Consent {
                given: true,
                wording: heard_desk::consent::shown("en").to_owned(),
            },
        };
        let id = CommandId::from_bits(9_000 + number);
        let command = VisitorCommand::Callback(CallbackAsk::Request(form));
        wire.send(&ClientFrame::<Visitor>::Command(Envelope::new(id, command)))
            .await;
        let code = loop {
            match wire.next::<Visitor>().await.expect("the connection holds") {
                RelayFrame::Ack { .. } => break None,
                RelayFrame::Refused { refusal, .. } => break Some(refusal.code),
                _ => {}
            }
        };
        // They may go on writing.
        wire.send(&says(9_100 + number, "well then")).await;
        while !matches!(wire.next::<Visitor>().await, Ok(RelayFrame::Ack { .. })) {}
        wire.close().await;
        answers.push(code);
    }
    let (taken, refused) = answers.split_at(3);
    assert_eq!(taken, [None; 3]);
    assert_eq!(refused, [Some(RefusalCode::TooManyCalls); 3]);
    scene.all_is_well().await;
    scene.end().await;
}
