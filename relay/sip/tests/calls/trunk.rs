//! Calls through a trunk's proxy, which wants to know who we are.

use std::net::UdpSocket;

use heard_phones::{Ear, Phone, Proxy, Visitor, free_port};
use heard_sip::{Gateway, Outcome, Progress, Secret, Transport};

use crate::rig::{PASSWORD, SILENCE, ended, gateway, order, settings, to_the_end, until};

/// A call through a proxy that asks in this way.
async fn known(algorithm: &str) {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("hangs_up", "udp", &[("media", &ear.port())]);
    let proxy = Proxy::start(visitor.port(), algorithm, PASSWORD);
    let gateway = gateway(proxy.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::Joined).await;
    ear.hears_sound();
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}

#[tokio::test]
async fn a_trunk_that_knows_us_by_md5() {
    known("MD5").await;
}

#[tokio::test]
async fn a_trunk_that_knows_us_by_sha_256() {
    known("SHA-256").await;
}

#[tokio::test]
async fn a_call_can_be_withdrawn_and_hung_up_through_a_proxy() {
    let mut phone = Phone::start(true);
    let visitor = Visitor::start("rings_behind_proxy", "udp", &[]);
    let proxy = Proxy::start(visitor.port(), "SHA-256", PASSWORD);
    let gateway = gateway(proxy.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::RingingVisitor).await;
    phone.press("hangup");
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending, ended(Outcome::AgentLeft, None));
    visitor.is_content();
    gateway.stop().await;
}

#[tokio::test]
async fn a_wrong_password() {
    let mut phone = Phone::start(true);
    let proxy = Proxy::start(free_port(), "SHA-256", PASSWORD);
    let mut settings = settings(proxy.port());
    settings.trunk.password = Secret::new("guess");
    let gateway = Gateway::start(settings).await.unwrap();
    let (heard, ending) = to_the_end(&mut gateway.call(order(&phone.address()))).await;
    assert_eq!(heard, [Progress::RingingAgent, Progress::AgentAnswered]);
    assert_eq!(ending, ended(Outcome::TrunkRefusedUs, Some(407)));
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}

#[tokio::test]
async fn who_has_no_name_is_not_known_to_a_trunk_that_asks() {
    let mut phone = Phone::start(true);
    let proxy = Proxy::start(free_port(), "SHA-256", PASSWORD);
    let mut settings = settings(proxy.port());
    settings.trunk.username = String::new();
    let gateway = Gateway::start(settings).await.unwrap();
    let (_, ending) = to_the_end(&mut gateway.call(order(&phone.address()))).await;
    assert_eq!(ending, ended(Outcome::TrunkRefusedUs, Some(407)));
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}

#[tokio::test]
async fn a_trunk_that_asks_again_is_not_told_again() {
    let mut phone = Phone::start(true);
    let trunk = Visitor::start("asks_again", "udp", &[]);
    let gateway = gateway(trunk.port()).await;
    let (_, ending) = to_the_end(&mut gateway.call(order(&phone.address()))).await;
    assert_eq!(ending, ended(Outcome::TrunkRefusedUs, Some(407)));
    trunk.is_content();
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}

/// The agent picks up, and there is no trunk at this port.
async fn down(port: u16, transport: Transport) {
    let mut phone = Phone::start(true);
    let mut settings = settings(port);
    settings.transport = transport;
    settings.patience.silence = SILENCE;
    let gateway = Gateway::start(settings).await.expect("a gateway starts");
    let (heard, ending) = to_the_end(&mut gateway.call(order(&phone.address()))).await;
    assert_eq!(heard, [Progress::RingingAgent, Progress::AgentAnswered]);
    assert_eq!(ending, ended(Outcome::TrunkDown, None));
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}

#[tokio::test]
async fn a_trunk_that_is_not_there() {
    down(free_port(), Transport::Udp).await;
}

#[tokio::test]
async fn a_trunk_that_cannot_be_connected_to() {
    down(free_port(), Transport::Tcp).await;
}

#[tokio::test]
async fn a_trunk_that_says_nothing() {
    let hole = UdpSocket::bind("127.0.0.1:0").unwrap();
    down(hole.local_addr().unwrap().port(), Transport::Udp).await;
}
