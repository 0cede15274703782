//! Clients that say they are somebody else, or ask for what is somebody else's.

use heard_protocol::{
    AssignmentAct, ClientFrame, Codec, ConversationAct, ConversationId, Cursor, Envelope,
    RefusalCode, RelayFrame, ResolutionAct, Resume, Secret, Seq, SiteId, Staff, StaffCommand,
    Visitor, VisitorCommand,
};

use crate::scene::Scene;
use heard_tests::real::wire::{Wire, says, staff, visitor};

const UNAUTHORISED: u16 = 4100;
const NO_SUCH_SITE: u16 = 4302;
const ORIGIN: u16 = 4303;

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_token_opens_nothing() {
    let scene = Scene::new(&[]).await;
    let address = scene.relay.address();
    let mut wire = Wire::open::<Visitor>(address, Codec::Postcard).await;
    let Secret(token) = wire.welcome(visitor(None)).await.body.token;
    wire.close().await;

    let mut forged: Vec<String> = (0..token.len())
        .step_by(5)
        .map(|place| {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).expect("still letters")
        })
        .collect();
    forged.extend([
        String::new(),
        "x".repeat(50_000),
        token.chars().skip(1).collect(),
        format!("{token}AAAA"),
        scene.desk().token(0).0,
    ]);
    for (number, token) in forged.into_iter().enumerate() {
        let codec = Codec::ALL[number % 2];
        let mut wire = Wire::open::<Visitor>(address, codec).await;
        let hello = visitor(Some(Secret(token.clone())));
        wire.send(&ClientFrame::Hello(hello)).await;
        assert_eq!(wire.code::<Visitor>().await, UNAUTHORISED, "{token}");

        if token != scene.desk().token(0).0 {
            let mut wire = Wire::open::<Staff>(address, codec).await;
            wire.send(&ClientFrame::Hello(staff(Some(Secret(token)))))
                .await;
            assert_eq!(wire.code::<Staff>().await, UNAUTHORISED);
        }
    }
    for token in [None, Some(Secret(token))] {
        let mut wire = Wire::open::<Staff>(address, Codec::Json).await;
        wire.send(&ClientFrame::Hello(staff(token))).await;
        assert_eq!(wire.code::<Staff>().await, UNAUTHORISED, "no agent at all");
    }

    let mut wire = Wire::open::<Visitor>(address, Codec::Json).await;
    let mut hello = visitor(None);
    hello.credential.site = SiteId::from_bits(2);
    wire.send(&ClientFrame::Hello(hello)).await;
    assert_eq!(wire.code::<Visitor>().await, NO_SUCH_SITE);
    scene.all_is_well().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_somebody_elses_is_turned_away() {
    let scene = Scene::new(&[]).await;
    let address = scene.relay.address();
    for origin in ["https://evil.example", "null", "https://shop.example", ""] {
        let headers = [("origin", origin)];
        let mut wire = Wire::open_with::<Visitor>(address, Codec::Json, &headers).await;
        wire.send(&ClientFrame::Hello(visitor(None))).await;
        assert_eq!(wire.code::<Visitor>().await, ORIGIN, "{origin:?}");
        // Not even with an agent's own token.
        let mut wire = Wire::open_with::<Staff>(address, Codec::Json, &headers).await;
        let token = Some(scene.desk().token(1));
        wire.send(&ClientFrame::Hello(staff(token))).await;
        assert_eq!(wire.code::<Staff>().await, ORIGIN, "{origin:?}");
    }
    let own = format!("http://{address}");
    let mut wire = Wire::open_with::<Visitor>(address, Codec::Json, &[("origin", &own)]).await;
    wire.welcome(visitor(None)).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_visitors_conversation_is_as_if_it_were_not_there() {
    let scene = Scene::new(&[]).await;
    let address = scene.relay.address();
    for codec in Codec::ALL {
        for conversation in [scene.theirs(), ConversationId::from_bits(77)] {
            let cursor = |after| Cursor {
                conversation,
                after: Seq(after),
            };
            let none = [RelayFrame::NoSuchLog { conversation }];
            let mut wire = Wire::open::<Visitor>(address, codec).await;
            let welcome = wire.welcome(visitor(None)).await;
            for after in [0, 2, u64::MAX] {
                wire.send(&ClientFrame::<Visitor>::Follow(cursor(after)))
                    .await;
                assert_eq!(answers(&mut wire, 1).await, none);
            }
            // No answer, and no mark: the two would be shown one that is ahead of what they have
            // said.
            wire.send(&ClientFrame::<Visitor>::Read(cursor(u64::MAX / 4)))
                .await;
            let unfollow = ClientFrame::<Visitor>::Unfollow { conversation };
            wire.send(&unfollow).await;
            assert_eq!(wire.until_pong::<Visitor>().await, []);
            wire.close().await;

            let mut wire = Wire::open::<Visitor>(address, codec).await;
            let mut hello = visitor(Some(welcome.body.token));
            hello.resume = Some(Resume {
                epoch: welcome.epoch,
                cursors: vec![cursor(1)],
            });
            wire.welcome(hello).await;
            assert_eq!(answers(&mut wire, 1).await, none);
            wire.close().await;
        }

        let mut wire = Wire::open::<Visitor>(address, codec).await;
        wire.welcome(visitor(None)).await;
        wire.send(&ClientFrame::<Visitor>::Command(Envelope::new(
            scene.an_id_of_theirs(),
            VisitorCommand::Send {
                text: "mine now".to_owned(),
            },
        )))
        .await;
        let said = answers(&mut wire, 1).await;
        assert!(
            matches!(&said[..], [RelayFrame::Refused { refusal, .. }] if refusal.code == RefusalCode::IdTaken),
            "{said:?}"
        );
        scene.all_is_well().await;
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleagues_conversation_is_not_answered_by_another() {
    let scene = Scene::new(&[]).await;
    let conversation = scene.theirs();
    let mut wire = Wire::open::<Staff>(scene.relay.address(), Codec::Json).await;
    wire.welcome(staff(Some(scene.desk().token(1)))).await;
    let text = "not mine".to_owned();
    for (number, (command, code)) in [
        (
            StaffCommand::In {
                conversation,
                act: ConversationAct::Send { text },
            },
            RefusalCode::NotYours,
        ),
        (
            StaffCommand::In {
                conversation,
                act: ConversationAct::Resolution(ResolutionAct::Resolve),
            },
            RefusalCode::NotYours,
        ),
        (
            StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Return),
            },
            RefusalCode::NotYours,
        ),
        (
            StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            },
            RefusalCode::AlreadyTaken,
        ),
        (
            StaffCommand::In {
                conversation,
                act: ConversationAct::Resolution(ResolutionAct::Reopen),
            },
            RefusalCode::WrongState,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let id = heard_protocol::CommandId::from_bits(500 + number as u128);
        wire.send(&ClientFrame::<Staff>::Command(Envelope::new(id, command)))
            .await;
        loop {
            match wire.next::<Staff>().await.expect("the connection holds") {
                RelayFrame::Refused { refusal, .. } => break assert_eq!(refusal.code, code),
                RelayFrame::Ack { .. } => panic!("it was done"),
                _ => {}
            }
        }
    }
    wire.close().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_past_the_end_begins_anew() {
    let scene = Scene::new(&[]).await;
    let mut wire = Wire::open::<Visitor>(scene.relay.address(), Codec::Postcard).await;
    wire.welcome(visitor(None)).await;
    wire.send(&says(1, "hello")).await;
    let conversation = loop {
        if let Ok(RelayFrame::Ack { receipt, .. }) = wire.next::<Visitor>().await {
            break receipt.conversation.expect("a message has a place");
        }
    };
    wire.until_pong::<Visitor>().await;
    for after in [2, 1_000, u64::MAX] {
        let after = Seq(after);
        let cursor = Cursor {
            conversation,
            after,
        };
        wire.send(&ClientFrame::<Visitor>::Follow(cursor)).await;
        let said = answers(&mut wire, 2).await;
        assert!(
            matches!(&said[..], [RelayFrame::Reset { .. }, RelayFrame::Entries { entries, .. }] if entries[0].seq == Seq(1)),
            "{said:?}"
        );
    }
    scene.end().await;
}

/// So many frames that are not in passing.
async fn answers(wire: &mut Wire, count: usize) -> Vec<RelayFrame<Visitor>> {
    let mut answers = Vec::new();
    while answers.len() < count {
        match wire.next::<Visitor>().await.expect("the connection holds") {
            RelayFrame::Notice(_) => {}
            frame => answers.push(frame),
        }
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_was_let_in_is_not_let_into_the_staffs_room() {
    let scene = Scene::new(&[]).await;
    let mut wire = Wire::open::<Staff>(scene.relay.address(), Codec::Postcard).await;
    // A visitor's greeting on the staff's socket is not one.
    wire.send(&ClientFrame::Hello(visitor(None))).await;
    assert!([4100, 4300].contains(&wire.code::<Staff>().await));
    let mut wire = Wire::open::<Staff>(scene.relay.address(), Codec::Postcard).await;
    wire.send(&says(1, "let me in")).await;
    assert!([4300, 4304].contains(&wire.code::<Staff>().await));
    scene.end().await;
}
