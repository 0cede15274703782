//! Trunks that carry no call. It is nobody's fault who waits for one, so none is lost.

use heard_phones::{Proxy, free_port};
use heard_protocol::Disposition;

use crate::attempt::is_tried_again;
use crate::rig::{PASSWORD, Setup};

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_that_does_not_know_us() {
    let proxy = Proxy::start(free_port(), "SHA-256", PASSWORD);
    let setup = Setup {
        password: "guess",
        ..Setup::new(proxy.port())
    };
    is_tried_again(setup, Disposition::Technical, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_that_is_down() {
    let setup = Setup {
        // The agent's phone has to say something in that time too.
        silence_s: 5,
        ..Setup::new(free_port())
    };
    is_tried_again(setup, Disposition::Technical, 2).await;
}
