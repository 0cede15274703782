//! Frames that are none, or come when they must not.

use heard_protocol::limits::{MAX_CLIENT_FRAME_BYTES, MAX_TEXT_BYTES};
use heard_protocol::{
    ClientFrame, Codec, CommandId, ConversationAct, Envelope, RefusalCode, RelayFrame, Staff,
    StaffCommand, VERSION, Visitor,
};
use heard_tests::Rng;
use tokio_tungstenite::tungstenite::protocol::frame::coding::Data;

use crate::scene::Scene;
use heard_tests::real::wire::{Wire, says, staff, visitor};

const BAD_FRAME: u16 = 4300;
const TOO_BIG: u16 = 4301;
const OUT_OF_ORDER: u16 = 4304;
const VERSION_NOT_SERVED: u16 = 4200;

/// A visitor who was let in.
async fn greeted(scene: &Scene, codec: Codec) -> Wire {
    let mut wire = Wire::open::<Visitor>(scene.relay.address(), codec).await;
    wire.welcome(visitor(None)).await;
    wire
}

async fn is_closed_with(scene: &Scene, mut wire: Wire, code: u16, what: &str) {
    assert_eq!(wire.code::<Visitor>().await, code, "{what}");
    wire.close().await;
    scene.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_big_is_refused_or_cut_off() {
    let scene = Scene::new(&[]).await;
    for codec in Codec::ALL {
        for bytes in [MAX_CLIENT_FRAME_BYTES + 1, 900 * 1024, 3 * 1024 * 1024] {
            let mut wire = greeted(&scene, codec).await;
            wire.send_bytes(vec![b' '; bytes]).await;
            is_closed_with(&scene, wire, TOO_BIG, &format!("{codec:?}, {bytes} bytes")).await;
        }

        let mut wire = greeted(&scene, codec).await;
        for (text, code) in [
            ("x".repeat(MAX_TEXT_BYTES + 1), RefusalCode::TextTooLong),
            (" \n\t".to_owned(), RefusalCode::TextEmpty),
        ] {
            let id = text.len() as u128 + u128::from(codec == Codec::Json);
            wire.send(&says(id, text)).await;
            match wire.next::<Visitor>().await {
                Ok(RelayFrame::Refused { refusal, .. }) => assert_eq!(refusal.code, code),
                other => panic!("{other:?}"),
            }
        }
        // The longest text there may be is taken, every byte of it escaped.
        let id = 100 + u128::from(codec == Codec::Json);
        wire.send(&says(id, "\u{1}".repeat(MAX_TEXT_BYTES))).await;
        let taken = |frame: &RelayFrame<Visitor>| matches!(frame, RelayFrame::Ack { .. });
        while !taken(&wire.next::<Visitor>().await.expect("the connection holds")) {}
        wire.close().await;
        scene.all_is_well().await;
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_frame_is_cut_off() {
    let scene = Scene::new(&[]).await;
    let note = StaffCommand::In {
        conversation: scene.theirs(),
        act: ConversationAct::Note {
            text: "psst".to_owned(),
        },
    };
    let note = ClientFrame::<Staff>::Command(Envelope::new(CommandId::from_bits(7), note));
    let bad = |codec: Codec| -> Vec<(&str, Vec<u8>)> {
        let note = codec.encode(&note).expect("every frame can be written");
        let mut message = codec.encode(&says(8, "caf\u{e9}")).expect("as every frame");
        // The last letter loses its second byte: no longer UTF-8.
        let broken = message.iter().rposition(|byte| *byte == 0xa9);
        message[broken.expect("it is there")] = b'e';
        let mut both = vec![
            ("a note from a visitor", note),
            ("not UTF-8", message),
            ("nothing", Vec::new()),
        ];
        both.extend(match codec {
            Codec::Json => vec![
                ("an unknown command", br#"{"command":{"id":"cmd_01KDWG2P4G59E9TCBQW15HYV0B","command":{"explode":{}}}}"#.to_vec()),
                ("an unknown frame", br#"{"explode":{}}"#.to_vec()),
                ("another kind of id", br#"{"command":{"id":"cnv_01KDWG2P4G59E9TCBQW15HYV0B","command":{"send":{"text":"x"}}}}"#.to_vec()),
                ("half a frame", br#"{"command":{"id":"#.to_vec()),
                ("two frames in one", br#""ping""ping""#.to_vec()),
                ("brackets without end", vec![b'['; 100_000]),
                ("a number without end", vec![b'9'; 100_000]),
            ],
            Codec::Postcard => vec![
                ("an unknown command", [&[1_u8][..], &[0; 16], &[99]].concat()),
                ("an unknown frame", vec![99]),
                ("half a frame", vec![1, 0, 0]),
                ("two frames in one", vec![6, 6]),
                ("a text longer than its frame", [&[1_u8][..], &[0; 16], &[0, 0xff, 0xff, 0xff, 0xff, 0x0f]].concat()),
                ("a number too long", vec![0xff; 20]),
            ],
        });
        both
    };
    for codec in Codec::ALL {
        for (what, bytes) in bad(codec) {
            let mut wire = greeted(&scene, codec).await;
            wire.send_bytes(bytes).await;
            is_closed_with(&scene, wire, BAD_FRAME, &format!("{what} in {codec:?}")).await;
        }
        let other = match codec {
            Codec::Postcard => Data::Text,
            Codec::Json => Data::Binary,
        };
        let mut wire = greeted(&scene, codec).await;
        let ping = codec.encode(&ClientFrame::<Visitor>::Ping);
        wire.send_as(other, ping.expect("every frame can be written"))
            .await;
        is_closed_with(&scene, wire, BAD_FRAME, "the other kind of message").await;
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_is_cut_off() {
    let scene = Scene::new(&[]).await;
    let mut rng = Rng::new(1);
    for round in 0..60 {
        for codec in Codec::ALL {
            let before_hello = rng.chance(300);
            let mut wire = if before_hello {
                Wire::open::<Visitor>(scene.relay.address(), codec).await
            } else {
                greeted(&scene, codec).await
            };
            let most = if rng.chance(100) { 20_000 } else { 60 };
            let length = 1 + rng.place(most);
            // Beginning with what is no frame's number and no JSON: the rest is up to chance.
            let mut noise: Vec<u8> = (0..length).map(|_| rng.next().to_le_bytes()[0]).collect();
            noise[0] |= 0x80;
            wire.send_bytes(noise).await;
            let code = wire.code::<Visitor>().await;
            assert_eq!(code, BAD_FRAME, "round {round}, {codec:?}");
            wire.close().await;
        }
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greeting_comes_first_and_once_and_in_a_version_that_is_served() {
    let scene = Scene::new(&[]).await;
    for codec in Codec::ALL {
        for version in [0, VERSION + 1, u16::MAX] {
            let mut wire = Wire::open::<Visitor>(scene.relay.address(), codec).await;
            let mut hello = visitor(None);
            hello.version = version;
            wire.send(&ClientFrame::Hello(hello)).await;
            is_closed_with(&scene, wire, VERSION_NOT_SERVED, "another version").await;
        }
        for early in [ClientFrame::Ping, says(1, "hello?")] {
            let mut wire = Wire::open::<Visitor>(scene.relay.address(), codec).await;
            wire.send(&early).await;
            is_closed_with(&scene, wire, OUT_OF_ORDER, "before the greeting").await;
        }
        let mut wire = greeted(&scene, codec).await;
        wire.send(&ClientFrame::Hello(visitor(None))).await;
        is_closed_with(&scene, wire, OUT_OF_ORDER, "a second greeting").await;

        let mut wire = Wire::open::<Staff>(scene.relay.address(), codec).await;
        wire.welcome(staff(Some(scene.desk().token(1)))).await;
        wire.send(&ClientFrame::Hello(staff(None))).await;
        assert_eq!(wire.code::<Staff>().await, OUT_OF_ORDER);
        scene.all_is_well().await;
    }
    scene.end().await;
}
