//! Calls through a trunk's proxy, which wants to know who we are.

use std::net::UdpSocket;

use heard_sip::{Gateway, Outcome, Progress, Secret, Transport};

use crate::phone::Phone;
use crate::ports;
use crate::process::{KAMAILIO, Process, folder, until};
use crate::rig::{PASSWORD, SILENCE, ended, gateway, order, settings, to_the_end, until as hear};
use crate::visitor::{Ear, Visitor};

/// A proxy that lets calls through to a phone if it knows the caller.
struct Proxy {
    _process: Process,
    port: u16,
}

impl Proxy {
    fn start(phone: u16, algorithm: &str) -> Self {
        let (folder, port) = (folder(&KAMAILIO), ports::free());
        let config = include_str!("trunk.cfg")
            .replace("PHONE", &phone.to_string())
            .replace("PORT", &port.to_string())
            .replace("ALGORITHM", algorithm)
            .replace("PASSWORD", PASSWORD);
        let file = folder.join("trunk.cfg");
        std::fs::write(&file, config).expect("a file can be written");
        let here = folder.display().to_string();
        let arguments: Vec<String> = ["-f", &file.display().to_string(), "-DD", "-E"]
            .into_iter()
            .chain(["-w", &here, "-Y", &here, "-m", "32", "-M", "4"])
            .map(str::to_owned)
            .collect();
        let process = Process::start(&KAMAILIO, &folder, &arguments);
        until("the proxy being there", || {
            assert!(!process.has_ended(), "the proxy went off");
            ports::is_taken("udp", port)
        });
        Self {
            _process: process,
            port,
        }
    }
}

/// A call through a proxy that asks in this way.
async fn known(algorithm: &str) {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("hangs_up", "udp", &[("media", &ear.port())]);
    let proxy = Proxy::start(visitor.port(), algorithm);
    let gateway = gateway(proxy.port).await;
    let mut call = gateway.call(order(&phone.address()));
    hear(&mut call, Progress::Joined).await;
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
    let proxy = Proxy::start(visitor.port(), "SHA-256");
    let gateway = gateway(proxy.port).await;
    let mut call = gateway.call(order(&phone.address()));
    hear(&mut call, Progress::RingingVisitor).await;
    phone.press("hangup");
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending, ended(Outcome::AgentLeft, None));
    visitor.is_content();
    gateway.stop().await;
}

#[tokio::test]
async fn a_wrong_password() {
    let mut phone = Phone::start(true);
    let proxy = Proxy::start(ports::free(), "SHA-256");
    let mut settings = settings(proxy.port);
    settings.trunk.password = Secret::new("guess");
    let gateway = Gateway::start(settings).await.unwrap();
    let (heard, ending) = to_the_end(&mut gateway.call(order(&phone.address()))).await;
    assert_eq!(heard, [Progress::RingingAgent, Progress::AgentAnswered]);
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
    down(ports::free(), Transport::Udp).await;
}

#[tokio::test]
async fn a_trunk_that_cannot_be_connected_to() {
    down(ports::free(), Transport::Tcp).await;
}

#[tokio::test]
async fn a_trunk_that_says_nothing() {
    let hole = UdpSocket::bind("127.0.0.1:0").unwrap();
    down(hole.local_addr().unwrap().port(), Transport::Udp).await;
}
