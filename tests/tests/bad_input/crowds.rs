//! Thousands who connect and say nothing.

use heard_protocol::{Codec, Visitor};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::scene::Scene;
use heard_tests::real::wire::{Wire, says, visitor};

/// How many connect without a word, and again how many open a socket and do not greet.
const EACH: usize = 2_500;
/// How many do so at the same moment.
const AT_ONCE: usize = 50;
const HELLO_TIMEOUT: u16 = 4002;

/// As many files as this process may open: each connection is one.
fn raise_limit() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, all).expect("the limit can be raised to its bound");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_who_say_nothing_are_shown_out_and_nobody_notices() {
    raise_limit();
    // Long enough that all are there at once.
    let scene = Scene::new(&[
        ("HEARD_LIMITS__HELLO_TIMEOUT_MS", "20000"),
        ("HEARD_LIMITS__HEAD_TIMEOUT_MS", "20000"),
    ])
    .await;
    let address = scene.relay.address();

    let mut openers = JoinSet::new();
    for number in 0..AT_ONCE {
        openers.spawn(async move {
            let codec = Codec::ALL[number % 2];
            let mut opened = Vec::new();
            for _ in 0..EACH / AT_ONCE {
                let silent = TcpStream::connect(address).await;
                let ungreeted = Wire::open::<Visitor>(address, codec).await;
                opened.push((silent.expect("another connection"), ungreeted));
            }
            opened
        });
    }
    let crowd: Vec<_> = openers.join_all().await.into_iter().flatten().collect();
    #[cfg(target_os = "linux")]
    assert!(scene.relay.open_files() > 2 * EACH, "all are there at once");
    scene.all_is_well().await;

    // Whoever comes now is served like anybody.
    let mut late = Wire::open::<Visitor>(address, Codec::Json).await;
    late.welcome(visitor(None)).await;
    late.send(&says(1, "is anybody there?")).await;
    let mut taken = false;
    while !taken {
        let frame = late.next::<Visitor>().await;
        let frame = frame.expect("the connection holds");
        taken = matches!(frame, heard_protocol::RelayFrame::Ack { .. });
    }
    scene.all_is_well().await;

    let mut ends = JoinSet::new();
    for (mut silent, mut ungreeted) in crowd {
        ends.spawn(async move {
            // What is said to somebody who says nothing does not matter, only that the connection
            // ends.
            let mut rest = Vec::new();
            let _ = silent.read_to_end(&mut rest).await;
            ungreeted.code::<Visitor>().await == HELLO_TIMEOUT
        });
    }
    while let Some(shown_out) = ends.join_next().await {
        assert!(shown_out.expect("no panic"), "another code");
    }
    scene.all_is_well().await;
    scene.end().await;
}
