//! Calls that the agent does not take. Nothing is heard at the trunk.

use std::net::UdpSocket;
use std::time::Duration;

use heard_phones::{Phone, Visitor, free_port};
use heard_sip::{Gateway, Outcome, Progress};

use crate::rig::{SILENCE, ended, order, settings, to_the_end, until};

/// A trunk that must not hear anything.
struct Quiet(UdpSocket);

impl Quiet {
    fn open() -> (Self, u16) {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket can be bound");
        let port = socket.local_addr().expect("it is bound").port();
        (Self(socket), port)
    }

    fn has_heard_nothing(&self) {
        self.0.set_nonblocking(true).expect("it need not wait");
        assert!(self.0.recv(&mut [0; 1]).is_err(), "the trunk was rung");
    }
}

#[tokio::test]
async fn an_agent_who_rejects_is_busy() {
    let mut phone = Phone::start(false);
    let (trunk, port) = Quiet::open();
    let gateway = Gateway::start(settings(port)).await.unwrap();
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::RingingAgent).await;
    phone.until("CALL_INCOMING");
    phone.press("hangup");
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending, ended(Outcome::AgentBusy, Some(486)));
    trunk.has_heard_nothing();
    gateway.stop().await;
}

#[tokio::test]
async fn an_agent_who_does_not_pick_up() {
    let mut phone = Phone::start(false);
    let (trunk, port) = Quiet::open();
    let mut settings = settings(port);
    settings.ring_agent = Duration::from_secs(2);
    let gateway = Gateway::start(settings).await.unwrap();
    let mut call = gateway.call(order(&phone.address()));
    let (heard, ending) = to_the_end(&mut call).await;
    assert_eq!(heard, [Progress::RingingAgent]);
    assert_eq!(ending, ended(Outcome::AgentNoAnswer, None));
    phone.until("CALL_CLOSED");
    trunk.has_heard_nothing();
    gateway.stop().await;
}

#[tokio::test]
async fn a_phone_that_declines() {
    let phone = Visitor::start("refuses", "udp", &[("status", "603 Decline")]);
    let (trunk, port) = Quiet::open();
    let gateway = Gateway::start(settings(port)).await.unwrap();
    let agent = format!("sip:agent@127.0.0.1:{}", phone.port());
    let (_, ending) = to_the_end(&mut gateway.call(order(&agent))).await;
    assert_eq!(ending, ended(Outcome::AgentRefused, Some(603)));
    phone.is_content();
    trunk.has_heard_nothing();
    gateway.stop().await;
}

#[tokio::test]
async fn a_phone_that_is_not_there() {
    let (trunk, port) = Quiet::open();
    let mut settings = settings(port);
    settings.patience.silence = SILENCE;
    let gateway = Gateway::start(settings).await.unwrap();
    let agent = format!("sip:agent@127.0.0.1:{}", free_port());
    let (heard, ending) = to_the_end(&mut gateway.call(order(&agent))).await;
    assert_eq!(heard, []);
    assert_eq!(ending, ended(Outcome::AgentUnreachable, None));
    trunk.has_heard_nothing();
    gateway.stop().await;
}

#[tokio::test]
async fn an_agent_may_be_spared_a_call() {
    let mut phone = Phone::start(false);
    let (trunk, port) = Quiet::open();
    let gateway = Gateway::start(settings(port)).await.unwrap();
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::RingingAgent).await;
    call.hang_up();
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending, ended(Outcome::HungUp, None));
    phone.until("CALL_CLOSED");
    trunk.has_heard_nothing();
    gateway.stop().await;
}
