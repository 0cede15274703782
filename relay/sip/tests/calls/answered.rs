//! Calls in which they talk.

use std::time::Duration;

use heard_phones::{Ear, Phone, Visitor};
use heard_sip::{Gateway, Outcome, Progress, Transport};

use crate::rig::{gateway, order, settings, to_the_end, until};

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
async fn a_trunk_may_want_an_offer_at_once() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("wants_offer", "udp", &[("media", &ear.port())]);
    let mut settings = settings(visitor.port());
    settings.trunk.wants_offer = true;
    let gateway = Gateway::start(settings).await.unwrap();
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
async fn a_phone_that_moves_is_followed() {
    let (phone, ear) = (Visitor::start("moves", "udp", &[]), Ear::open());
    let visitor = Visitor::start("is_moved", "udp", &[("media", &ear.port())]);
    let mut settings = settings(visitor.port());
    settings.trunk.wants_offer = true;
    let gateway = Gateway::start(settings).await.unwrap();
    let agent = format!("sip:agent@127.0.0.1:{}", phone.port());
    let (_, ending) = to_the_end(&mut gateway.call(order(&agent))).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
    phone.is_content();
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
async fn the_agent_may_hold_the_line() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("is_held", "udp", &[("media", &ear.port())]);
    let gateway = gateway(visitor.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::Joined).await;
    ear.hears_sound();
    phone.press("hold");
    visitor.has_heard_twice("ACK sip:");
    phone.press("hangup");
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
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
    let free = std::net::UdpSocket::bind(address);
    assert!(free.is_ok(), "{free:?}");
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

#[tokio::test]
async fn an_acknowledgement_that_was_lost_is_sent_again() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("mishears", "udp", &[("media", &ear.port())]);
    let gateway = gateway(visitor.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::Joined).await;
    visitor.has_heard_twice("ACK sip:");
    phone.press("hangup");
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
    gateway.stop().await;
}

#[tokio::test]
#[ignore = "a phone rings for 35 seconds"]
async fn a_visitor_may_take_longer_than_a_transaction_lasts() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("picks_up_in_the_end", "udp", &[("media", &ear.port())]);
    let mut settings = settings(visitor.port());
    settings.ring_visitor = Duration::from_mins(1);
    let gateway = Gateway::start(settings).await.unwrap();
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::RingingVisitor).await;
    let joined = tokio::time::timeout(Duration::from_mins(1), call.next()).await;
    assert_eq!(joined, Ok(Some(Progress::Joined)));
    ear.hears_sound();
    phone.press("hangup");
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
    gateway.stop().await;
}

#[tokio::test]
async fn agent_and_trunk_may_be_names() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("hangs_up", "udp", &[("media", &ear.port())]);
    let mut settings = settings(visitor.port());
    settings.trunk.proxy = format!("localhost:{}", visitor.port());
    let gateway = Gateway::start(settings).await.unwrap();
    let agent = phone.address().replace("127.0.0.1", "localhost");
    let (_, ending) = to_the_end(&mut gateway.call(order(&agent))).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}
