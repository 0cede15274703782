//! Calls in which they talk.

use std::time::Duration;

use heard_sip::{Gateway, Outcome, Progress, Transport};

use crate::phone::Phone;
use crate::rig::{gateway, order, settings, to_the_end, until};
use crate::visitor::{Ear, Visitor};

/// All that is heard before the end.
const ALL: [Progress; 4] = [
    Progress::RingingAgent,
    Progress::AgentAnswered,
    Progress::RingingVisitor,
    Progress::Joined,
];

#[tokio::test]
async fn the_visitor_hangs_up() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("hangs_up", "udp", &[("media", &ear.port())]);
    let gateway = gateway(visitor.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    let (heard, ending) = to_the_end(&mut call).await;
    assert_eq!(heard, ALL);
    assert_eq!((ending.outcome, ending.status), (Outcome::Answered, None));
    assert!(ending.talked >= Duration::from_millis(200), "{ending:?}");
    visitor.is_content();
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}

#[tokio::test]
async fn the_agent_hangs_up_after_both_have_heard_each_other() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("picks_up", "udp", &[("media", &ear.port())]);
    let gateway = gateway(visitor.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::Joined).await;
    ear.hears_sound();
    phone.until("CALL_RTPESTAB");
    phone.press("hangup");
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
    gateway.stop().await;
}

#[tokio::test]
async fn over_connections_it_is_the_same() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("picks_up", "tcp", &[("media", &ear.port())]);
    let mut settings = settings(visitor.port());
    settings.transport = Transport::Tcp;
    let gateway = Gateway::start(settings).await.unwrap();
    let agent = format!("{};transport=tcp", phone.address());
    let mut call = gateway.call(order(&agent));
    until(&mut call, Progress::Joined).await;
    ear.hears_sound();
    phone.press("hangup");
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
    gateway.stop().await;
}

#[tokio::test]
async fn the_visitor_may_hold_the_line() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("holds", "udp", &[("media", &ear.port())]);
    let gateway = gateway(visitor.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    let (heard, ending) = to_the_end(&mut call).await;
    assert_eq!(heard, ALL);
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}

#[tokio::test]
async fn a_call_that_lasts_too_long_is_ended() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("picks_up", "udp", &[("media", &ear.port())]);
    let mut settings = settings(visitor.port());
    settings.longest = Duration::from_millis(300);
    let gateway = Gateway::start(settings).await.unwrap();
    let mut call = gateway.call(order(&phone.address()));
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    assert!(ending.talked >= Duration::from_millis(300), "{ending:?}");
    visitor.is_content();
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}

#[tokio::test]
async fn a_gateway_that_stops_hangs_up_on_both() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("picks_up", "udp", &[("media", &ear.port())]);
    let gateway = gateway(visitor.port()).await;
    let address = gateway.address();
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::Joined).await;
    gateway.stop().await;
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
    phone.until("CALL_CLOSED");
    // Somebody else may have the port now.
    crate::process::until("the port being free", || {
        std::net::UdpSocket::bind(address).is_ok()
    });
}

#[tokio::test]
async fn whoever_ordered_a_call_may_end_it() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("picks_up", "udp", &[("media", &ear.port())]);
    let gateway = gateway(visitor.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::Joined).await;
    call.hang_up();
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}
